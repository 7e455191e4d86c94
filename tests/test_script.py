from harness.script import Chunk, Close, Framing, Script, Send, reply


def test_reply_is_a_head_and_one_chunk():
    script = reply(b"ab", status=404, headers=[("a", "b")], framing=Framing.LENGTH)
    assert script == Script((Send(404, (("a", "b"),), Framing.LENGTH), Chunk(b"ab")))
    assert (script.head.status, script.body) == (404, b"ab")


def test_reply_without_a_body_has_no_chunk():
    assert reply() == Script((Send(200, ()),))


def test_with_body_replaces_the_chunks_and_drops_empty_ones():
    assert reply(b"ab").with_body([b"a", b"", b"b"], Close()) == Script((Send(), Chunk(b"a"), Chunk(b"b"), Close()))


def test_with_head_changes_the_head_alone():
    assert reply(b"ab").with_head(status=500) == Script((Send(500), Chunk(b"ab")))
