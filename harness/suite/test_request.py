"""REQ: what goes over the wire before anything comes back."""

import base64
import copy
import hashlib
import json
import os
import re
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from providers.contract import Capability, Door, HeaderRule

from ..consumer import Consumer
from ..driver import READ_ALL, Driver, Way
from ..evidence import draw_request, fail, outcome, require_equal, show
from ..expectation import admits, document, is_refused, only_request, refusal_before_network
from ..recording import Call
from ..requirement import Claim, requirement
from ..scenario import Scenario, answers, one_answer
from ..transcript import Request, Transcript, Via
from ..verdict import Level

_HOSTILE = ("TEMPERATURE", "OPENAI_TEMPERATURE", "LLM_TEMPERATURE", "MODEL", "OPENAI_MODEL", "TOP_P", "SEED", "STOP")
"""Variables that clients of other services read as defaults."""
_PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
"""A PNG of one pixel, in base64."""
_PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
_NAMED = ("http://upstream.example", "https://upstream.example")
"""Origins that only a proxy can reach."""
_SINGLE = ("authorization", "content-length", "content-type", "host", "origin", "referer", "user-agent")
"""Headers that are no lists."""
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
    "REQ-01",
    Level.MUST,
    over=one_answer,
    source="contract: endpoint; RFC 3986, 5.2.4; openai-python #2796, litellm #8350 (lost and doubled path segments)",
)
def test_target_is_base_path_and_endpoint(drive: Driver, scenario: Scenario) -> None:
    """The request target equals the path of base_url followed by the endpoint path, once.

    A base_url with or without a trailing slash, or behind a gateway's prefix, leads to the same endpoint;
    without base_url the request goes to the documented origin. Doubled slashes or segments hit a 404 that
    users cannot explain.

    Remedy: strip the trailing slash of base_url and append the endpoint path; never use urljoin for this.
    """
    contract = drive.contract
    if contract.origin is not None:
        _require_own_origin(drive, scenario)
    if drive.door is not Door.BASE_URL:
        request = only_request(drive(scenario), scenario)
        want = contract.path if drive.door is Door.URL else contract.root + contract.path
        wire, claim = draw_request(request), Claim(target=want)
        require_equal(want, request.path, "the target is not the endpoint", wire=wire, claim=claim)
        return
    for base in contract.base_paths:
        request = only_request(drive(scenario, way=Way(Door.BASE_URL, base=base)), scenario)
        want = base.rstrip("/") + contract.path
        wire, claim = draw_request(request), Claim(target=want)
        require_equal(want, request.path, f"with base_url ending in {base!r}", wire=wire, claim=claim)


def _require_own_origin(drive: Driver, scenario: Scenario) -> None:
    """Require that without base_url the documented origin is asked, or at least tried: by proxy=, else unled."""
    led = drive.upstream.proxy is not None and drive.door is not Door.ENVIRONMENT
    transcript = drive(scenario, way=Way(Door.PROXY if led else None))
    if led and not _origins(transcript):
        transcript = drive(scenario, way=Way(None))
    origins = _origins(transcript)
    if origins != [drive.contract.origin]:
        observed = origins or outcome(transcript)
        raise fail("without base_url another origin is asked", expected=[drive.contract.origin], observed=observed)


def _origins(transcript: Transcript) -> list[str]:
    """Give the origins that were asked; where none was, those that were tried."""
    asked = [f"{request.scheme}://{request.authority.removesuffix(':443')}" for request in transcript.requests]
    return asked or [f"https://{address.removesuffix(':443')}" for address in dict.fromkeys(transcript.escapes)]


@requirement(
    "REQ-02",
    Level.MUST,
    over=answers,
    source="contract: headers; RFC 9110, 8.3 and 12.5.1",
)
def test_request_is_a_json_post_with_the_documented_headers(drive: Driver, scenario: Scenario) -> None:
    """The request is a POST of application/json that accepts the answer's media type and has the documented headers.

    Headers that the contract declares required (secrets, nonces, signatures) are checked by value, freshness
    and digest; those by which browsers merely look alike are a SHOULD. Further headers are free. Servers read the
    first or the last of two headers that are no list, or refuse both.

    Remedy: compare the printed request with the contract's header rules.
    """
    request = only_request(drive(scenario), scenario)
    wire = draw_request(request)
    require_equal("POST", request.method, "the method differs", wire=wire)
    media_type = (request.header("content-type") or "").partition(";")[0].strip().lower()
    require_equal("application/json", media_type, "the content-type differs", wire=wire)
    accept = request.header("accept")
    if not admits(accept, drive.contract.accept):
        raise fail("Accept does not admit the answer", expected=list(drive.contract.accept), observed=accept, wire=wire)
    _require_single(request, wire)
    own = drive.contract.origin or ""
    headers = {name.lower(): value.replace(drive.upstream.origin, own) for name, value in request.headers}
    for rule in drive.contract.headers:
        _require_header(rule, headers, wire)
    _recommend_headers(drive.contract.headers, headers, wire)


def _require_single(request: Request, wire: str) -> None:
    names = [name.lower() for name, _ in request.headers]
    for name in _SINGLE:
        if names.count(name) > 1:
            raise fail(
                f"header {name} is sent twice (RFC 9110, 5.3)", expected=1, observed=names.count(name), wire=wire
            )


def _require_header(rule: HeaderRule, headers: Mapping[str, str], wire: str) -> None:
    value = headers.get(rule.name, "")
    if rule.required and not _holds(rule, headers):
        observed = headers.get(rule.name)
        claim, reason = Claim(headers={rule.name: rule.value}), f"header {rule.name} ({rule.source})"
        raise fail(reason, expected=repr(rule.value), observed=observed, wire=wire, claim=claim)
    if rule.recent is not None and abs(time.time() - float(value)) > rule.recent:
        expected = f"a Unix time within {rule.recent} s of now"
        raise fail(f"header {rule.name} is stale", expected=expected, observed=value, wire=wire)
    if rule.digest is not None:
        signed = rule.digest.format_map(headers)
        digest = hashlib.md5(signed.encode(), usedforsecurity=False).hexdigest()
        claim = Claim(signed=(rule.name, rule.digest))
        require_equal(digest, value, f"header {rule.name} does not sign {rule.digest}", wire=wire, claim=claim)


def _holds(rule: HeaderRule, headers: Mapping[str, str]) -> bool:
    return rule.name in headers and re.fullmatch(rule.value, headers[rule.name]) is not None


def _recommend_headers(rules: Sequence[HeaderRule], headers: Mapping[str, str], wire: str) -> None:
    """Name all headers at once by which other clients may legally differ."""
    missed = {rule.name: rule.value for rule in rules if not rule.required and not _holds(rule, headers)}
    if missed:
        observed, claim = {name: headers.get(name) for name in missed}, Claim(headers=missed)
        reason = "headers that the service's own page sends"
        raise fail(reason, expected=missed, observed=observed, wire=wire, level=Level.SHOULD, claim=claim)


@requirement(
    "REQ-05",
    Level.MUST,
    over=one_answer,
    source="contract: options; 5 public bug threads (temperature=0 dropped by a truth test)",
)
def test_options_are_sent_or_refused(drive: Driver, scenario: Scenario) -> None:
    """An option given by the caller is sent, falsy or not, or refused; an unknown one is refused.

    Nothing in the environment overrides it. ``temperature=0`` tested for truth silently becomes the default. An
    option that is dropped makes callers believe in a setting that does not exist, so it raises ValueError
    before any request. To refuse what the upstream documents is legal, and told as SHOULD.

    Remedy: test for None, not for truth, and raise ValueError for keywords that have no place in the body: the
    TypeError of a signature without ``**kwargs`` is not enough, for callers catch the two exceptions of the law.
    """
    hostile = dict.fromkeys(_HOSTILE, "0.123")
    refused: dict[str, list[Any]] = {}
    for rule in drive.contract.options:
        for value in rule.values:
            with _environment(hostile):
                transcript = drive(scenario, options={rule.name: value})
            if is_refused(transcript):
                refused.setdefault(rule.name, []).append(value)
                continue
            body = _members(request := only_request(transcript, scenario))
            got = body.get(rule.path)
            if rule.path not in body or got != value or isinstance(got, bool) is not isinstance(value, bool):
                reason = f"{rule.name}={value!r} is not sent at {rule.path}"
                claim = Claim(members={rule.path: value}, environment=hostile)
                observed = json.dumps(got) if rule.path in body else "absent"
                wire = draw_request(request)
                raise fail(reason, expected=json.dumps(value), observed=observed, wire=wire, claim=claim)
    if not drive.contract.open_options:
        transcript = drive(scenario, options={"x_unknown_option": 1})
        refusal_before_network(transcript, "the unknown option x_unknown_option=1")
    if refused:
        raise fail("documented options are refused", expected="sent", observed=refused, level=Level.SHOULD)


def _members(request: Request) -> dict[str, Any]:
    body = document(request)
    return body if isinstance(body, dict) else {}


@contextmanager
def _environment(variables: Mapping[str, str | None]) -> Iterator[None]:
    """Set variables, or unset those that are None, and put them back."""
    before = {name: os.environ.get(name) for name in variables}
    _put(variables)
    try:
        yield
    finally:
        _put(before)


def _put(variables: Mapping[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@requirement(
    "REQ-06",
    Level.MUST,
    over=one_answer,
    source="3 public bug threads; g4f's Yqcloud appends the reply to the caller's messages",
)
def test_arguments_stay_as_they_were(drive: Driver, scenario: Scenario) -> None:
    """Messages, options and nested values of the caller are never changed, and equal calls send equal requests.

    Headers that the contract declares fresh (nonces) must differ instead: a replayed nonce is refused by the
    upstream. Checked after success, after an error and after an early end; where media are taken, with them too.

    Remedy: build new lists and dicts for the body; draw nonces inside the call, not at import.
    """
    nested = {"role": "user", "content": "keep me", "extra": {"list": [1, {"deep": True}]}}
    call = replace(scenario.call, messages=({"role": "system", "content": "s"}, copy.deepcopy(nested), nested))
    _require_untouched(drive, scenario, call)
    if drive.contract.media is not None:
        media = [(base64.b64decode(_PIXEL), "a.png"), (base64.b64decode(_PIXEL), "b.png")]
        _require_untouched(drive, scenario, replace(call, options={**call.options, "media": media}))


def _require_untouched(drive: Driver, scenario: Scenario, call: Call) -> None:
    error = scenario.answered(scenario.script.with_head(status=500))
    transcripts = []
    for one, consumer in ((scenario, Consumer(stop_after=1)), (error, READ_ALL), *[(scenario, READ_ALL)] * 2):
        transcripts.append(drive(one, call=call, consumer=consumer))
        if mutated := transcripts[-1].mutated:
            raise fail("the caller's arguments were changed", expected="unchanged", observed=list(mutated))
    first, second = (only_request(transcript, scenario) for transcript in transcripts[2:])
    claim = Claim(repeats=True)
    require_equal(document(first), document(second), "equal calls send different bodies", claim=claim)
    _require_fresh_headers(drive, first, second)


def _require_fresh_headers(drive: Driver, first: Request, second: Request) -> None:
    for rule in drive.contract.headers:
        value = first.header(rule.name)
        if rule.fresh and value == second.header(rule.name):
            claim = Claim(fresh=rule.name)
            raise fail(f"header {rule.name} is not fresh", expected="a new value per call", observed=value, claim=claim)


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
    with _environment(unset):  # lest they lead there what ignores proxy=
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
        with _environment({**proxies, **exempt}):
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
    with tempfile.TemporaryDirectory() as home, _environment({**variables, "HOME": home, "NETRC": f"{home}/.netrc"}):
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
