"""REQ: what goes over the wire before anything comes back."""

import base64
import copy
import hashlib
import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from providers.contract import Door, HeaderRule, OptionRule

from .. import endpoint
from ..consumer import Consumer
from ..driver import READ_ALL, Driver, Way
from ..evidence import draw_request, fail, outcome, require_equal
from ..expectation import document, is_refused, only_request, refusal_before_network
from ..framing import lookup, stands
from ..recording import Call
from ..requirement import Claim, requirement
from ..scenario import Scenario, answers, one_answer
from ..transcript import Request, Transcript
from ..upstream import environment
from ..variations.documents import as_document
from ..verdict import Level

_HOSTILE = ("TEMPERATURE", "OPENAI_TEMPERATURE", "LLM_TEMPERATURE", "MODEL", "OPENAI_MODEL", "TOP_P", "SEED", "STOP")
"""Variables that clients of other services read as defaults."""
_PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
"""A PNG of one pixel, in base64."""
_SINGLE = ("authorization", "content-length", "content-type", "host", "origin", "referer", "user-agent")
"""Headers that are no lists."""


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
    users cannot explain. Where the API's other mode has an endpoint of its own, that holds for it too.

    Remedy: strip the trailing slash of base_url and append the endpoint path; never use urljoin for this.
    """
    contract = drive.contract
    if contract.origin is not None:
        _require_own_origin(drive, scenario)
    for mode in (scenario, *_other_endpoint(drive, scenario)):
        path = endpoint.target(contract, mode.call)
        if drive.door is not Door.BASE_URL:
            want = path if drive.door is Door.URL else contract.root + path
            _require_target(drive, mode, None, want, "the target is not the endpoint")
            continue
        for base in contract.base_paths:
            want = base.rstrip("/") + path
            _require_target(drive, mode, Way(Door.BASE_URL, base=base), want, f"with base_url ending in {base!r}")


def _other_endpoint(drive: Driver, scenario: Scenario) -> Iterator[Scenario]:
    """Give the answer as a document, where that is asked for elsewhere."""
    rule = drive.contract.document
    if rule is not None and rule.path is not None:
        yield as_document(drive.contract, rule, scenario)


def _require_target(drive: Driver, scenario: Scenario, way: Way | None, want: str, reason: str) -> None:
    request = only_request(drive(scenario, way=way), scenario)
    if not endpoint.same(drive.contract, want, request.path):
        wire, claim = draw_request(request), Claim(target=want)
        raise fail(reason, expected=want, observed=request.path, wire=wire, claim=claim)


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
    if not endpoint.admits(accept, drive.contract.accept):
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
            with environment.holding(hostile):
                transcript = drive(scenario, options={rule.name: value})
            if is_refused(transcript):
                refused.setdefault(rule.name, []).append(value)
                continue
            body = _members(request := only_request(transcript, scenario))
            sent, got = _option(request, body, rule.path)
            if not sent or got != value or isinstance(got, bool) is not isinstance(value, bool):
                reason = f"{rule.name}={value!r} is not sent at {rule.path}"
                claim = Claim(members={rule.path: value}, environment=hostile)
                observed = json.dumps(got) if sent else "absent"
                wire = draw_request(request)
                raise fail(reason, expected=json.dumps(value), observed=observed, wire=wire, claim=claim)
    odd = [_odd_value(drive, scenario, rule) for rule in drive.contract.options[:1]]
    if not drive.contract.open_options:
        transcript = drive(scenario, options={"x_unknown_option": 1})
        refusal_before_network(transcript, "the unknown option x_unknown_option=1")
    if refused:
        raise fail("documented options are refused", expected="sent", observed=refused, level=Level.SHOULD)
    for transcript in odd:
        if not is_refused(transcript):
            observed = outcome(transcript)
            raise fail("an option that JSON cannot carry", expected="ValueError", observed=observed, level=Level.SHOULD)


def _option(request: Request, body: Any, path: str) -> tuple[bool, Any]:
    """Tell whether an option is sent, and with which value."""
    if path.startswith("?"):
        value = endpoint.in_query(request.path, path)
        return value is not None, value
    return stands(body, path), lookup(body, path)


def _members(request: Request) -> dict[str, Any]:
    body = document(request)
    return body if isinstance(body, dict) else {}


def _odd_value(drive: Driver, scenario: Scenario, rule: OptionRule) -> Transcript:
    """Give an option what JSON cannot carry, and require that it is not sent as something else."""
    transcript = drive(scenario, options={rule.name: {"a", "b"}})
    for request in transcript.requests:
        sent, got = _option(request, _members(request), rule.path)
        reason, observed = f"a set as {rule.name} is sent as something else", json.dumps(got) if sent else "absent"
        raise fail(reason, expected="ValueError, no request", observed=observed, wire=draw_request(request))
    return transcript


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
    parts = {"role": "user", "content": [{"type": "text", "text": "keep me too"}]}
    _require_unchanged(drive(scenario, call=replace(call, messages=(nested, parts))))  # read, or refused
    if drive.contract.media is not None:
        media = [(base64.b64decode(_PIXEL), "a.png"), (base64.b64decode(_PIXEL), "b.png")]
        _require_untouched(drive, scenario, replace(call, options={**call.options, "media": media}))


def _require_untouched(drive: Driver, scenario: Scenario, call: Call) -> None:
    error = scenario.answered(scenario.script.with_head(status=500))
    transcripts = []
    for one, consumer in ((scenario, Consumer(stop_after=1)), (error, READ_ALL), *[(scenario, READ_ALL)] * 2):
        transcripts.append(drive(one, call=call, consumer=consumer))
        _require_unchanged(transcripts[-1])
    first, second = (only_request(transcript, scenario) for transcript in transcripts[2:])
    claim = Claim(repeats=True)
    require_equal(document(first), document(second), "equal calls send different bodies", claim=claim)
    _require_fresh_headers(drive, first, second)


def _require_unchanged(transcript: Transcript) -> None:
    if transcript.mutated:
        raise fail("the caller's arguments were changed", expected="unchanged", observed=list(transcript.mutated))


def _require_fresh_headers(drive: Driver, first: Request, second: Request) -> None:
    for rule in drive.contract.headers:
        value = first.header(rule.name)
        if rule.fresh and value == second.header(rule.name):
            claim = Claim(fresh=rule.name)
            raise fail(f"header {rule.name} is not fresh", expected="a new value per call", observed=value, claim=claim)
