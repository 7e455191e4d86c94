"""MODEL: which model the request names."""

from dataclasses import replace

from providers.contract import Capability, Door, ModelRule

from .. import endpoint
from ..driver import Driver
from ..evidence import draw_request, fail, require_equal
from ..expectation import document, only_request, refusal_before_network
from ..framing import lookup
from ..recording import Call
from ..requirement import Claim, requirement
from ..scenario import Scenario, one_answer
from ..transcript import Request
from ..verdict import Level

_ODD = ("a/b/c:d@e", "Org/Model-7B:free", "UPPER.lower_2", "openai/gpt-x", "models/x", "x:latest")
"""With what clients of some services put before and behind an id, or take away."""
_WAY_OUT = "x?y=z#w%41"
"""An id that leads elsewhere where it is put into a path as it is."""


@requirement(
    "MODEL-01",
    Level.MUST,
    over=one_answer,
    needs=[Capability.MODEL],
    source="contract: models and aliases; 8 public bug threads of ids cut at a slash or lower-cased",
)
def test_model_arrives_verbatim_or_by_alias(drive: Driver, scenario: Scenario) -> None:
    """The model on the wire is the caller's, verbatim, or the one that the alias table gives.

    Slashes, colons, @, case and a vendor's name survive where any id is taken. Where the list is closed an
    unknown id is ValueError before any request: guessing a model answers a question that nobody asked. In a path it
    is percent-encoded, lest it lead to another endpoint.

    Remedy: look the id up in the alias table, check it against the list, and change nothing else; quote(id, safe="")
    in a path.
    """
    rule = drive.contract.model
    assert rule is not None, "needs MODEL"  # noqa: S101
    for asked, sent in _expected(rule, drive.contract.name).items():
        call = Call(asked, scenario.call.messages, scenario.call.options)
        request = only_request(drive(scenario, call=call), scenario)
        body = document(request)
        _require_in_path(drive, call, request)
        want = {path: template.format(model=sent) for path, template in rule.paths.items()}
        got = {path: lookup(body, path) for path in rule.paths}
        reason = f"model {asked!r}: the model id on the wire is another"
        require_equal(want, got, reason, wire=draw_request(request), claim=Claim(members=want))
    if rule.closed:
        for unknown in ("no-such-model", f"{rule.known[0]}-x", rule.known[0].upper()):
            call = Call(unknown, scenario.call.messages, scenario.call.options)
            refusal_before_network(drive(scenario, call=call), f"the unknown model {unknown!r}")
    else:
        _require_no_way_out(drive, scenario)


def _require_in_path(drive: Driver, call: Call, request: Request) -> None:
    """Require the id in the endpoint path, encoded as it has to be; it may be told as a resource in full there."""
    contract = drive.contract
    if not endpoint.names_model(contract):
        return
    root = "" if drive.door in {Door.BASE_URL, Door.URL} else contract.root
    collection = contract.path.partition("{model}")[0].rpartition("/")[0].rpartition("/")[2]
    legal = [root + endpoint.target(contract, call)]
    if call.model.startswith(f"{collection}/"):
        legal.append(root + endpoint.target(contract, replace(call, model=call.model.removeprefix(f"{collection}/"))))
    if not any(endpoint.same(contract, want, request.path) for want in legal):
        reason, wire = f"model {call.model!r}: the model id in the path is another", draw_request(request)
        raise fail(reason, expected=legal[0], observed=request.path, wire=wire, claim=Claim(target=legal[0]))


def _require_no_way_out(drive: Driver, scenario: Scenario) -> None:
    """Require an id that could end the path to be encoded or refused."""
    if endpoint.names_model(drive.contract):
        call = Call(_WAY_OUT, scenario.call.messages, scenario.call.options)
        transcript = drive(scenario, call=call)
        if transcript.requests:
            _require_in_path(drive, call, only_request(transcript, scenario))
        else:
            refusal_before_network(transcript, f"the model {_WAY_OUT!r}")


def _expected(rule: ModelRule, service: str) -> dict[str, str]:
    odd = () if rule.closed else (*_ODD, f"{service}/x")
    default = {"": rule.default} if rule.default else {}
    return {model: model for model in (*rule.known, *odd)} | dict(rule.aliases) | default
