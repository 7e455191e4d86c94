import asyncio
import ssl

import httpx
import pytest

from harness.errors import HarnessError
from harness.script import STALL, Chunk, Close, Framing, Gate, HalfClose, Reset, Script, Send, Sleep, reply
from harness.transcript import Ending

CONTEXT = ssl.create_default_context()
READ_TIMEOUT = 0.25
GATE_LIMIT = 0.05


def script(framing, *steps, **head):
    return Script((Send(framing=framing, **head), *steps))


def chunks(*pieces):
    return tuple(Chunk(piece) for piece in pieces)


ABC = chunks(b"a", b"bc", "é€😀".encode(), b"\r\n")
PIECES = [b"a", b"bc", "é€😀".encode(), b"\r\n"]
CHUNKED, LENGTH, CLOSE = Framing.CHUNKED, Framing.LENGTH, Framing.CLOSE

SCRIPTS = {
    **{f"{framing}, complete": (script(framing, *ABC), PIECES, None) for framing in Framing},
    **{f"{framing}, closed": (script(framing, *ABC, Close()), PIECES, None) for framing in Framing},
    **{f"{framing}, empty": (script(framing), [], None) for framing in Framing},
    **{
        f"{framing}, reset": (script(framing, *ABC[:2], Reset()), PIECES[:2], httpx.ReadError)
        for framing in (CHUNKED, CLOSE)
    },
    **{
        f"{framing}, stalled": (script(framing, *ABC[:2], STALL), PIECES[:2], httpx.ReadTimeout)
        for framing in (CHUNKED, CLOSE)
    },
    "chunked, half-closed": (script(CHUNKED, *ABC, HalfClose()), PIECES, httpx.RemoteProtocolError),
    "close-delimited, half-closed": (script(CLOSE, *ABC, HalfClose()), PIECES, None),
    "content-length, half-closed when complete": (script(LENGTH, *ABC, HalfClose()), PIECES, None),
    "content-length, half-closed": (script(LENGTH, *ABC, HalfClose(), length=99), PIECES, httpx.RemoteProtocolError),
    "content-length, reset": (script(LENGTH, *ABC, Reset(), length=99), PIECES, httpx.ReadError),
    "content-length, stalled": (script(LENGTH, *ABC, STALL, length=99), PIECES, httpx.ReadTimeout),
    "content-length, too short a body": (script(LENGTH, *ABC, length=99), PIECES, httpx.RemoteProtocolError),
    "content-length, too short a body, closed": (
        script(LENGTH, *ABC, Close(), length=99),
        PIECES,
        httpx.RemoteProtocolError,
    ),
    "content-length, too long a body": (script(LENGTH, *ABC, length=2), [b"a", b"b"], None),
    "status 429": (reply(b"slow down", status=429, headers=[("Retry-After", "7")]), [b"slow down"], None),
    "unnamed status": (reply(b"?", status=599), [b"?"], None),
    "recorded headers": (
        reply(b"x", headers=[("transfer-encoding", "chunked"), ("X-Id", "1")], framing=LENGTH),
        [b"x"],
        None,
    ),
    "an empty chunk": (script(CHUNKED, *chunks(b"a", b"", b"b")), [b"a", b"b"], None),
    "nothing at all": (Script(()), None, httpx.RemoteProtocolError),
    "half-close before the head": (Script((HalfClose(),)), None, httpx.RemoteProtocolError),
    "reset before the head": (Script((Reset(),)), None, httpx.ReadError),
    "stall before the head": (Script((STALL,)), None, httpx.ReadTimeout),
    "sleeps": (Script((Sleep(0.01), Send(), Sleep(0.01), *ABC, Sleep(0.01))), PIECES, None),
    "sleeps longer in sum than the time-out": (
        script(CHUNKED, ABC[0], Sleep(0.15), ABC[1], Sleep(0.15)),
        PIECES[:2],
        None,
    ),
    "a gate that nobody opens": (script(CHUNKED, ABC[0], Gate("go"), ABC[1], Gate("on")), PIECES[:2], None),
}


async def observe(upstream, script):
    seen = {"status": None, "reason": None, "headers": None, "pieces": None, "raised": None}
    with upstream.play(script, gate_limit=GATE_LIMIT) as play:
        async with httpx.AsyncClient(verify=CONTEXT, timeout=httpx.Timeout(5, read=READ_TIMEOUT)) as client:
            try:
                async with client.stream("POST", f"{upstream.origin}/v1?q=1", content=b"hello") as response:
                    seen |= {"status": response.status_code, "reason": response.reason_phrase, "pieces": []}
                    seen["headers"] = response.headers.multi_items()
                    async for piece in response.aiter_raw():
                        seen["pieces"].append(piece)
            except httpx.HTTPError as error:
                seen["raised"] = type(error)
        assert play.settle(1)
        [exchange] = play.exchanges()
    request = exchange.request
    asked = (request.method, request.target, request.body, request.via, request.scheme, request.header("user-agent"))
    seen |= {"asked": asked, "sent": exchange.chunks_sent, "ending": exchange.ending, "expired": exchange.gates_expired}
    assert request.authority == (request.header("host") + (":80" if upstream.name == "in-process" else ""))
    assert upstream.drained(1)
    return seen


@pytest.mark.parametrize(("script", "pieces", "raised"), SCRIPTS.values(), ids=SCRIPTS)
async def test_a_script_is_the_same_on_both(inprocess, loopback, script, pieces, raised):
    over_sockets = await observe(loopback, script)
    within = await observe(inprocess, script)
    assert (within["pieces"], within["raised"]) == (pieces, raised)
    if script.steps and "chunked" not in str(script.steps):  # without chunk headers a busy kernel may join writes
        over_sockets, within = ({**seen, "pieces": b"".join(seen["pieces"] or [])} for seen in (over_sockets, within))
    assert over_sockets == within


async def test_every_two_way_cut_arrives_as_cut(inprocess, loopback):
    body = "data: é€😀\r\n\r\ndata: [DONE]\n\n".encode()
    cuts = [[body[:place], body[place:]] for place in range(1, len(body))]
    for upstream in (inprocess, loopback):
        with upstream.play(*(reply().with_body(cut) for cut in cuts)):
            async with httpx.AsyncClient(verify=CONTEXT) as client:
                for cut in cuts:
                    async with client.stream("GET", upstream.origin) as response:
                        assert [piece async for piece in response.aiter_raw()] == cut


@pytest.fixture(params=["inprocess", "loopback"])
def upstream(request):
    return request.getfixturevalue(request.param)


async def test_a_gate_holds_back_until_released(upstream):
    with upstream.play(script(CHUNKED, ABC[0], Gate("go"), ABC[1]), gate_limit=30) as play:
        async with httpx.AsyncClient(verify=CONTEXT) as client, client.stream("GET", upstream.origin) as response:
            pieces = response.aiter_raw()
            assert await anext(pieces) == b"a"
            assert play.exchanges()[0].ending is Ending.UNFINISHED
            asyncio.get_running_loop().call_later(0.02, play.release, "go")
            assert await anext(pieces) == b"bc"
            assert [piece async for piece in pieces] == []
        assert play.settle(1)
        assert play.exchanges()[0].gates_expired == ()


async def test_a_gate_released_before_it_is_reached_is_open(upstream):
    with upstream.play(script(CHUNKED, Gate("go"), ABC[1]), gate_limit=30) as play:
        play.release("go")
        async with httpx.AsyncClient(verify=CONTEXT) as client:
            assert (await client.get(upstream.origin)).content == b"bc"
        assert play.exchanges()[0].gates_expired == ()


def test_a_sync_client_is_served_too(upstream):
    steps = (Sleep(0.01), Send(), ABC[0], Gate("go"), ABC[1])
    with upstream.play(Script(steps), gate_limit=0.02) as play:
        with (
            httpx.Client(verify=CONTEXT) as client,
            client.stream("POST", upstream.origin, content=b"x") as response,
        ):
            assert list(response.iter_raw()) == [b"a", b"bc"]
        assert play.settle(1)
        assert play.exchanges()[0].gates_expired == ("go",)


@pytest.mark.parametrize(
    ("steps", "raised"),
    [((Reset(),), httpx.ReadError), ((Send(), STALL), httpx.ReadTimeout)],
    ids=["reset", "stall"],
)
def test_a_sync_client_meets_faults_too(upstream, steps, raised):
    with upstream.play(Script(steps)) as play:
        with httpx.Client(verify=CONTEXT, timeout=0.1) as client, pytest.raises(raised):
            client.get(upstream.origin)
        assert play.settle(1)


async def test_leaving_in_the_middle_is_seen(upstream):
    with upstream.play(script(CHUNKED, ABC[0], STALL)) as play:
        async with httpx.AsyncClient(verify=CONTEXT) as client, client.stream("GET", upstream.origin) as response:
            assert await anext(response.aiter_raw()) == b"a"
            assert upstream.open_connections() == 1
            assert not play.settle(0.01)
        assert play.settle(1)
        assert play.exchanges()[0].ending is Ending.CLIENT_LEFT
    assert upstream.drained(1)


async def until_asked(play):
    while not play.exchanges():  # noqa: ASYNC110  the event would come from another thread
        await asyncio.sleep(0.005)


@pytest.mark.parametrize("steps", [(STALL,), (Send(), STALL)], ids=["before the head", "in the body"])
async def test_cancellation_is_seen(upstream, steps):
    async def ask():
        async with httpx.AsyncClient(verify=CONTEXT) as client:
            await client.get(upstream.origin)

    with upstream.play(Script(steps)) as play:
        task = asyncio.create_task(ask())
        await until_asked(play)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert play.settle(1)
        assert play.exchanges()[0].ending is Ending.CLIENT_LEFT
    assert upstream.drained(1)


async def test_a_leaked_response_is_seen_until_the_play_ends(upstream):
    async with httpx.AsyncClient(verify=CONTEXT) as client:
        with upstream.play(script(CHUNKED, ABC[0], STALL)) as play:
            await client.send(client.build_request("GET", upstream.origin), stream=True)
            assert not upstream.drained(0.05)
            assert upstream.drained(0.05, down_to=1)
            assert upstream.open_connections() == 1
        assert upstream.drained(1)
        assert play.exchanges()[0].ending is Ending.UNFINISHED


async def test_who_still_waits_at_the_end_of_the_play_is_cut_off(upstream):
    async with httpx.AsyncClient(verify=CONTEXT, timeout=None) as client:
        with upstream.play(Script((STALL,))) as play:
            task = asyncio.create_task(client.get(upstream.origin))
            await until_asked(play)
        with pytest.raises(httpx.ReadError):
            await task
    assert play.settle(1)
    assert play.exchanges()[0].ending is Ending.UNFINISHED


async def test_twenty_at_once_each_get_their_own(upstream):
    def respond(request, number):
        return reply(request.body + b"!").with_body([request.body, b"!", str(number < 20).encode()])

    async def ask(client, number):
        return (await client.post(upstream.origin, content=str(number))).text

    with upstream.perform(respond) as play:
        async with httpx.AsyncClient(verify=CONTEXT) as client:
            texts = await asyncio.gather(*(ask(client, number) for number in range(20)))
        assert texts == [f"{number}!True" for number in range(20)]
        assert sorted(int(exchange.request.body) for exchange in play.exchanges()) == list(range(20))


async def test_scripts_answer_in_order_and_the_last_repeats(upstream):
    with upstream.play(reply(b"1"), reply(b"2")) as play:
        async with httpx.AsyncClient(verify=CONTEXT) as client:
            assert [(await client.get(upstream.origin)).text for _ in range(3)] == ["1", "2", "2"]
        assert len(play.exchanges()) == 3


def raises(_request, _number):
    raise KeyError("no script")


def gives_a_body_before_its_head(_request, _number):
    return Script((Chunk(b"x"), Send()))


@pytest.mark.parametrize(
    ("respond", "error"),
    [(raises, KeyError), (gives_a_body_before_its_head, HarnessError)],
)
async def test_a_failure_of_the_harness_is_raised_by_the_play(upstream, respond, error):
    with pytest.raises(error), upstream.perform(respond) as play:  # noqa: PT012  its exit raises
        async with httpx.AsyncClient(verify=CONTEXT) as client:
            refused = httpx.ConnectError if upstream.name == "in-process" else httpx.HTTPStatusError
            with pytest.raises(refused):
                (await client.get(upstream.origin)).raise_for_status()
        assert play.exchanges()[0].ending is Ending.UNFINISHED
