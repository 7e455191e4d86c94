import pytest

from harness import requirement as module
from harness.plan import load_suite
from harness.requirement import REGISTRY, Failure, requirement
from harness.verdict import Evidence, Level

RULES, _ = load_suite("harness.suite")


def test_a_docstring_is_title_rationale_and_remedy(monkeypatch):
    monkeypatch.setattr(module, "REGISTRY", {})

    @requirement("REQ-99", Level.MAY, over=lambda _: (), source="RFC")
    def check():
        """A fact
        on two lines.

        Why it is so.

        And more.

        Remedy: do
        this.
        """

    rule = check.requirement
    assert (rule.id, rule.area, rule.level, rule.source) == ("REQ-99", "REQ", Level.MAY, "RFC")
    assert (rule.title, rule.rationale, rule.remedy) == (
        "A fact on two lines.",
        "Why it is so.\n\nAnd more.",
        "do this.",
    )
    assert (rule.needs, rule.sockets) == (frozenset(), False)


@pytest.mark.parametrize("text", [None, "Title.", "Title.\n\nNo remedy."])
def test_a_docstring_without_remedy_is_refused(text):
    def check():
        raise NotImplementedError

    check.__doc__ = text
    with pytest.raises(ValueError, match="expected a new id and a docstring"):
        requirement("REQ-99", Level.MAY, over=lambda _: (), source="RFC")(check)


def test_an_id_is_given_once():
    def check():
        """Title.

        Remedy: none.
        """

    with pytest.raises(ValueError, match="got 'REQ-01'"):
        requirement("REQ-01", Level.MAY, over=lambda _: (), source="RFC")(check)


def test_a_failure_shows_its_reason():
    failure = Failure(Evidence("why"), Level.SHOULD)
    assert (str(failure), failure.evidence, failure.level) == ("why", Evidence("why"), Level.SHOULD)


LAW = {"REQ": 11, "MODEL": 1, "STREAM": 26, "FINISH": 10, "ERROR": 10, "SEC": 5, "RES": 8}
"""How many requirements each area has; ids are permanent and without gaps."""


def test_the_suite_is_the_whole_law():
    law = [f"{area}-{number:02}" for area, count in LAW.items() for number in range(1, count + 1)]
    assert (sorted(RULES), len(law)) == (sorted(law), 71)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_every_requirement_says_why_and_from_where(rule):
    assert rule.title.endswith(".")
    assert rule.source
    assert rule.remedy
    assert REGISTRY[rule.id] is rule
