import os
import ssl

import pytest

from harness.upstream import authority
from harness.upstream.authority import Authority, certificate


def shake_hands(server, client, host):
    """Run a TLS handshake in memory; give the client's side."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    theirs = server.wrap_bio(to_server, to_client, server_side=True)
    ours = client.wrap_bio(to_client, to_server, server_hostname=host)
    for side in (ours, theirs, ours, theirs):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    return ours


@pytest.mark.parametrize("host", ["api.example.com", "xn--bcher-kva.example", "127.0.0.1", "::1"])
def test_a_loaded_authority_vouches_for_any_host(host):
    folder = Authority.new().save()
    client = ssl.create_default_context(cafile=certificate(folder))
    client.set_alpn_protocols(["h2", "http/1.1"])
    ours = shake_hands(Authority.load(folder).context(host), client, host)
    assert ours.selected_alpn_protocol() == "http/1.1"


def test_another_authority_is_not_trusted():
    client = ssl.create_default_context(cafile=certificate(Authority.new().save()))
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(Authority.new().context("a.example"), client, "a.example")


def test_contexts_are_kept_per_host():
    one = Authority.new()
    assert one.context("a.example") is one.context("a.example")
    assert one.context("a.example") is not one.context("b.example")


def test_only_its_maker_removes_the_folder(tmp_path):
    (tmp_path / "a").mkdir()
    authority._remove(tmp_path / "a", os.getpid() + 1)
    assert (tmp_path / "a").exists()
    authority._remove(tmp_path / "a", os.getpid())
    assert not (tmp_path / "a").exists()
