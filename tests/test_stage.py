import os
import socket

import pytest

from harness.settings import Road, Settings
from harness.stage import Stage


@pytest.fixture
def stage(own_process):
    stage = Stage(Settings(targets=("subjects:Good", "acytoo"), suite="small", only=("REQ-*",), scenario="one"))
    yield stage
    stage.close()


def test_the_environment_is_put_back(stage, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example")
    with stage.surroundings():
        assert os.environ["HTTP_PROXY"] == stage.upstream(Road.LOOPBACK).proxy
    assert os.environ["HTTP_PROXY"] == "http://proxy.example"


def test_nothing_but_loopback_is_reached(stage):
    with stage.surroundings(), pytest.raises(OSError, match="loopback"):
        socket.create_connection(("192.0.2.1", 80), 1)


def test_an_upstream_is_made_once(stage):
    assert stage.upstream(Road.IN_PROCESS) is stage.upstream(Road.IN_PROCESS)


@pytest.mark.parametrize(
    ("road", "names"),
    [
        (Road.AUTO, {"Good/REQ-01/one": "loopback", "Good/REQ-02/one": "loopback"}),
        (Road.LOOPBACK, {"acytoo/REQ-01/one": "loopback", "acytoo/REQ-02/one": "loopback"}),
        (Road.AUTO, {"acytoo/REQ-01/one": "in-process", "acytoo/REQ-02/one": "loopback"}),
    ],
    ids=["foreign", "asked for", "built-in"],
)
def test_the_upstream_fits_the_row(stage, road, names):
    other = Stage(Settings(upstream=road))
    found = {}
    for row in stage.rows:
        if row.id in names:
            with other.drive(row) as driver:
                found[row.id] = driver.upstream.name
    other.close()
    assert found == names
