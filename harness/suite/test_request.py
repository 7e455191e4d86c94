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

import jsonschema
from hypothesis import strategies as st

from providers.contract import Capability, Door, HeaderRule

from ..driver import Driver, Way
from ..evidence import draw_request, fail, outcome, require_equal, show
from ..expectation import document, only_request, refusal_before_network
from ..framing import at_path, leaves
from ..recording import Call
from ..requirement import requirement
from ..scenario import Scenario, answers, one_answer
from ..strategies import HUGE, TORTURE, calls, for_all
from ..transcript import Request, Transcript, Via
from ..verdict import Level

_MISSING = object()
_HOSTILE = ("TEMPERATURE", "OPENAI_TEMPERATURE", "LLM_TEMPERATURE", "MODEL", "OPENAI_MODEL", "TOP_P", "SEED", "STOP")
"""Variables that clients of other services read as defaults."""
_PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
_LONG_TALK = 40


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
        require_equal(contract.path, request.path, "the target is not the endpoint", wire=draw_request(request))
        return
    for base in contract.base_paths:
        request = only_request(drive(scenario, way=Way(Door.BASE_URL, base=base)), scenario)
        want = base.rstrip("/") + contract.path
        require_equal(want, request.path, f"with base_url ending in {base!r}", wire=draw_request(request))


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


@requirement("REQ-03", Level.MUST, over=one_answer, source="contract: payload schema; RFC 8259, 8.1")
def test_body_is_json_that_satisfies_the_schema(drive: Driver, scenario: Scenario) -> None:
    """The body is UTF-8 JSON that satisfies the request schema, whatever the conversation.

    Roles in any order, empty, huge and odd Unicode content, every known model and option. Empty content may
    be refused by ValueError before the request instead.

    Remedy: build the body from the documented members; refuse what the API cannot take before sending.
    """
    content = st.sampled_from(["", " ", "hello", TORTURE, "x" * 65_536]) | st.text(
        st.characters(exclude_categories=["Cs"])
    )

    def holds(call: Call) -> None:
        transcript = drive(scenario, call=call)
        blank = not all(message["content"].strip() for message in call.messages)
        if blank and not transcript.requests:
            refusal_before_network(transcript, "empty content")
            return
        request = only_request(transcript, scenario)
        _require_schema(drive.contract.payload, request)

    for_all(calls(drive.contract, scenario.call, content), holds, *_torture(scenario))


def _require_schema(schema: Mapping[str, Any], request: Request) -> None:
    wire = draw_request(request)
    body = document(request)
    validator = jsonschema.Draft202012Validator(schema)
    broken = jsonschema.exceptions.best_match(validator.iter_errors(body))
    if broken is not None:
        reason = f"the body breaks the schema at {broken.json_path}"
        raise fail(reason, expected=broken.schema, observed=broken.message, wire=wire)


@requirement(
    "REQ-04",
    Level.MUST,
    over=one_answer,
    source="contract: content paths; 16 public bug threads of lost, doubled and reordered messages",
)
def test_every_message_arrives_once_and_in_order(drive: Driver, scenario: Scenario) -> None:
    """Every message's content stands in the body exactly once, in order, at the path declared for its role.

    Several system messages all survive. A dropped system message or a doubled last turn changes every answer
    and fails no status check.

    Remedy: map the whole list; never index single messages or keep only one system message.
    """
    canaries = st.integers(0, 9_999).map(lambda number: f"canary-{number:04d}-")

    def holds(call: Call) -> None:
        messages = [
            {**message, "content": f"{message['content']}{index}"} for index, message in enumerate(call.messages)
        ]
        transcript = drive(scenario, call=replace(call, messages=tuple(messages)))
        request = only_request(transcript, scenario)
        _require_contents(drive, messages, request)

    for_all(calls(drive.contract, scenario.call, canaries), holds, _long_talk(scenario))


def _torture(scenario: Scenario) -> Iterator[Call]:
    """Give the calls that are tried whatever is drawn: odd, huge and blank-edged content."""
    for content in (TORTURE, HUGE, "\n  edges \t\n"):
        yield replace(scenario.call, messages=({"role": "user", "content": content},))


def _long_talk(scenario: Scenario) -> Call:
    """Give a conversation longer than any window of a few messages."""
    roles = ("user", "assistant")
    messages = [{"role": roles[index % 2], "content": f"canary-{index:04d}-"} for index in range(_LONG_TALK - 1)]
    return replace(scenario.call, messages=(*messages, {"role": "user", "content": "canary-last-"}))


def _require_contents(drive: Driver, messages: list[dict[str, Any]], request: Request) -> None:
    texts = [(path, leaf) for path, leaf in leaves(document(request)) if isinstance(leaf, str)]
    wire = draw_request(request)
    seen: dict[str, tuple[int, int]] = {}
    for index, message in enumerate(messages):
        last = index == len(messages) - 1
        pattern = drive.contract.content_paths[message["role"]]
        pattern = drive.contract.last_path if last and drive.contract.last_path else pattern
        places = [
            (number, text.index(message["content"]), path)
            for number, (path, text) in enumerate(texts)
            for _ in range(text.count(message["content"]))
        ]
        found = [path for _, _, path in places]
        if len(found) != 1 or not at_path(pattern, found[0]):
            reason = f"message {index} ({message['role']}) does not arrive once at its path"
            raise fail(reason, expected=[pattern], observed=found, wire=wire)
        place = places[0][:2]
        if place < seen.get(pattern, (-1, -1)):
            raise fail(f"message {index} comes before an earlier one", expected="the caller's order", wire=wire)
        seen[pattern] = place


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
    for rule in drive.contract.options:
        for value in rule.values:
            with _environment(dict.fromkeys(_HOSTILE, "0.123")):
                transcript = drive(scenario, options={rule.name: value})
            request = only_request(transcript, scenario)
            got = _members(request).get(rule.path, _MISSING)
            if got is _MISSING or got != value or isinstance(got, bool) is not isinstance(value, bool):
                reason = f"{rule.name}={value!r} is not sent at {rule.path}"
                raise fail(reason, expected=value, observed=got, wire=draw_request(request))
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
    require_equal(document(first), document(second), "equal calls send different bodies")
    _require_fresh_headers(drive, first, second)


def _require_fresh_headers(drive: Driver, first: Request, second: Request) -> None:
    for rule in drive.contract.headers:
        value = first.header(rule.name)
        if rule.fresh and value == second.header(rule.name):
            raise fail(f"header {rule.name} is not fresh", expected="a new value per call", observed=value)


@requirement("REQ-08", Level.MUST, over=one_answer, source="RFC 8259, 8.1; 3 public bug threads of mangled prompts")
def test_any_legal_prompt_arrives_unchanged(drive: Driver, scenario: Scenario) -> None:
    """Any legal prompt arrives unchanged; a lone surrogate is replaced or refused by a plain ValueError.

    Astral, right-to-left, NUL, U+2028 and combining characters survive. A lone surrogate cannot be encoded:
    a UnicodeEncodeError from the depths of a library, or a retry, is not an answer to it.

    Remedy: encode the body once as UTF-8 JSON before sending, and refuse lone surrogates there.
    """

    def holds(call: Call) -> None:
        content = call.messages[-1]["content"]
        request = only_request(drive(scenario, call=replace(call, messages=call.messages[-1:])), scenario)
        strings = [leaf for _, leaf in leaves(document(request)) if isinstance(leaf, str)]
        if not any(content in leaf for leaf in strings):
            raise fail("the prompt was changed on its way", expected=content, wire=draw_request(request))

    for_all(calls(drive.contract, scenario.call), holds, *_torture(scenario))
    surrogate = replace(scenario.call, messages=({"role": "user", "content": "half a pizza: \ud83c"},))
    transcript = drive(scenario, call=surrogate)
    if transcript.requests:
        only_request(transcript, scenario)
    else:
        refusal_before_network(transcript, "a lone surrogate")


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
    with _environment(dict.fromkeys(_PROXY_VARIABLES)):  # lest they lead there what ignores proxy=
        explicit = drive(scenario, way=_behind_proxy(drive, named), options={"proxy": drive.upstream.proxy})
    transcripts = {"proxy=": explicit, "environment": drive(scenario, way=_behind_proxy(drive, named))}
    for name, transcript in transcripts.items():
        via = {request.via for request in transcript.requests}
        if not via & {Via.FORWARD, Via.CONNECT}:
            level = Level.SHOULD if name == "environment" else None
            raise fail(f"{name}: the proxy was not asked", observed=_reached(transcript), level=level)


def _behind_proxy(drive: Driver, named: str) -> Way:
    """Lead to a host that only a proxy can reach."""
    return Way(drive.door, origin=named) if drive.door in {Door.BASE_URL, Door.URL} else Way(None)


def _reached(transcript: Transcript) -> str:
    return (
        f"{len(transcript.requests)} requests, tried to reach {show(list(transcript.escapes))}; {outcome(transcript)}"
    )
