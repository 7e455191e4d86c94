"""What Hypothesis draws for a contract: conversations, models, options, and ways to tell an answer. Judges nothing."""

import math
import time
from collections.abc import Callable, Sequence
from itertools import combinations
from operator import itemgetter
from typing import Any, TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from providers.contract import Contract

from .recording import Call
from .requirement import Failure
from .scenario import Scenario
from .variations.answers import answered_with, compact
from .variations.catalogue import Variation, compatible, style_of
from .variations.cuts import cut, hot_cuts
from .variations.restyling import varied

T = TypeVar("T")

_SHRINKING = 60
"""Tries to make a failure smaller, before the smallest one so far is shown: half a second, and the same everywhere."""
_SHRINKING_SECONDS = 10.0
"""Seconds after which there are no more tries."""
PRODUCT = settings(
    max_examples=25, deadline=None, database=None, derandomize=True, print_blob=False, report_multiple_bugs=False
)
"""The same inputs for every provider and in every run; nothing is written to the user's folder."""
TORTURE = "a\u0000\u001f é e\u0301 你好 🍕👩‍👩‍👧 שלום \u202e \u2028\u2029\u0085\u000b\ufeff \"\\\\' \t\r\n</s>"
"""Astral, right-to-left, NUL, line and paragraph separators, combining, joiners, quotes, escapes."""
HUGE = "x" * 65_536
_TRAPS = ("data: x\n\n", "[DONE]", '{"error": {}}', "}\n{", '"\\"', "\\u0041\\n", "event: error\r\n", ", ]", "é🍕", "")
"""Texts that look like framing."""


class _Enough(BaseException):
    """Ends a search that has found a failure; Hypothesis lets it through."""


def for_all(strategy: SearchStrategy[T], check: Callable[[T], None], *first: T) -> None:
    """Check some values and then everything that is drawn; raise the smallest failure that is found in time."""
    for value in first:
        check(value)
    found: list[tuple[int, T, Failure]] = []
    tries, until = _SHRINKING, math.inf

    @PRODUCT
    @given(strategy)
    def search(value: T) -> None:
        nonlocal tries, until
        tries -= bool(found)
        if tries < 0 or time.monotonic() > until:
            raise _Enough
        try:
            check(value)
        except Failure as failure:
            until = min(until, time.monotonic() + _SHRINKING_SECONDS)
            found.append((len(repr(value)), value, failure))
            raise

    try:
        search()
    except _Enough:
        _, smallest, failure = min(found, key=itemgetter(0))
        check(smallest)  # so that its drive is the last one
        raise failure from None


def contents() -> SearchStrategy[str]:
    """Draw legal content that is not blank: any Unicode but surrogates, sometimes huge."""
    anything = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(lambda text: bool(text.strip()))
    return anything | st.sampled_from([TORTURE, HUGE])


def conversations(contract: Contract, content: SearchStrategy[str]) -> SearchStrategy[tuple[dict[str, Any], ...]]:
    """Draw messages in the roles of the contract, in any order, that end with the user's."""
    roles = st.sampled_from(sorted(contract.content_paths))
    before = st.lists(st.fixed_dictionaries({"role": roles, "content": content}), max_size=4)
    last = st.fixed_dictionaries({"role": st.just("user"), "content": content})
    return st.builds(lambda first, end: (*first, end), before, last)


def models(contract: Contract, usual: str) -> SearchStrategy[str]:
    """Draw a model that the contract knows, any id where its list is open, the usual one where none is sent."""
    rule = contract.model
    if rule is None:
        return st.just(usual)
    if rule.closed:
        return st.sampled_from([*rule.known, *rule.aliases, ""])
    return st.sampled_from(["a/b/c:d@e", "Model-7B", "gpt-4o-mini", *rule.known])


def options(contract: Contract) -> SearchStrategy[dict[str, Any]]:
    """Draw some of the contract's options with values worth trying."""
    drawn = {rule.name: st.sampled_from(rule.values) for rule in contract.options}
    return st.fixed_dictionaries({}, optional=drawn)


def calls(contract: Contract, usual: Call, content: SearchStrategy[str] | None = None) -> SearchStrategy[Call]:
    """Draw a whole call; ``usual`` is a recorded one."""
    messages = conversations(contract, contents() if content is None else content)
    return st.builds(Call, models(contract, usual.model), messages, options(contract))


def retold(contract: Contract, recorded: Scenario, known: Sequence[Variation]) -> SearchStrategy[Scenario]:
    """Draw an answer of odd texts in the recorded frame, varied at most twice, cut at most four times."""
    odd = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=6)
    texts = st.lists(st.sampled_from(_TRAPS) | odd, max_size=3)
    pairs = [pair for pair in combinations(known, 2) if compatible(*pair)]
    chosen = st.sampled_from([(), *((one,) for one in known), *pairs])
    short = compact(contract, recorded)

    @st.composite
    def scenarios(draw: st.DrawFn) -> Scenario:
        answer = answered_with(contract, short, ["Hé", *draw(texts)])
        told = varied(contract, answer, style_of(*draw(chosen)))
        body = told.script.body
        anywhere = st.integers(1, len(body) - 1)
        hot = hot_cuts(body)
        positions = draw(st.sets(st.sampled_from(hot) | anywhere if hot else anywhere, max_size=4))
        return told.answered(told.script.with_body(cut(body, *positions)))

    return scenarios()
