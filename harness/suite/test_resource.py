"""RES: what a call costs and leaves behind."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from providers.contract import Capability, Contract

from ..consumer import Consumer
from ..driver import Driver, Turn
from ..evidence import draw, fail, outcome, require_equal
from ..expectation import PATIENCE, answer, blaming, exercised, failure
from ..faults import grid
from ..framing import text_of
from ..recording import Call
from ..requirement import Claim, NotExercised, requirement
from ..scenario import Judged, Scenario, one_answer
from ..script import JSON, STALL, Chunk, Gate, HalfClose, Reset, Script, Send, Sleep, Step, reply
from ..transcript import Course, Ending, Request, Transcript
from ..upstream.play import Respond
from ..variations import cuts
from ..variations.answers import events_of, lockstep
from ..variations.samples import showing
from ..verdict import Level

_TIMEOUT = 0.25
_LENIENT = 3.0
"""A time-out that plays no part but to free what a blocking library holds."""
_LONG_ENOUGH = 1.5
"""Seconds in which a provider that does not wait ends by itself, also on a busy machine; shorter than the above."""
_DEADLINE = 8.0
_TIMES = 4
_DRIP, _DRIPS = 0.3, 6
"""A pause of the upstream in seconds, and how many: in sum longer than the time-out of one second, each shorter."""
_PATIENT = 4
"""How much slower all is tried again, lest a busy machine be taken for a bug."""
_MANY = 20
_RETRIED = 20.0
"""Seconds in which a provider gives up on an upstream that asks for a pause of one second each time."""


@requirement(
    "RES-01",
    Level.MUST,
    over=one_answer,
    sockets=True,
    source="PEP 525: aclose(); 5 public bug threads of generations that go on and cost money",
)
def test_early_end_closes_the_connection(drive: Driver, scenario: Scenario) -> None:
    """Closing the generator early ends without an exception, and the upstream sees it within a second.

    A user who presses stop pays for every token of a connection that stays open.

    Remedy: keep the response in ``async with`` and close inner generators with contextlib.aclosing.
    """
    for count in (1, 2):
        script, come = _then_silence(drive, scenario, count)
        transcript = drive(scenario.answered(script), consumer=Consumer(stop_after=come), deadline=_DEADLINE)
        if transcript.raised is not None or transcript.course is not Course.CLOSED:
            reason = f"closing after text {count} does not end well"
            wire, claim = draw(script), Claim(raised=())
            raise fail(reason, expected="no exception", observed=outcome(transcript), wire=wire, claim=claim)
        _require_left(transcript, script)


def _then_silence(drive: Driver, scenario: Scenario, count: int) -> tuple[Script, int]:
    """Give the reply that falls silent after so many texts, with the characters that have come by then.

    Where an answer is one piece it is complete.
    """
    if Capability.STREAM not in drive.contract.capabilities:
        return scenario.script, 1
    varied, gates = lockstep(drive.contract, scenario, ["One ", "two ", "three "])
    come, last = gates[count - 1]
    steps = varied.script.steps[: varied.script.steps.index(Gate(last))]
    return _ungated(*steps, STALL), come


def _require_left(transcript: Transcript, script: Script, level: Level | None = None) -> None:
    endings = [exchange.ending for exchange in transcript.exchanges]
    if Ending.UNFINISHED in endings:
        left, wire = str(Ending.CLIENT_LEFT), draw(script)
        raise fail("the connection stays open", expected=left, observed=endings, wire=wire, level=level)


@requirement(
    "RES-03",
    Level.MUST,
    over=one_answer,
    sockets=True,
    source="5 public bug threads; keep-alive of a pool is no leak, growth is",
)
def test_nothing_stays_behind(drive: Driver, scenario: Scenario) -> None:
    """No socket, task, thread or ResourceWarning stays behind after success, error or an early end.

    Called four times in one event loop: a pool may keep a connection or a thread, but not one more per call.

    Remedy: close client and response with ``async with``; await every task that you start; share one executor, or
    shut down that of the call.
    """
    error = scenario.answered(scenario.script.with_head(status=500))
    silence, come = _then_silence(drive, scenario, 1)
    early = scenario.answered(silence)
    watched = Consumer(times=_TIMES, watch_leftovers=True)
    for name, played, consumer in (
        ("success", scenario, watched),
        ("an error", error, watched),
        ("an early end", early, replace(watched, stop_after=come)),
    ):
        transcript = drive(played, consumer=consumer, deadline=_DEADLINE)
        exercised(transcript.exchanges, "no request reached the upstream")
        if transcript.leftovers:
            raise fail(f"left behind after {name}", expected="nothing", observed=sorted(set(transcript.leftovers)))


@requirement(
    "RES-04",
    Level.MUST,
    over=grid.silent,
    needs=[Capability.TIMEOUT],
    source="5 public bug threads of calls that hang for ever",
)
def test_silence_is_a_runtime_error(drive: Driver, scenario: Scenario) -> None:
    """A silent upstream leads to RuntimeError within the configured time-out: before, after the head, mid-body.

    Remedy: give the HTTP library a read time-out and turn its exception into RuntimeError.
    """
    transcript = drive(scenario, options={"timeout": _TIMEOUT}, deadline=_TIMEOUT + PATIENCE)
    if transcript.raised is not None and not transcript.requests:
        raise NotExercised(f"timeout= is refused: {transcript.raised.type}: {transcript.raised.text}")
    if transcript.course is Course.TIMED_OUT:
        reason = f"no exception within {_TIMEOUT + PATIENCE} s of silence (timeout={_TIMEOUT})"
        wire, claim = draw(scenario.script), Claim(raised=("RuntimeError",), finish=())
        raise fail(reason, expected="RuntimeError", observed=outcome(transcript), wire=wire, claim=claim)
    failure(transcript, scenario)


_IN_ERROR_BODY = "cancelled-in-error-body"


def _cancelled_in(judged: Judged) -> Iterator[Scenario]:
    yield from grid.silent(judged, "cancelled")
    for scenario in one_answer(judged):
        refusal = Script((Send(400, (JSON,)),)).with_body([grid.error_json()[:20]], STALL)  # 5xx may be retried
        yield scenario.answered(refusal, name=_IN_ERROR_BODY)


@requirement(
    "RES-02",
    Level.MUST,
    over=_cancelled_in,
    sockets=True,
    source="asyncio: Task.cancel(); 9 public bug threads of swallowed cancellation",
)
def test_cancellation_ends_the_call(drive: Driver, scenario: Scenario) -> None:
    """Cancelling the task that reads raises CancelledError there, closes the connection and sends nothing more.

    Tried while the provider waits for the head, for the first bytes, for more, and for the rest of an error's body
    unless it leaves at the head. A time-out of the caller is a cancellation: swallowed, the caller hangs. A
    blocking library in a thread cannot be interrupted: that its connection closes is a SHOULD.

    Remedy: catch Exception, never BaseException; release the response in ``finally`` or ``async with``. Where a
    library blocks in a thread, close its connection from the event loop (shut the socket down), also one that has
    no reply yet.
    """
    limited = {"timeout": _LENIENT} if Capability.TIMEOUT in drive.contract.capabilities else {}
    cancelled = Consumer(cancel_after=0)
    transcript = drive(scenario, options=limited, consumer=cancelled, deadline=_DEADLINE)
    if limited and not transcript.exchanges:  # it may refuse the option
        limited, transcript = {}, drive(scenario, consumer=cancelled, deadline=_DEADLINE)
    exercised(transcript.exchanges, "no request reached the upstream")
    if transcript.course is not Course.CANCELLED:
        if scenario.name == _IN_ERROR_BODY:
            waiting = drive(scenario, options=limited, deadline=_LONG_ENOUGH).course is Course.TIMED_OUT
            exercised(waiting, "the provider does not wait for the body of an error")
        wire = draw(scenario.script)
        with blaming(transcript):
            observed = outcome(transcript)
            raise fail("the cancellation is swallowed", expected="CancelledError", observed=observed, wire=wire)
    if len(transcript.exchanges) > 1:
        raise fail("a further request is sent", expected="one request", observed=f"{len(transcript.exchanges)}")
    _require_left(transcript, scenario.script, Level.SHOULD if transcript.threads else None)


def _dripping(judged: Judged) -> Iterator[Scenario]:
    for scenario in one_answer(judged):
        yield scenario.answered(_dripped(scenario, _DRIP), name="slow-but-living")


def _dripped(scenario: Scenario, pause: float) -> Script:
    steps: list[Step] = [scenario.script.head]
    body = scenario.script.body
    for piece in cuts.cut(body, *cuts.spread(range(1, len(body)), _DRIPS)):
        steps += [Chunk(piece), Sleep(pause)]
    return Script(tuple(steps[:-1]))


@requirement(
    "RES-05",
    Level.MUST,
    over=_dripping,
    needs=[Capability.TIMEOUT],
    source="requests: timeout is no limit on the whole download; 7 public bug threads of long answers cut off",
)
def test_a_slow_answer_is_not_cut_off(drive: Driver, scenario: Scenario) -> None:
    """A stream whose pauses are shorter than the time-out arrives whole, though it takes longer in sum.

    Long answers of large models take minutes. What fails is tried once more, four times slower.

    Remedy: limit connecting and each read, not the whole call (aiohttp: sock_read, not total).
    """
    transcript = drive(scenario, options={"timeout": 1.0})
    if transcript.raised is not None and not transcript.requests:
        raise NotExercised(f"timeout= is refused: {transcript.raised.type}: {transcript.raised.text}")
    if transcript.meaning["raised"] or transcript.text != scenario.expected.text:
        slow = scenario.answered(_dripped(scenario, _DRIP * _PATIENT))
        transcript = drive(slow, options={"timeout": 1.0 * _PATIENT}, deadline=_DRIP * _PATIENT * _DRIPS + PATIENCE)
    answer(transcript, scenario, "a slow answer was cut off")


@requirement(
    "RES-06",
    Level.MUST,
    over=one_answer,
    sockets=True,
    source="asyncio.run(); 5 public bug threads of 'Event loop is closed' on the second call",
)
def test_successive_event_loops_are_served(drive: Driver, scenario: Scenario) -> None:
    """One provider answers under successive event loops: asyncio.run() twice is how scripts call it.

    Remedy: keep nothing that belongs to a loop (session, lock, queue) on the class or the module.
    """
    for count in ("first", "second", "third"):
        answer(drive(scenario), scenario, f"in the {count} event loop", loops=2)


@requirement(
    "RES-07",
    Level.MUST,
    over=one_answer,
    sockets=True,
    source="8 public bug threads of answers that went to another caller",
)
def test_calls_at_once_are_independent(drive: Driver, scenario: Scenario) -> None:
    """Calls at the same time each get their own answer: two in lock-step, then twenty held open together.

    Remedy: keep buffers, decoders and responses in local variables.
    """
    if Capability.STREAM in drive.contract.capabilities:
        pair = [_numbered(drive, scenario, index, [f"{word} {index}. " for word in _WORDS]) for index in range(2)]
        turns = [
            Turn(call.call, Consumer(gates=tuple((come, f"{index}: {gate}") for come, gate in gates)))
            for index, (call, gates) in enumerate(pair)
        ]
        scripts = [_waiting_for(call.script, 1 - index) for index, (call, _) in enumerate(pair)]
        transcripts = drive.several(turns, _by_number(scripts), at_once=True)
        _require_answers(transcripts, [call for call, _ in pair], "two calls in lock-step")
    numbered = [_numbered(drive, scenario, index, ["The ", f"answer {index}"]) for index in range(_MANY)]
    many = [one for one, _ in numbered]
    turns = [
        Turn(one.call, Consumer(gates=[(come, f"{index} has begun") for come, _ in gates[:1]]))
        for index, (one, gates) in enumerate(numbered)
    ]
    scripts = [_held(drive.contract, one.script) for one in many]
    transcripts = drive.several(turns, _by_number(scripts), at_once=True)
    _require_answers(transcripts, many, f"{_MANY} calls at once")
    streams = Capability.STREAM in drive.contract.capabilities
    for calling in tuple(showing(Capability.TOOL_CALLS)(drive.subject))[: int(streams)]:
        _require_own_calls(drive, calling)


def _require_own_calls(drive: Driver, calling: Scenario) -> None:
    """Require the tool calls of one answer from each of two that begin together."""
    want = drive(calling).calls
    messages = [({"role": "user", "content": f"canary-{index:02d}-"},) for index in range(2)]
    come = len(calling.expected.text)
    turns = [
        Turn(replace(calling.call, messages=asked), Consumer(gates=[(come, f"{index} has begun")]))
        for index, asked in enumerate(messages)
    ]
    head, *pieces = calling.script.steps
    events = events_of(drive.contract, calling.script)
    said = 1 + max(index for index, event in enumerate(events) if text_of(drive.contract, event))
    scripts = [Script((head, *pieces[:said], Gate(f"{1 - index} has begun"), *pieces[said:])) for index in range(2)]
    for transcript in drive.several(turns, _by_number(scripts), at_once=True):
        answer(transcript, calling, "two calls at once with tool calls")
        with blaming(transcript):
            require_equal(list(want), list(transcript.calls), "two calls at once: the tool calls differ")


_WORDS = ("One", "two", "three")


def _numbered(
    drive: Driver, scenario: Scenario, index: int, texts: Sequence[str]
) -> tuple[Scenario, tuple[tuple[int, str], ...]]:
    """Give a call that can be told by its message, its own answer, and the gates of that."""
    varied, gates = lockstep(drive.contract, scenario, texts)
    message = {"role": "user", "content": f"canary-{index:02d}-"}
    return replace(varied, call=Call(scenario.call.model, (message,), scenario.call.options)), gates


def _waiting_for(script: Script, other: int) -> Script:
    """Let an answer go on when the other call's reader has come as far."""
    steps = [Gate(f"{other}: {step.name}") if isinstance(step, Gate) else step for step in script.steps]
    return Script(tuple(steps))


def _held(contract: Contract, script: Script) -> Script:
    """Hold an answer open after its first text until the first and the last of all calls have their own."""
    if Capability.STREAM not in contract.capabilities:
        return _ungated(Sleep(0.05), *script.steps)
    first = next(index for index, step in enumerate(script.steps) if isinstance(step, Gate))
    begun = [Gate(f"{index} has begun") for index in (0, _MANY - 1)]
    return Script((*script.steps[:first], *begun, *_ungated(*script.steps[first:]).steps))


def _ungated(*steps: Step) -> Script:
    return Script(tuple(step for step in steps if not isinstance(step, Gate)))


def _by_number(scripts: Sequence[Script]) -> Respond:
    """Answer each request by the number in its message."""

    def respond(request: Request, number: int) -> Script:
        body = request.body.decode(errors="replace")
        return next((one for index, one in enumerate(scripts) if f"canary-{index:02d}-" in body), scripts[number % 2])

    return respond


def _require_answers(transcripts: Sequence[Transcript], scenarios: Sequence[Scenario], how: str) -> None:
    exercised(transcripts[0].exchanges, "no request reached the upstream")
    for transcript, scenario in zip(transcripts, scenarios, strict=True):
        answer(transcript, scenario, how)
    expired = sorted({gate for exchange in transcripts[0].exchanges for gate in exchange.gates_expired})
    if expired:
        raise fail(f"{how}: one waits for the other to end", expected="answers side by side", observed=expired)


_AFTER_MANY = f"after-{_MANY}-refusals"


def _disturbances(judged: Judged) -> Iterator[Scenario]:
    for scenario in one_answer(judged):
        head, body = scenario.script.head, scenario.script.body
        half = Script((head,)).with_body([body[: len(body) // 2]])
        yield scenario.answered(scenario.script.with_head(status=500), name="after-status-500")
        for status in (400, 401, 429, 503):
            script = reply(grid.error_json(), status=status, headers=[JSON, ("retry-after", "1")])
            yield scenario.answered(script, name=f"after-status-{status}")
        yield scenario.answered(reply(grid.error_json(), status=400, headers=[JSON]), name=_AFTER_MANY)
        yield scenario.answered(Script((*half.steps, Reset())), name="after-reset")
        yield scenario.answered(Script((*half.steps, HalfClose())), name="after-close")
        yield scenario.answered(Script((*half.steps, STALL)), name="after-cancellation")
        if Capability.TIMEOUT in judged.contract.capabilities:
            yield scenario.answered(Script((*half.steps, STALL)), name="after-time-out")


@requirement(
    "RES-08",
    Level.MUST,
    over=_disturbances,
    sockets=True,
    source="2 public bug threads of a broken connection that is taken from the pool again",
)
def test_a_failed_call_does_not_impair_the_next(drive: Driver, scenario: Scenario) -> None:
    """After a failed, refused, cancelled or stalled call the next one in the same event loop is answered.

    Remedy: close the response on every way out, so that a broken connection never returns to a pool.
    """
    (good,) = one_answer(drive.subject)
    consumer = Consumer(cancel_after=0) if scenario.name == "after-cancellation" else Consumer()
    first = _numbered(drive, good, 0, ["never"])[0].call
    if scenario.name == "after-time-out":
        first = replace(first, options={**first.options, "timeout": _TIMEOUT})
    second = _numbered(drive, good, 1, ["well again"])[0]
    scripts = [scenario.script, _ungated(*second.script.steps)]
    turns = [*[Turn(first, consumer)] * (_MANY if scenario.name == _AFTER_MANY else 1), Turn(second.call)]
    *_, disturbed, after = drive.several(turns, _by_number(scripts), deadline=_RETRIED)
    exercised(disturbed.exchanges, "no request reached the upstream")
    exercised(disturbed.course is not Course.TIMED_OUT, "the first call does not end: RES-02, RES-04 or ERROR-09")
    answer(after, second, f"the call {scenario.name.replace('-', ' ')}")
