"""Where the recordings of others come in, each exchange a test of its own."""

import pytest
from others import FOLDER, exchanges

from harness.upstream.inprocess import InProcess
from harness.upstream.loopback import Loopback


def pytest_generate_tests(metafunc):
    """Give each exchange of ours to a test that asks for one; a single skip where there is none."""
    given = [mark for mark in metafunc.definition.iter_markers("parametrize") if mark.args[0] == "exchange"]
    if "exchange" in metafunc.fixturenames and not given:
        absent = pytest.mark.skip(reason=f"recordings of others are not at hand in {FOLDER}; HARNESS_SHARED names it")
        found = [one for one in exchanges() if one.api] or [pytest.param(None, marks=absent)]
        metafunc.parametrize("exchange", found, ids=lambda one: one and one.name)


@pytest.fixture(scope="module", params=[InProcess, Loopback], ids=lambda cls: cls.name)
def upstream(request):
    made = request.param()
    yield made
    made.close()


@pytest.fixture(scope="module")
def fast():
    made = InProcess()
    yield made
    made.close()
