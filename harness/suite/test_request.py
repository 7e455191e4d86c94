"""REQ: what goes over the wire before anything comes back."""

import copy
import hashlib
import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from providers.contract import Capability, Door, HeaderRule

from ..driver import Driver, Way
from ..evidence import draw_request, fail, outcome, require_equal, show
from ..expectation import document, only_request, refusal_before_network
from ..requirement import Claim, requirement
from ..scenario import Scenario, answers, one_answer
from ..transcript import Request, Transcript, Via
from ..verdict import Level

_MISSING = object()
_HOSTILE = ("TEMPERATURE", "OPENAI_TEMPERATURE", "LLM_TEMPERATURE", "MODEL", "OPENAI_MODEL", "TOP_P", "SEED", "STOP")
"""Variables that clients of other services read as defaults."""
_PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")


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
    and digest; those by which browsers merely look alike are a SHOULD. Further headers are free.

    Remedy: compare the printed request with the contract's header rules.
    """
    request = only_request(drive(scenario), scenario)
    wire = draw_request(request)
    require_equal("POST", request.method, "the method differs", wire=wire)
    media_type = (request.header("content-type") or "").partition(";")[0].strip().lower()
    require_equal("application/json", media_type, "the content-type differs", wire=wire)
    accept = request.header("accept")
    if not _admits(accept, drive.contract.accept):
        raise fail("Accept does not admit the answer", expected=list(drive.contract.accept), observed=accept, wire=wire)
    own = drive.contract.origin or ""
    headers = {name.lower(): value.replace(drive.upstream.origin, own) for name, value in request.headers}
    for rule in drive.contract.headers:
        _require_header(rule, headers, wire)
    _recommend_headers(drive.contract.headers, headers, wire)


def _admits(accept: str | None, media_types: tuple[str, ...]) -> bool:
    """Tell whether Accept admits one of the types; without the header anything is admitted (RFC 9110, 12.5.1)."""
    if accept is None:
        return True
    ranges = {part.partition(";")[0].strip().lower() for part in accept.split(",")}
    return any({"*/*", kind, kind.partition("/")[0] + "/*"} & ranges for kind in media_types)


def _require_header(rule: HeaderRule, headers: Mapping[str, str], wire: str) -> None:
    value = headers.get(rule.name, "")
    if rule.required and not _holds(rule, headers):
        observed = headers.get(rule.name)
        raise fail(f"header {rule.name} ({rule.source})", expected=repr(rule.value), observed=observed, wire=wire)
    if rule.recent is not None and abs(time.time() - float(value)) > rule.recent:
        expected = f"a Unix time within {rule.recent} s of now"
        raise fail(f"header {rule.name} is stale", expected=expected, observed=value, wire=wire)
    if rule.digest is not None:
        signed = rule.digest.format_map(headers)
        digest = hashlib.md5(signed.encode(), usedforsecurity=False).hexdigest()
        require_equal(digest, value, f"header {rule.name} does not sign {rule.digest}", wire=wire)


def _holds(rule: HeaderRule, headers: Mapping[str, str]) -> bool:
    return rule.name in headers and re.fullmatch(rule.value, headers[rule.name]) is not None


def _recommend_headers(rules: Sequence[HeaderRule], headers: Mapping[str, str], wire: str) -> None:
    """Name all headers at once by which other clients may legally differ."""
    missed = {rule.name: rule.value for rule in rules if not rule.required and not _holds(rule, headers)}
    if missed:
        observed = {name: headers.get(name) for name in missed}
        reason = "headers that the service's own page sends"
        raise fail(reason, expected=missed, observed=observed, wire=wire, level=Level.SHOULD)


@requirement(
    "REQ-05",
    Level.MUST,
    over=one_answer,
    source="contract: options; 5 public bug threads (temperature=0 dropped by a truth test)",
)
def test_options_are_sent_or_refused(drive: Driver, scenario: Scenario) -> None:
    """An option given by the caller is sent, falsy or not; an unknown one is refused.

    Nothing in the environment overrides it. ``temperature=0`` tested for truth silently becomes the default. An
    option that is dropped makes callers believe in a setting that does not exist, so it raises ValueError
    before any request.

    Remedy: test for None, not for truth, and refuse keywords that have no place in the body.
    """
    hostile = dict.fromkeys(_HOSTILE, "0.123")
    for rule in drive.contract.options:
        for value in rule.values:
            with _environment(hostile):
                transcript = drive(scenario, options={rule.name: value})
            request = only_request(transcript, scenario)
            got = _members(request).get(rule.path, _MISSING)
            if got is _MISSING or got != value or isinstance(got, bool) is not isinstance(value, bool):
                reason = f"{rule.name}={value!r} is not sent at {rule.path}"
                claim = Claim(members={rule.path: value}, environment=hostile)
                raise fail(reason, expected=value, observed=got, wire=draw_request(request), claim=claim)
    if not drive.contract.open_options:
        transcript = drive(scenario, options={"x_unknown_option": 1})
        refusal_before_network(transcript, "the unknown option x_unknown_option=1")


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
    upstream. Checked after success, after an error and after an early end.

    Remedy: build new lists and dicts for the body; draw nonces inside the call, not at import.
    """
    nested = {"role": "user", "content": "keep me", "extra": {"list": [1, {"deep": True}]}}
    call = replace(scenario.call, messages=({"role": "system", "content": "s"}, copy.deepcopy(nested), nested))
    error = scenario.answered(scenario.script.with_head(status=500))
    transcripts = [drive(scenario, call=call), drive(scenario, call=call), drive(error, call=call)]
    for transcript in transcripts:
        if transcript.mutated:
            raise fail("the caller's arguments were changed", expected="unchanged", observed=list(transcript.mutated))
    first, second = (only_request(transcript, scenario) for transcript in transcripts[:2])
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
    """An explicit proxy is used; the proxy variables of the environment should be.

    A provider that ignores ``proxy=`` sends the caller's prompt from the address that the caller wanted to
    hide. That HTTP_PROXY and HTTPS_PROXY are honoured is a SHOULD: some libraries do so only when told to.

    Remedy: pass ``proxy`` to the HTTP library; let it trust the environment (aiohttp: trust_env=True).
    """
    named = "http://upstream.example"
    unset: dict[str, str | None] = dict.fromkeys(_PROXY_VARIABLES)  # lest they lead there what ignores proxy=
    with _environment(unset):
        explicit = drive(scenario, way=_behind_proxy(drive, named), options={"proxy": drive.upstream.proxy})
    _require_proxied("proxy=", explicit, Claim(requests=1, environment=unset))
    led = drive(scenario, way=_behind_proxy(drive, named))
    _require_proxied("environment", led, Claim(requests=1), Level.SHOULD)


def _require_proxied(name: str, transcript: Transcript, claim: Claim, level: Level | None = None) -> None:
    if not {request.via for request in transcript.requests} & {Via.FORWARD, Via.CONNECT}:
        raise fail(f"{name}: the proxy was not asked", observed=_reached(transcript), level=level, claim=claim)


def _behind_proxy(drive: Driver, named: str) -> Way:
    """Lead to a host that only a proxy can reach."""
    return Way(drive.door, origin=named) if drive.door in {Door.BASE_URL, Door.URL} else Way(None)


def _reached(transcript: Transcript) -> str:
    return (
        f"{len(transcript.requests)} requests, tried to reach {show(list(transcript.escapes))}; {outcome(transcript)}"
    )
