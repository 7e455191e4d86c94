"""What a failing drive becomes: the right assertion, the way in, the reply as data."""

import sys
from dataclasses import replace
from importlib import import_module
from pkgutil import iter_modules

import pytest

import harness.suite
from harness.driver import Driver, Turn, Way
from harness.evidence import fail
from harness.plan import load_suite
from harness.recording import Call
from harness.reproduction import capture
from harness.requirement import Claim, Failure
from harness.script import STALL, Chunk, Close, Gate, HalfClose, Reset, Script, Send, reply
from harness.target import resolve
from harness.upstream.loopback import Loopback
from harness.upstream.play import in_order
from providers.contract import Door

load_suite("harness.suite")
MODULES = [import_module(f"harness.suite.{found.name}") for found in iter_modules(harness.suite.__path__)]
CHECKS = {
    check.requirement.id: check
    for module in MODULES
    for check in vars(module).values()
    if hasattr(check, "requirement")
}


@pytest.fixture(scope="module")
def upstream():
    upstream = Loopback()
    yield upstream
    upstream.close()


@pytest.fixture
def driver(upstream, monkeypatch):
    monkeypatch.setattr(sys, "path", [*sys.path])
    return lambda target: Driver(resolve(target), upstream)


def replayed(driver, requirement):
    """Give the test of the first scenario that fails."""
    check = CHECKS[requirement]
    for scenario in check.requirement.over(driver.subject):
        try:
            check(driver, scenario)
        except Failure as failure:
            return capture.replay(driver, failure, check.requirement.area)
    raise AssertionError("nothing failed")


def asserted(body):
    return [line for line in body.splitlines() if line.startswith("assert")]


ASSERTIONS = {
    "request:DoublesTheSlash REQ-01": ['assert seen.targets == ["/api/completions"]'],
    "request:CountsItsCalls REQ-06": [
        "assert json.loads(seen_1.requests[0].body) == json.loads(seen_1.requests[1].body)"
    ],
    "request:AppendsToMessages REQ-06": ["assert seen.changed == []"],
    "request:LeavesTheMessagesChanged REQ-06": ["assert seen.changed == []"],
    "stream:BlamesTheCallerForTheType STREAM-15": ["assert isinstance(seen.error, RuntimeError | None), seen.raised"],
    "request:SendsPlainText REQ-02": ['assert seen.told(failing) != failing, "the same is seen again"'],
    "request:DropsUnknownOptions REQ-05": [
        "assert isinstance(seen.error, ValueError), seen.raised",
        "assert len(seen.requests) == 0",
    ],
    "request:IgnoresProxy REQ-11": ["assert len(seen.requests) == 1"],
    "request:LowersTheModel MODEL-01": ['assert seen.member("model") == ["Org/Model-7B:free"]'],
    "error:FailsByAccident ERROR-02": ["assert seen.error is None or seen.own, seen.raised"],
    "security:LogsTheKey SEC-02": ['assert "sk-canary-3f9a1c7e5b2d8064" not in seen.everything'],
    "stream:ReadsTheWholeBody STREAM-13": ["assert seen.expired == []"],
    "resource:KeepsTheConnection RES-01": ['assert "unfinished" not in seen.endings'],
    "resource:LeavesATask RES-03": ["assert seen.left == []"],
    "finish:NeverFinishes FINISH-01": None,
}


@pytest.mark.parametrize(("misfit", "lines"), ASSERTIONS.items(), ids=ASSERTIONS)
def test_what_should_have_come_is_asserted(driver, misfit, lines):
    target, _, requirement = misfit.partition(" ")
    made = replayed(driver(f"tests/misfits/{target.replace(':', '.py:')}"), requirement)
    compile(made["body"], "body", "exec")
    if lines is None:
        assert [line.partition(" == ")[0] for line in asserted(made["body"])] == [
            "assert seen.text",
            "assert seen.finish",
            "assert seen.error is None, seen.raised",
        ]
    else:
        assert asserted(made["body"])[-len(lines) :] == lines


def made_of(driver, script, claim=None, area="STREAM", **more):
    """Give the test of one drive that plays this script."""
    driver.several([Turn(Call("m", ({"role": "user", "content": "x"},)))], in_order((script,)), **more)
    return capture.replay(driver, fail("so", claim=claim), area)


def test_each_step_of_a_reply_is_data(driver):
    steps = (Send(200, ()), Chunk(b"a"), Gate("g"), Chunk(b"bc"), Reset())
    made = made_of(driver("acytoo"), Script(steps))
    for line in ('"head"', 'b"a",', '("gate", "g")', 'b"bc"', '("reset",)'):
        assert line in made["body"]
    for end, source in ((HalfClose(), '("half-close",)'), (Close(), '("close",)')):
        assert source in made_of(driver("acytoo"), Script((Send(200, ()), Chunk(b"ab"), end)))["body"]
    bytewise = Script((Send(200, ()), *(Chunk(bytes([byte])) for byte in b"abc"), HalfClose()))
    assert '*(bytes([byte]) for byte in b"abc")' in made_of(driver("acytoo"), bytewise)["body"]
    assert '("sleep", 3600)' in made_of(driver("acytoo"), Script((STALL,)), deadline=0.1)["body"]


def test_a_way_beside_the_origin_is_told(driver, upstream):
    judged = driver("acytoo")
    ways = {
        'address="http://upstream.invalid/v1"': Way(Door.BASE_URL, base="/v1"),
        'address="refused"': Way(Door.BASE_URL, origin=upstream.refused_origin),
        'address="untrusted"': Way(Door.BASE_URL, origin=upstream.untrusted_origin),
        "tls=(CERTIFICATES, AUTHORITY)": Way(Door.PROXY),
    }
    for source, way in ways.items():
        assert source in made_of(judged, reply(b"a"), way=way)["body"]
    assert made_of(judged, reply(b"a"), way=Way(Door.PROXY))["hosts"] == ["chat.acytoo.com"]


def test_a_header_that_must_be_fresh_is_compared_in_two_calls(driver):
    body = made_of(driver("acytoo"), reply(b"a"), Claim(fresh="x-nonce", environment={"X": None}))["body"]
    line = 'assert seen_1.requests[0].header("x-nonce") != seen_1.requests[1].header("x-nonce")'
    assert (asserted(body), 'environment={"X": None}' in body) == ([line], True)


def test_headers_are_asserted_by_what_they_match(driver):
    claim = Claim(headers={"x-a": "f-[a-z]{2}", "content-type": "application/json", "origin": "https://a"})
    body = made_of(driver("acytoo"), reply(b"a"), claim, area="REQ")["body"]
    assert asserted(body) == [
        'assert all(re.fullmatch("f-[a-z]{2}", one.header("x-a") or "") for one in seen.requests)',
        'assert all(re.fullmatch("application/json", one.header("content-type") or "") for one in seen.requests)',
    ]
    signed = made_of(driver("acytoo"), reply(b"a"), Claim(signed=("x-sum", "{x-a}")), area="REQ")["body"]
    assert asserted(signed) == ['assert seen.signs("x-sum", "{x-a}")']


def test_what_is_of_its_moment_is_not_compared(driver):
    body = made_of(driver("flowgpt"), reply(b'{"event":"text","data":"x"}\n'), area="REQ")["body"]
    told = body.partition('"headers": {')[2].partition("}")[0]
    names = {"x-timestamp", "x-nonce", "x-signature", "x-flow-device-id"}
    assert [name for name in names if f'"{name}"' in told] == []
    assert '"user-agent"' not in body


def test_what_an_exception_tells_is_compared_where_it_is_judged(driver):
    body = made_of(driver("acytoo"), reply(b"no", status=429), Claim(details=True))["body"]
    assert ('"details": {' in body, '"text":' in body) == (True, False)


def test_calls_at_once_get_replies_by_their_marks(driver):
    judged = driver("acytoo")
    turns = [Turn(Call("m", ({"role": "user", "content": f"mark-{number}"},))) for number in range(2)]
    judged.several(turns, lambda request, _: reply(b"one" if b"mark-1" in request.body else b"zero"), at_once=True)
    body = capture.replay(judged, fail("so"), "RES")["body"]
    assert body.index('("to", "mark-0")') < body.index("zero") < body.index('("to", "mark-1")') < body.index('b"one"')


def test_what_takes_several_loops_is_driven_in_several(driver):
    body = made_of(driver("acytoo"), reply(b"a"), Claim(text="b", loops=2))["body"]
    assert (body.splitlines()[:2], asserted(body)) == (
        ["for _ in range(2):", "    [seen] = drive("],
        ['assert seen.text == "b"'],
    )


def test_a_failure_blames_one_of_several_calls(driver):
    judged = driver("acytoo")
    turn = Turn(Call("m", ({"role": "user", "content": "x"},)))
    judged.several([turn, turn], in_order((reply(b"a"),)))
    failure = fail("so", claim=Claim(text="b"))
    failure.transcript = judged.last.transcripts[1]
    assert asserted(capture.replay(judged, failure, "RES")["body"]) == ['assert seen_2.text == "b"']


def test_events_are_asserted_where_nothing_else_tells(driver):
    made = made_of(driver("acytoo"), reply(b"a"), Claim(text="a", finish=("stop",), raised=(), events=({"a": 1},)))
    assert asserted(made["body"]) == ['assert seen.events == [{"a": 1}]']


def test_a_claim_that_holds_is_not_asserted(driver):
    made = made_of(driver("acytoo"), reply(b"a"), Claim(text="a", requests=1, events=()))
    assert asserted(made["body"]) == ['assert seen.told(failing) != failing, "the same is seen again"']
    elsewhere = made_of(driver("acytoo"), reply(b"a"), way=Way(Door.BASE_URL, origin="http://far.example"), area="REQ")
    assert '"raised_type": ' in elsewhere["body"]


def test_what_is_no_json_has_no_members(driver):
    judged = driver("acytoo")
    made = made_of(judged, reply(b"a"), Claim(members={"model": "other"}))
    assert asserted(made["body"]) == ['assert seen.member("model") == ["other"]']
    request = replace(judged.last.transcripts[0].exchanges[0].request, body=b"no")
    exchange = replace(judged.last.transcripts[0].exchanges[0], request=request)
    judged._recent = (replace(judged.last, transcripts=(replace(judged.last.transcripts[0], exchanges=(exchange,)),)),)
    assert asserted(capture.replay(judged, fail("so", claim=Claim(members={"model": "x"})), "REQ")["body"]) == [
        'assert seen.member("model") == ["x"]'
    ]


def test_what_is_too_large_or_no_data_is_described(driver, monkeypatch):
    judged = driver("acytoo")
    assert capture.replay(judged, fail("so"), "REQ") is None
    monkeypatch.setattr(capture, "LARGEST", 10)
    assert "characters of source, more than 10" in made_of(judged, reply(b"a"))["body"]
    judged._recent = (replace(judged.last, turns=(Turn(Call("m", (), {"odd": object()})),)),)
    monkeypatch.setattr(capture, "LARGEST", 10_000)
    assert "expected plain data, got <object" in capture.replay(judged, fail("so"), "REQ")["body"]


def test_a_provider_is_told_by_what_it_is_imported_from(driver, tmp_path, monkeypatch):
    told = made_of(driver("acytoo"), reply(b"a"))["provider"]
    assert (told["module"], told["name"], told["constant"]) == ("providers.acytoo.provider", "Acytoo", "acytoo")
    text = "from providers.acytoo.provider import Acytoo\nclass Own(Acytoo):\n    contract = 'acytoo'\n"
    (tmp_path / "package").mkdir()
    for name in ("package/__init__.py", "package/inner.py", "calendar.py", "by_name_here.py"):
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    places = {
        "package/inner.py:Own": {"module": "package.inner", "folder": str(tmp_path)},
        "by_name_here:Own": {"module": "by_name_here", "folder": str(tmp_path)},
        "calendar.py:Own": {
            "module": "calendar_under_test",
            "folder": str(tmp_path),
            "file": str(tmp_path / "calendar.py"),
        },
    }
    for target, place in places.items():
        told = made_of(driver(target), reply(b"a"))["provider"]
        assert {name: told[name] for name in place} == place
    assert made_of(driver("backend_api"), reply(b"a"))["provider"]["text_paths"]
