import os
import ssl
from pathlib import Path

import pytest

from harness.upstream import environment
from harness.upstream.authority import certificate
from harness.upstream.inprocess import InProcess
from harness.upstream.loopback import Loopback


@pytest.fixture(scope="module")
def loopback():
    upstream = Loopback()
    yield upstream
    upstream.close()


@pytest.fixture
def inprocess():
    upstream = InProcess()
    yield upstream
    upstream.close()


@pytest.fixture(scope="session")
def trusting():
    environment.authority()
    return ssl.create_default_context(cafile=certificate(Path(os.environ["HARNESS_AUTHORITY"])))
