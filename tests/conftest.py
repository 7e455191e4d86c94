from collections.abc import Iterator

import pytest

from harness import guard


@pytest.fixture(autouse=True, scope="session")
def nothing_beyond_loopback() -> Iterator[None]:
    """Refuse every connection of the tests beyond loopback; the sessions that they start have the same guard."""
    with guard.watching():
        yield
