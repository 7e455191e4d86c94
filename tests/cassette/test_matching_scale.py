import json
import time

import pytest

from harness.cassette.matching import Matcher
from harness.transcript import Request

FEW, MANY = 150, 1_500
JSON = (("Content-Type", "application/json"),)


def asking(number):
    return json.dumps({"prompt": f"question {number}"}).encode()


def seconds(matcher, numbers):
    began = time.process_time()
    found = [matcher.find(Request("POST", "/api?x=1", JSON, asking(number))) for number in numbers]
    assert matcher.unplayed() == ()
    return time.process_time() - began, [one.body for one in found]


@pytest.mark.parametrize("equal", [False, True], ids=["requests that differ", "equal requests"])
def test_ten_times_the_exchanges_take_about_ten_times_as_long(make_recording, make_interaction, equal):
    taken = []
    for count in (FEW, MANY):
        numbers = [0 if equal else number for number in range(count)]
        replies = [b"%d" % number for number in range(count)]
        exchanges = [
            make_interaction(request_body=asking(number), request_headers=JSON, body=reply)
            for number, reply in zip(numbers, replies, strict=True)
        ]
        took, bodies = seconds(Matcher([make_recording(*exchanges)]), numbers)
        assert bodies == replies
        taken.append(took)
    assert taken[1] < 40 * taken[0]
