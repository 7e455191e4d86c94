from harness.variations.cuts import bytewise, character_cuts, cut, hot_cuts, line_end_cuts, spread


def test_cut_cuts_at_every_position_in_order():
    assert cut(b"abcd", 3, 1) == [b"a", b"bc", b"d"]
    assert cut(b"abcd") == [b"abcd"]
    assert bytewise(b"abc") == [b"a", b"b", b"c"]


def test_hot_cuts_lie_within_characters_marks_and_line_ends():
    assert hot_cuts("é".encode()) == [1]
    assert hot_cuts(b"data: x\r\n") == [1, 5, 6, 7, 8]
    assert hot_cuts(b"plain") == []


def test_character_cuts_lie_within_characters_only():
    assert character_cuts("aé🍕".encode()) == [2, 4, 5, 6]


def test_spread_chooses_evenly_and_at_most_so_many():
    assert spread([1, 2, 3], 5) == [1, 2, 3]
    assert spread(list(range(10)), 5) == [0, 2, 4, 6, 8]


def test_line_end_cuts_lie_within_crlf_and_a_leading_mark():
    assert line_end_cuts(b"a\r\n\r\n\r\xef\xbb\xbf\n") == [2, 4]
    assert line_end_cuts(b"\xef\xbb\xbfa\r\n") == [1, 2, 5]
    assert line_end_cuts(b"\n\r") == []
