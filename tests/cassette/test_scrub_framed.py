import re

import pytest

from harness.cassette.scrub.body import Body
from harness.cassette.scrub.framed import cleaned
from harness.frames import frame, frames

SECRET = re.compile(b"hush")
QUIET = frame({":event-type": "a", "text": "é"})
LOUD = frame({":event-type": "b", "text": "hush é hush"})


def clean(body):
    return body.replaced(SECRET, b"***")


@pytest.mark.parametrize("cut", [*range(1, len(QUIET + LOUD + QUIET), 7), len(QUIET), len(QUIET + LOUD)])
def test_frames_are_sealed_anew_and_keep_their_borders(cut):
    data = QUIET + LOUD + QUIET
    got = cleaned(Body.of([data[:cut], data[cut:]]), clean)
    assert list(frames(got.data)) == [*frames(QUIET), {":event-type": "b", "text": "*** é ***"}, *frames(QUIET)]
    assert (sum(got.sizes), len(got.sizes)) == (len(got.data), 2)
    if cut == len(QUIET):
        assert got.sizes[0] == cut
    if cut == len(QUIET + LOUD):
        assert got.sizes[1] == len(QUIET)


def test_a_frame_without_secrets_stays_to_the_byte():
    spaced = frame({"a": 1}, lambda _: '{ "a" : 1 }')
    assert cleaned(Body.of([spaced + LOUD]), clean).data.startswith(spaced)


def test_a_cut_frame_is_cleaned_as_bytes():
    got = cleaned(Body.of([QUIET, LOUD[:-6]]), clean)
    assert got.data.startswith(QUIET)
    assert (b"hush" in got.data, b"***" in got.data) == (False, True)
