"""What is copied into a file of failures: the upstream, the reading and what it tells."""

import hashlib
import socket
import sys
from datetime import UTC, datetime

import pytest
import trustme

from harness.reproduction import drive as driving
from harness.reproduction.drive import drive
from harness.reproduction.subject import Call, Provider, branches, facts

PROVIDERS = '''
import asyncio, http.client, json, logging, socket, ssl, urllib.request

class FinishReason:
    def __init__(self, reason, raw=None):
        self.reason, self.raw = reason, raw

class RawResponse:
    def __init__(self, event):
        self.event = event
    def get_dict(self):
        return self.event

class Slotted:
    __slots__ = ("a",)
    def __init__(self):
        self.a = 1

class Own(RuntimeError): ...

class Plain:
    """Reads in a thread by urllib."""
    url = "http://upstream.example"
    class Inner: ...
    @classmethod
    def create_async_generator(cls, model, messages, proxy=None, **options):
        messages.append(model)
        print("asked", options.get("key"))
        place = options.get("base_url", cls.url) + "/say?x=1"
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": proxy} if proxy else None))
        try:
            with opener.open(urllib.request.Request(place, json.dumps({"a": [{"b": model}]}).encode())) as answer:
                while piece := answer.read1():
                    yield piece.decode()
        except (OSError, http.client.HTTPException) as error:
            raise RuntimeError(f"no answer of {place}") from error
        yield FinishReason("stop", "end")

class Items:
    @classmethod
    async def create_async_generator(cls, model, messages, **options):
        yield RawResponse({"type": "content", "choices": [{"text": "a"}]})
        yield RawResponse({"type": "other"})
        yield Slotted()
        yield None
        await asyncio.sleep(0)
        task = asyncio.ensure_future(asyncio.sleep(100))
        raise {"value": ValueError, "own": Own, "key": KeyError, "exit": SystemExit}[model]("so")

class Accident:
    @classmethod
    async def create_async_generator(cls, model, messages, **options):
        yield "a"
        int("x")

class Never:
    @classmethod
    async def create_async_generator(cls, model, messages, base_url, **options):
        host, _, port = base_url.removeprefix("http://").partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        body = b"3\\r\\nabc\\r\\n0\\r\\n\\r\\n"
        writer.write(b"POST / HTTP/1.1\\r\\nTransfer-Encoding: chunked\\r\\nExpect: 100-continue\\r\\n\\r\\n" + body)
        try:
            while line := await reader.readline():
                yield line.decode()
        finally:
            writer.close()

class Coroutine:
    @classmethod
    async def create_async_generator(cls, model, messages, **options):
        return Plain.create_async_generator(model, messages, **options)

class Keeps:
    kept = []
    @classmethod
    async def create_async_generator(cls, model, messages, base_url, **options):
        host, _, port = base_url.removeprefix("http://").partition(":")
        cls.kept.append(socket.create_connection((host, int(port))))
        cls.kept[-1].sendall(b"GET / HTTP/1.1\\r\\n\\r\\n")
        cls.kept[-1].recv(9)
        logging.getLogger("x").debug("kept")
        yield "a"
'''
CHUNKED = ("head", 200, [("Content-Type", "text/plain"), ("Transfer-Encoding", "chunked")])
HI = [CHUNKED, b"Hel", b"lo"]
ASK = Call("m", [])


@pytest.fixture
def subject(tmp_path, monkeypatch):
    """Give providers of a module of their own."""
    (tmp_path / "subjects_here.py").write_text(PROVIDERS)
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield lambda name: Provider(
        "subjects_here", name, tmp_path, None, ("choices[0].text", "no[7]"), {"type": "content"}
    )
    sys.modules.pop("subjects_here", None)


@pytest.fixture(scope="module")
def tls():
    authority = trustme.CA()
    signed = authority.issue_cert("localhost", "upstream.example")
    return signed.private_key_and_cert_chain_pem.bytes().decode(), authority.cert_pem.bytes().decode()


REPLIES = {
    "chunked": (HI, "Hello", ["complete"]),
    "close": ([*HI, ("close",)], "Hello", ["complete"]),
    "length": ([("head", 299, [("Content-Length", "2")]), b"ab"], "ab", ["complete"]),
    "delimited": ([("head", 200, [("Connection", "close")]), ("sleep", 0.01), b"ab"], "ab", ["complete"]),
    "reset": ([CHUNKED, b"ab", ("reset",)], None, ["reset"]),
    "early reset": ([("reset",)], None, ["reset"]),
    "half-close": ([CHUNKED, b"ab", ("half-close",)], None, ["half-closed"]),
    "nothing": ([], None, ["half-closed"]),
    "many": ([CHUNKED, *(bytes([byte]) for byte in b"abcdefghijklmnop")], "abcdefghijklmnop", ["complete"]),
}


@pytest.mark.parametrize(("reply", "text", "endings"), REPLIES.values(), ids=REPLIES)
def test_a_reply_is_played(subject, reply, text, endings):
    [seen] = drive(subject("Plain"), [reply], ASK)
    assert (seen.endings, seen.error is None) == (endings, text is not None)
    assert text is None or (seen.text, seen.finish, seen.stops) == (text, ["stop"], [{"raw": "end"}])


def test_requests_are_told(subject):
    [seen] = drive(subject("Plain"), [HI], ASK)
    assert (seen.targets, seen.member("a[0].b"), seen.member("a[3]"), seen.changed) == (
        ["/say?x=1"],
        ["m"],
        [None],
        ["messages"],
    )
    like = {
        "raised": "",
        "text": "Hello",
        "requests": [{"method": "POST", "target": "/say?x=1", "headers": {"connection": "close"}}],
    }
    assert seen.told(like) == like
    assert seen.told({"requests": []}) == {"requests": [{}]}
    assert seen.told({"text": "", "raised_type": ""}) == {"text": "Hello", "raised_type": ""}
    assert repr(seen) == "<text 'Hello', finish ['stop'], finished, requests ['/say?x=1']>"


def test_members_are_told_where_the_body_is_of_its_moment(subject):
    [seen] = drive(subject("Plain"), [HI], ASK, door="proxy")
    like = [{"host": "upstream.example", "paths": ["a[0].b"], "members": {"a[0].b": "m"}}]
    assert seen.told({"requests": like})["requests"] == like
    assert branches(b"no") == {}


def test_signatures_are_told(subject):
    [seen] = drive(subject("Plain"), [HI], ASK)
    seen.requests[0].headers += [("X-A", "b"), ("X-Sum", hashlib.md5(b"b-", usedforsecurity=False).hexdigest())]
    assert (seen.signs("x-sum", "{x-a}-"), seen.signs("x-sum", "{x-a}")) == (True, False)


def test_an_exception_tells_what_it_holds():
    class Response:
        def __init__(self):
            self.headers = {"Retry-After": "5"}

    told = {
        "at": datetime(2026, 1, 2, tzinfo=UTC),
        "response": Response(),
        "status": 429,
        "of": object(),
        "url": "http://x/a",
    }
    assert facts(told, "http://x") == {
        "at": "2026-01-02T00:00:00+00:00",
        "response.retry-after": "5",
        "status": 429,
        "url": "http://upstream.invalid/a",
    }


def test_a_reply_is_for_the_request_with_its_mark(subject):
    replies = [[("to", "mark-1"), *HI], [("to", "mark-0"), CHUNKED, b"other"]]
    once = drive(subject("Plain"), replies, Call("mark-0", []), Call("mark-1", []), at_once=True)
    assert [seen.text for seen in once] == ["other", "Hello"]


@pytest.mark.parametrize(
    ("door", "address", "target"),
    [
        ("base_url", "http://upstream.invalid/v1", "/v1/say?x=1"),
        ("url", "http://upstream.invalid", "/say?x=1"),
        ("proxy", "http://upstream.invalid", "/say?x=1"),
        ("environment", "http://upstream.invalid", "/say?x=1"),
        ("base_url", "http://elsewhere.example", "/say?x=1"),
    ],
    ids=["base_url", "url", "proxy", "environment", "another host"],
)
def test_every_door_leads_to_the_upstream(subject, door, address, target):
    [seen] = drive(subject("Plain"), [HI], ASK, door=door, address=address)
    assert (seen.text, seen.targets) == ("Hello", [target])


def test_a_class_attribute_goes_that_was_not_there(subject):
    [seen] = drive(subject("Coroutine"), [HI], ASK, door="url")
    assert (seen.text, hasattr(subject("Coroutine").load(), "url")) == ("Hello", False)


def test_tls_is_spoken_behind_connect_and_at_the_origin(subject, tls):
    secure = {"address": "https://upstream.example", "tls": tls}
    for reply in (HI, [*HI, ("close",)]):
        assert drive(subject("Plain"), [reply], ASK, **secure)[0].text == "Hello"
    untrusted = drive(subject("Plain"), [HI], ASK, address="untrusted", tls=(tls[0], None))[0]
    assert (untrusted.raised, untrusted.requests) == ("RuntimeError: no answer of http://upstream.invalid/say?x=1", [])
    without = drive(subject("Plain"), [HI], ASK, address="https://upstream.example")[0]
    assert (type(without.error), without.requests) == (RuntimeError, [])


def test_nothing_else_is_reached(subject):
    nowhere = dict.fromkeys(("http_proxy", "HTTP_PROXY"))
    [seen] = drive(subject("Plain"), [HI], ASK, address="http://elsewhere.example", environment={**nowhere, "X": "1"})
    assert (seen.raised_type, "loopback" in str(seen.error.__cause__), seen.requests) == ("RuntimeError", True, [])
    assert drive(subject("Plain"), [HI], ASK, address="refused")[0].raised_type == "RuntimeError"


@pytest.mark.parametrize(
    ("event", "arguments", "driven", "refused"),
    [
        ("socket.getaddrinfo", (b"far.example", 80), True, True),
        ("socket.connect", (None, ("192.0.2.1", 80)), True, True),
        ("socket.connect", (None, ("127.0.0.1", 80)), True, False),
        ("socket.connect", (None, ""), True, False),
        ("socket.connect", (None, ("192.0.2.1", 80)), False, False),
        ("open", ("x",), True, False),
    ],
    ids=["name", "address", "loopback", "unnamed", "afterwards", "another event"],
)
def test_addresses_beyond_loopback_are_refused_while_a_provider_is_driven(
    monkeypatch, event, arguments, driven, refused
):
    monkeypatch.setattr(driving, "GUARDED", [None] * (1 if driven else 2))
    if refused:
        with pytest.raises(socket.gaierror, match="nothing beyond loopback is reached"):
            driving._refuse(event, arguments)
    else:
        driving._refuse(event, arguments)


@pytest.mark.parametrize(
    ("name", "model", "raised", "own"),
    [
        ("Items", "value", "ValueError: so", True),
        ("Items", "own", "subjects_here.Own: so", True),
        ("Items", "key", "KeyError: 'so'", False),
        ("Items", "exit", "SystemExit: so", False),
        ("Accident", "", "ValueError: invalid literal for int() with base 10: 'x'", False),
    ],
    ids=["builtin", "own", "foreign", "exit", "accident"],
)
def test_what_is_raised_is_told(subject, name, model, raised, own):
    [seen] = drive(subject(name), [HI], Call(model, []))
    assert (seen.raised, seen.own, seen.course) == (raised, own, "raised")


def test_items_are_told(subject):
    [seen] = drive(subject("Items"), [HI], Call("value", []))
    content, other = {"type": "content", "choices": [{"text": "a"}]}, {"type": "other"}
    assert (seen.text, seen.events, seen.left) == ("a", [content, other, {"a": 1}, "None"], ["task"])
    assert not drive(subject("Plain"), [HI], ASK)[0].own


def test_what_is_shown_is_told(subject):
    [seen] = drive(subject("Plain"), [[("reset",)]], Call("m", [], {"key": "http://upstream.invalid!"}))
    assert ("asked http://127.0.0.1:" in seen.everything, "no answer of" in seen.everything) == (True, True)


def test_gates_open_as_the_caller_reads(subject):
    script = [CHUNKED, b"one", ("gate", "a"), b"two", ("gate", "b"), b"three"]
    [seen] = drive(subject("Plain"), [script], Call("m", [], gates=[(3, "a"), (6, "b")]))
    assert (seen.text, seen.expired) == ("onetwothree", [])
    [seen] = drive(subject("Plain"), [script], Call("m", [], gates=[]))
    assert (seen.text, seen.expired) == ("onetwothree", ["a", "b"])


def test_a_caller_may_stop_cancel_or_wait(subject):
    silent = [CHUNKED, b"abcd\n", ("sleep", 3600)]
    [stopped] = drive(subject("Never"), [silent], Call("m", [], stop_after=60))
    assert (stopped.course, stopped.endings, stopped.requests[0].body) == ("closed early", ["client left"], b"abc")
    [cancelled] = drive(subject("Never"), [silent], Call("m", [], cancel_after=0))
    assert (cancelled.course, cancelled.endings) == ("cancelled", ["client left"])
    [late] = drive(subject("Never"), [silent], ASK, deadline=0.3)
    assert (late.course, late.error) == ("timed out", None)
    [sync] = drive(subject("Plain"), [HI], Call("m", [], stop_after=1))
    assert (sync.course, sync.text[:3]) == ("closed early", "Hel")


def test_calls_are_made_in_a_row_or_at_once(subject):
    row = drive(subject("Plain"), [HI, [CHUNKED, b"other"]], ASK, ASK)
    assert [seen.text for seen in row] == ["Hello", "other"]
    once = drive(subject("Plain"), [HI], ASK, ASK, at_once=True)
    assert ([seen.text for seen in once], len(once[0].requests)) == (["Hello", "Hello"], 2)


def test_connections_that_grow_are_told(subject):
    [seen] = drive(subject("Keeps"), [HI], Call("m", [], times=3))
    assert ("connections" in seen.left, seen.shown.count("kept")) == (True, 3)
    for connection in subject("Keeps").load().kept:
        connection.close()
    subject("Keeps").load().kept.clear()


def test_a_file_with_a_taken_name_is_loaded_under_another(tmp_path):
    (tmp_path / "json.py").write_text("class Outer:\n    class Inner: ...\n")
    provider = Provider("json_under_test_here", "Outer.Inner", tmp_path, tmp_path / "json.py")
    assert provider.load().__qualname__ == "Outer.Inner"
    assert (provider.load().__module__, provider.text({}), provider.owns(None)) == ("json_under_test_here", "", False)
    del sys.modules["json_under_test_here"]
    sys.path.remove(str(tmp_path))
