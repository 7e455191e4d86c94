"""The same recordings, cut and written otherwise: what comes of them stays equal, under the suite's own rules too."""

from importlib import import_module

import pytest
from played import driver_of

from harness.comparison import advertised
from harness.expectation import meaning
from harness.framing import codec_of, parse
from harness.requirement import Failure, NotExercised
from harness.variations import catalogue, restyling
from harness.variations.cuts import bytewise, cut, hot_cuts, spread
from harness.verdict import Level

MODULES = ("harness.suite.test_stream", "harness.suite.test_lines")
CHECKS = [
    check
    for module in MODULES
    for check in vars(import_module(module)).values()
    if getattr(check, "requirement", None) and check.requirement.id <= "STREAM-10"
]
FEW, MANY = 24, 48
LONG = 4_000


def basis(exchange, upstream):
    """Give driver, recorded scenario and its usual transcript; only a reply of status 200 has a framing to vary."""
    if exchange.interaction.status != 200:
        pytest.skip("a reply with an error status is read whole")
    driver = driver_of(exchange, upstream)
    scenario = driver.subject.recordings[0]
    return driver, scenario, driver(scenario)


def test_it_does_not_depend_on_cuts(exchange, fast):
    driver, scenario, usual = basis(exchange, fast)
    body = scenario.script.body
    pieces = [[body], [*bytewise(body[:LONG]), body[LONG:]], [body[:-LONG], *bytewise(body[-LONG:])]]
    pieces += [cut(body, at) for at in spread(hot_cuts(body), MANY)]
    told = [scenario.answered(scenario.script.with_body(cuts)) for cuts in pieces]
    for first in range(0, len(told), FEW):
        for transcript in driver.each(told[first : first + FEW]):
            assert meaning(driver.contract, transcript) == meaning(driver.contract, usual)


def test_it_stays_equal_under_every_variation(exchange, fast):
    driver, scenario, usual = basis(exchange, fast)
    codec = codec_of(driver.contract, scenario.script.body)
    if not any(isinstance(event.value, dict) for event in events_of(codec, scenario.script.body)):
        pytest.skip("it has no events")
    for variation in catalogue.applicable(driver.contract, codec, advertised(usual)):
        if not keeps_meaning(variation, scenario) or variation.level(codec, scenario.script.body) is not Level.MUST:
            continue
        varied = restyling.varied(driver.contract, scenario, catalogue.style_of(variation))
        want, got = meaning(driver.contract, usual), meaning(driver.contract, driver(varied))
        if "last_line_end" in variation.changes:  # then nothing stands behind the terminal marker
            want, got = ({**told, "events": []} for told in (want, got))
        assert (variation.name, got) == (variation.name, want)


def keeps_meaning(variation, scenario):
    """Tell whether it leaves the answer as it is: marks add to its text, and an error may stand behind the finish."""
    return "marks" not in variation.changes and not (scenario.expected.error and "last_line_end" in variation.changes)


def events_of(codec, body):
    """Give the events, none for what is none."""
    try:
        return parse(codec, body)
    except ValueError:
        return ()


def test_the_law_holds(exchange, fast):
    driver, scenario, _ = basis(exchange, fast)
    if not scenario.expected.text:
        pytest.skip("an answer without text; the other tests vary it")
    broken = {check.requirement.id: found for check in CHECKS if (found := finding(check, driver, scenario))}
    assert broken == {}


def finding(check, driver, scenario):
    """Give what a requirement of level MUST finds, if it applies at all."""
    rule = check.requirement
    if not rule.needs <= driver.contract.capabilities or scenario not in rule.over(driver.subject):
        return None
    try:
        check(driver, scenario)
    except NotExercised:
        return None
    except Failure as failure:
        return failure.evidence if (failure.level or rule.level) is Level.MUST else None
    return None
