"""MODEL: which model the request names."""

from providers.contract import Capability, ModelRule

from ..driver import Driver
from ..evidence import draw_request, require_equal
from ..expectation import document, only_request, refusal_before_network
from ..framing import lookup
from ..recording import Call
from ..requirement import Claim, requirement
from ..scenario import Scenario, one_answer
from ..verdict import Level

_ODD = ("a/b/c:d@e", "Org/Model-7B:free", "UPPER.lower_2", "openai/gpt-x", "models/x", "x:latest")
"""With what clients of some services put before and behind an id, or take away."""


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
    unknown id is ValueError before any request: guessing a model answers a question that nobody asked.

    Remedy: look the id up in the alias table, check it against the list, and change nothing else.
    """
    rule = drive.contract.model
    assert rule is not None, "needs MODEL"  # noqa: S101
    for asked, sent in _expected(rule, drive.contract.name).items():
        call = Call(asked, scenario.call.messages, scenario.call.options)
        request = only_request(drive(scenario, call=call), scenario)
        body = document(request)
        want = {path: template.format(model=sent) for path, template in rule.paths.items()}
        got = {path: lookup(body, path) for path in rule.paths}
        reason = f"model {asked!r}: the model id on the wire is another"
        require_equal(want, got, reason, wire=draw_request(request), claim=Claim(members=want))
    if rule.closed:
        for unknown in ("no-such-model", f"{rule.known[0]}-x", rule.known[0].upper()):
            call = Call(unknown, scenario.call.messages, scenario.call.options)
            refusal_before_network(drive(scenario, call=call), f"the unknown model {unknown!r}")


def _expected(rule: ModelRule, service: str) -> dict[str, str]:
    odd = () if rule.closed else (*_ODD, f"{service}/x")
    default = {"": rule.default} if rule.default else {}
    return {model: model for model in (*rule.known, *odd)} | dict(rule.aliases) | default
