"""A surrounding project that is hostile to pytest and Python, with a small suite and providers of every kind."""

import sys

import pytest

from harness.requirement import REGISTRY

SUITE = '''
from harness.driver import Way
from harness.evidence import outcome
from harness.recording import Call, Expected
from harness.requirement import Failure, NotExercised, requirement
from harness.scenario import Scenario
from harness.script import reply
from harness.verdict import Evidence, Level
from providers.contract import Capability


def over(subject):
    call = Call("m", ({"role": "user", "content": "x"},))
    for name in ("one", "two [\\xfc]"):
        yield Scenario(name, call, (reply(b"hello"),), Expected("hello", "stop"))


def broken(subject):
    raise KeyError("over")


@requirement("REQ-01", Level.MUST, over=over, source="-")
def test_says_hello(drive, scenario):
    """It says hello.

    Because.

    Remedy: Say hello.
    """
    transcript = drive(scenario, way=Way(), deadline=1.0)
    if transcript.text != "hello":
        raise Failure(Evidence("no hello", "hello", outcome(transcript), "he | llo"))


@requirement("REQ-02", Level.SHOULD, over=over, source="-", sockets=True)
def test_is_polite(drive, scenario):
    """It is polite.

    Because.

    Remedy: Be polite.
    """
    if drive.subject.name == "Rude":
        raise Failure(Evidence("rude"))


@requirement("SEC-01", Level.MUST, over=over, source="-")
def test_something_that_need_not_take_place(drive, scenario):
    """Something takes place.

    Because.

    Remedy: None.
    """
    if scenario.name != "one":
        raise NotExercised("it did not take place")


@requirement("SEC-02", Level.MUST, over=over, source="-", needs=[Capability.MEDIA])
def test_media(drive, scenario):
    """Media arrive.

    Because.

    Remedy: None.
    """


@requirement("SEC-03", Level.MUST, over=lambda subject: (), source="-")
def test_nothing_recorded(drive, scenario):
    """Recordings are played.

    Because.

    Remedy: None.
    """
'''
BROKEN = '''

@requirement("ZOO-01", Level.MUST, over=broken, source="-")
def test_scenarios_cannot_be_chosen(drive, scenario):
    """Scenarios can be chosen.

    Because.

    Remedy: None.
    """


@requirement("ZOO-02", Level.MUST, over=over, source="-")
def test_breaks(drive, scenario):
    """The check works.

    Because.

    Remedy: None.
    """
    raise KeyError("check")
'''
SUBJECTS = """
import asyncio
import os
import sys
import time

from providers.acytoo.contract import CONTRACT

print("imported")


class Good:
    @classmethod
    async def create_async_generator(cls, model, messages, **kwargs):
        yield "hello"


class Rude(Good): ...


class Bad:
    @classmethod
    async def create_async_generator(cls, model, messages, **kwargs):
        yield "h\\ud800\\x1b"


class Exits:
    @classmethod
    async def create_async_generator(cls, model, messages, **kwargs):
        yield "hello"
        sys.exit(0)


class Kills:
    @classmethod
    async def create_async_generator(cls, model, messages, **kwargs):
        yield "hello"
        os._exit(0)


class Blocks:
    @classmethod
    async def create_async_generator(cls, model, messages, **kwargs):
        yield "hello"
        time.sleep(1000)


class Swallows:
    @classmethod
    async def create_async_generator(cls, model, messages, **kwargs):
        while True:
            try:
                await asyncio.sleep(1000)
            except asyncio.CancelledError:
                pass
        yield "hello"
"""
SHADOW = "raise RuntimeError('this module of the surrounding project was imported')\n"


@pytest.fixture
def world(tmp_path, monkeypatch):
    """The working directory: a suite ``small``, one ``broken`` in parts, ``subjects``, and traps."""
    texts = {
        "small/__init__.py": "",
        "small/test_small.py": SUITE,
        "broken/__init__.py": "",
        "broken/test_broken.py": SUITE + BROKEN,
        "empty/__init__.py": "",
        "subjects.py": SUBJECTS,
        "kills.py": "import os; os._exit(0)",
        **dict.fromkeys(("json.py", "pytest.py", "conftest.py", "xdist.py", "hostile.py"), SHADOW),
        "pytest.ini": "[pytest]\naddopts = --nonsense\nfilterwarnings = error\n",
    }
    for name, text in texts.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(tmp_path)
    for name, value in {"PYTEST_ADDOPTS": "--nonsense", "PYTEST_PLUGINS": "hostile", "PYTHONWARNINGS": "error"}.items():
        monkeypatch.setenv(name, value)
    return tmp_path


@pytest.fixture
def own_process(world, monkeypatch):
    """The world for code that imports it right here: what it adds is forgotten afterwards."""
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTHONWARNINGS"):
        monkeypatch.delenv(name)
    for name in ("json.py", "pytest.py", "conftest.py", "xdist.py", "pytest.ini"):
        (world / name).unlink()
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setattr(sys, "path", [*sys.path, str(world)])
    rules, modules = dict(REGISTRY), set(sys.modules)
    REGISTRY.clear()
    yield world
    REGISTRY.clear()
    REGISTRY.update(rules)
    for name in set(sys.modules) - modules:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(world)):
            del sys.modules[name]
