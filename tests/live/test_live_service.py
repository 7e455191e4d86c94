import httpx
import pytest

from harness.live.service import Asked, CutOff, Refused, Reply, Service, json_reply

CLIENT = httpx.Client(trust_env=False, headers={"connection": "close"})


def ask(service, method="POST", path="/", **kwargs):
    return CLIENT.request(method, service.url + path, **kwargs)


def test_a_request_arrives_whole():
    seen = []

    def answer(asked):
        seen.append(asked)
        return json_reply({"é": 1}, 201)

    with Service(answer) as service:
        reply = ask(service, "PUT", "/a?b", content=b"body", headers={"X-Name": "Value"})

    assert (reply.status_code, reply.text, reply.headers["content-type"]) == (201, '{"é": 1}', "application/json")
    assert (seen[0].method, seen[0].path, seen[0].headers["x-name"], seen[0].body) == ("PUT", "/a?b", "Value", b"body")


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
def test_pieces_come_whole_and_empty_ones_end_nothing(chunked):
    reply = Reply((b"one", b"", b"two"), "text/plain", headers={"X-Quota": "3"}, chunked=chunked)

    with Service(lambda _asked: reply) as service:
        got = ask(service)

    assert (got.content, got.headers["x-quota"], got.headers["content-type"]) == (b"onetwo", "3", "text/plain")
    assert ("transfer-encoding" in got.headers, "content-length" in got.headers) == (chunked, not chunked)


def test_a_refusal_is_a_reply():
    def answer(asked: Asked):
        raise Refused(json_reply({"no": asked.path}, 403))

    with Service(answer) as service:
        got = ask(service, path="/secret")

    assert (got.status_code, got.json()) == (403, {"no": "/secret"})


def pieces_and_then(failure):
    yield b"one"
    raise failure


def test_a_reply_that_is_cut_off_is_incomplete_and_silent(capfd):
    with (
        Service(lambda _asked: Reply(pieces_and_then(CutOff()), "text/plain", chunked=True)) as service,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        ask(service)

    assert capfd.readouterr().err == ""


def test_a_fault_of_the_service_itself_is_shown(capfd):
    with (
        Service(lambda _asked: Reply(pieces_and_then(KeyError("oops")), "text/plain", chunked=True)) as service,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        ask(service)

    assert "KeyError: 'oops'" in capfd.readouterr().err
