import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.upstream import environment
from harness.upstream.authority import Authority, certificate

SHOW = """
import json, os, sys
from harness.upstream import environment
environment.prepare(sys.argv[1] or None)
loaded = sorted({"httpx", "httpx2", "aiohttp", "requests", "curl_cffi", "vcr"} & set(sys.modules))
print(json.dumps([dict(os.environ), loaded, os.path.exists(os.environ["SSL_CERT_FILE"])]))
"""
VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy")


def show(proxy, surroundings):
    command = [sys.executable, "-c", SHOW, proxy]
    done = subprocess.run(command, env=surroundings, capture_output=True, text=True, check=True, timeout=60)
    return json.loads(done.stdout)


def test_variables_lead_to_the_proxy_and_its_authority():
    kept = {name: value for name, value in os.environ.items() if name != "HARNESS_AUTHORITY"}
    variables, loaded, existed = show("http://127.0.0.1:9", kept | {"ALL_PROXY": "socks5://x", "NO_PROXY": "*"})
    direct, proxy = "127.0.0.1,localhost,::1", "http://127.0.0.1:9"
    assert [variables.get(name) for name in VARIABLES] == [proxy] * 4 + [None] * 2 + [direct] * 2
    folder = variables["HARNESS_AUTHORITY"]
    assert {variables[name] for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")} == {
        f"{folder}/ca.pem"
    }
    assert variables["SSL_CERT_DIR"] == folder
    assert (loaded, existed) == ([], True)
    assert not Path(folder).exists()  # gone with its process


def test_a_child_uses_the_authority_of_its_parent_and_leaves_it_alone():
    environment.authority()
    folder = os.environ["HARNESS_AUTHORITY"]
    variables, _, existed = show("", dict(os.environ) | {"HTTPS_PROXY": "http://elsewhere"})
    assert (variables["HARNESS_AUTHORITY"], existed) == (folder, True)
    assert [name for name in VARIABLES if name in variables] == []
    assert certificate(Path(folder)).exists()


@pytest.fixture
def fresh(monkeypatch):
    """An environment of its own, and an authority not yet known."""
    monkeypatch.setattr(os, "environ", os.environ.copy())
    environment.authority.cache_clear()
    yield os.environ
    environment.authority.cache_clear()


@pytest.mark.parametrize("folder", [None, "/nowhere/at/all"], ids=["none", "gone"])
def test_without_a_parent_a_new_authority_is_made(fresh, folder):
    fresh.pop("HARNESS_AUTHORITY", None)
    if folder:
        fresh["HARNESS_AUTHORITY"] = folder
    environment.prepare("http://127.0.0.1:9")
    assert certificate(Path(fresh["HARNESS_AUTHORITY"])).read_bytes().startswith(b"-----BEGIN CERTIFICATE-----")
    assert fresh["https_proxy"] == "http://127.0.0.1:9"
    environment.prepare(None)
    assert "https_proxy" not in fresh


def test_the_saved_authority_is_the_same_when_loaded():
    folder = Authority.new().save()
    assert (folder.stat().st_mode & 0o777) == 0o700
    Authority.load(folder)
    with pytest.raises(FileNotFoundError):
        Authority.load(folder / "elsewhere")
