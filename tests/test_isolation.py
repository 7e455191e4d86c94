import socket
import subprocess
import sys
from types import ModuleType

import pytest

from harness import isolation

WITHIN = """
import ctypes, socket, sys
from harness.isolation import isolate
if not isolate():
    sys.exit("this system does not let a process leave its networks")
own = socket.create_server(("127.0.0.1", 0))
socket.create_connection(own.getsockname(), 1).close()
port, ip = int(sys.argv[1]), socket.inet_aton("127.0.0.1")
address = socket.AF_INET.to_bytes(2, sys.byteorder) + port.to_bytes(2, "big") + ip + bytes(8)
libc = ctypes.CDLL(None)
print("C reaches", libc.connect(libc.socket(socket.AF_INET, socket.SOCK_STREAM, 0), address, 16))
"""


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def within(*words):
    return subprocess.run([sys.executable, "-c", *words], capture_output=True, text=True, check=False)


def test_an_isolated_process_reaches_its_own_loopback_and_nothing_else_even_from_c(listener):
    ended = within(WITHIN, str(listener))
    if ended.returncode:
        pytest.skip(ended.stderr.strip())
    assert ended.stdout == "C reaches -1\n"


def test_other_systems_are_left_as_they_are(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert isolation.isolate() is False


def test_modules_that_pass_by_the_guard_are_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pycurl", ModuleType("pycurl"))
    assert "pycurl" in isolation.unseen()
