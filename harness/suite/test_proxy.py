"""REQ: whom a request goes through, and what it takes along from the environment."""

import base64
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from providers.contract import Capability, Door

from ..driver import Driver, Way
from ..evidence import draw_request, fail, outcome, show
from ..expectation import is_refused
from ..requirement import Claim, requirement
from ..scenario import Scenario, one_answer
from ..transcript import Transcript, Via
from ..upstream import environment
from ..verdict import Level

_PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
_NAMED = ("http://upstream.example", "https://upstream.example")
"""Origins that only a proxy can reach."""
_KEY_VARIABLES = (
    "API_KEY",
    "LLM_API_KEY",
    "OPENAI_API_KEY",
    "ANTHROPIC_API_KEY",
    "GEMINI_API_KEY",
    "OPENROUTER_API_KEY",
)
_AMBIENT_KEY = "sk-of-the-environment-71c0"
_LOGIN = "login-of-the-netrc-5e8d"
"""The login and the password in a ~/.netrc."""


@requirement(
    "REQ-11",
    Level.MUST,
    over=one_answer,
    needs=[Capability.PROXY],
    sockets=True,
    source="seed interface: proxy; curl(1) environment variables; 8 public bug threads",
)
def test_proxies_are_honoured(drive: Driver, scenario: Scenario) -> None:
    """An explicit proxy is used; the proxy variables should be; nothing else comes from the environment.

    A provider that ignores ``proxy=`` sends the caller's prompt from the address that the caller wanted to
    hide, be it for https alone; written into the environment or kept, it leads the next caller there too. To refuse
    it by ValueError breaks a SHOULD alone. That HTTP_PROXY, HTTPS_PROXY and NO_PROXY are honoured
    is a SHOULD: some libraries do so only when told to. Some of them then take credentials from ~/.netrc too, and
    send them where no one meant them to go.

    Remedy: pass ``proxy`` to the HTTP library (requests: for ``http`` and ``https``), and what
    urllib.request.getproxies() and proxy_bypass() tell; where it reads ~/.netrc (requests, and aiohttp with
    trust_env=True), set an ``auth`` that adds nothing.
    """
    ambient = _in_hostile_home(drive, scenario)
    _require_explicit_proxy(drive, scenario)
    led = drive(scenario, way=_behind_proxy(drive, _NAMED[0]))
    _require_proxied("environment", led, Claim(requests=1), Level.SHOULD)
    _recommend_bypass(drive, scenario)
    _require_absent([_AMBIENT_KEY], ambient, Level.SHOULD)


def _require_explicit_proxy(drive: Driver, scenario: Scenario) -> None:
    """Require that proxy= leads its own call through the proxy, and no other call.

    Where https gets neither there nor elsewhere, the certificate of the harness may have been refused.
    """
    unset: dict[str, str | None] = dict.fromkeys((*_PROXY_VARIABLES, "ALL_PROXY", "all_proxy"))
    with environment.holding(unset):  # lest they lead there what ignores proxy=
        for named in _NAMED:
            explicit = drive(scenario, way=_behind_proxy(drive, named), options={"proxy": drive.upstream.proxy})
            if written := [name for name in unset if name in os.environ]:
                raise fail("proxy= is written into the environment", expected="unset as before", observed=written)
            if named == _NAMED[0] or explicit.escapes:
                level = Level.SHOULD if is_refused(explicit) else None
                scheme = named.partition(":")[0]
                _require_proxied(f"proxy= for {scheme}", explicit, Claim(requests=1, environment=unset), level)
        after = drive(scenario, way=_behind_proxy(drive, _NAMED[0]))
    if any(request.via is not Via.ORIGIN for request in after.requests):
        raise fail("a call without proxy= goes to the proxy of the call before", observed=_reached(after))


def _require_proxied(name: str, transcript: Transcript, claim: Claim, level: Level | None = None) -> None:
    if not {request.via for request in transcript.requests} & {Via.FORWARD, Via.CONNECT}:
        raise fail(f"{name}: the proxy was not asked", observed=_reached(transcript), level=level, claim=claim)


def _recommend_bypass(drive: Driver, scenario: Scenario) -> None:
    """Require that what NO_PROXY names is asked directly."""
    proxies = dict.fromkeys(_PROXY_VARIABLES, drive.upstream.proxy)
    exempt = dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1,localhost")
    for door in (Door.BASE_URL, Door.URL):
        with environment.holding({**proxies, **exempt}):
            transcript = drive(scenario, way=Way(door))
        address = drive.upstream.origin.partition("://")[2]
        if any(request.via is not Via.ORIGIN and request.authority == address for request in transcript.requests):
            reason, observed = f"NO_PROXY names {address}, and the proxy was asked", _reached(transcript)
            raise fail(reason, expected="a direct request", observed=observed, level=Level.SHOULD)


def _in_hostile_home(drive: Driver, scenario: Scenario) -> Transcript:
    """Call in a home that offers credentials to everyone, with a key and without; give what came without."""
    name = drive.subject.provider.__name__.upper()
    variables = dict.fromkeys((*_KEY_VARIABLES, f"{name}_API_KEY", f"{name}_KEY"), _AMBIENT_KEY)
    login = [_LOGIN, base64.b64encode(f"{_LOGIN}:{_LOGIN}".encode()).decode()]
    with (
        tempfile.TemporaryDirectory() as home,
        environment.holding({**variables, "HOME": home, "NETRC": f"{home}/.netrc"}),
    ):
        netrc = Path(home, ".netrc")
        netrc.touch(0o600)
        netrc.write_text(
            "".join(f"{who} login {_LOGIN} password {_LOGIN}\n" for who in ("machine 127.0.0.1", "default"))
        )
        if Capability.API_KEY in drive.contract.capabilities:
            _require_absent([*login, _AMBIENT_KEY], drive(scenario, options={"api_key": "sk-given"}))
        bare = drive(scenario)
    _require_absent(login, bare)
    return bare


def _require_absent(marks: Sequence[str], transcript: Transcript, level: Level | None = None) -> None:
    """Require that none of these credentials of the environment is on the wire."""
    for request in transcript.requests:
        lines = [request.target, *(value for _, value in request.headers), request.body.decode(errors="replace")]
        seen = [mark for mark in marks if any(mark in line for line in lines)]
        if seen:
            reason, wire = "credentials of the environment are sent", draw_request(request)
            raise fail(reason, expected="none", observed=seen, wire=wire, level=level)


def _behind_proxy(drive: Driver, named: str) -> Way:
    """Lead to a host that only a proxy can reach."""
    return Way(drive.door, origin=named) if drive.door in {Door.BASE_URL, Door.URL} else Way(None)


def _reached(transcript: Transcript) -> str:
    return (
        f"{len(transcript.requests)} requests, tried to reach {show(list(transcript.escapes))}; {outcome(transcript)}"
    )
