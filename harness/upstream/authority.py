"""The certificate authority behind https on loopback. Knows no sockets and imports no HTTP library."""

import atexit
import os
import shutil
import ssl
import tempfile
import threading
from pathlib import Path

import trustme

_CERTIFICATE, _KEY = "ca.pem", "ca.key"


class Authority:
    """A certificate authority that vouches for any host."""

    def __init__(self, ca: trustme.CA) -> None:
        self._ca = ca
        self._contexts: dict[tuple[str, ...], ssl.SSLContext] = {}
        self._lock = threading.Lock()

    @classmethod
    def new(cls) -> "Authority":
        """Make one that nobody trusts yet."""
        return cls(trustme.CA())

    @classmethod
    def load(cls, folder: Path) -> "Authority":
        """Load the one that a process saved; FileNotFoundError when that process has ended."""
        return cls(trustme.CA.from_pem((folder / _CERTIFICATE).read_bytes(), (folder / _KEY).read_bytes()))

    def save(self) -> Path:
        """Write certificate and key to a private folder, which goes when this process ends."""
        folder = Path(tempfile.mkdtemp(prefix="harness-authority-"))
        (folder / _CERTIFICATE).write_bytes(self._ca.cert_pem.bytes())
        (folder / _KEY).write_bytes(self._ca.private_key_pem.bytes())
        atexit.register(_remove, folder, os.getpid())
        return folder

    def context(self, *hosts: str) -> ssl.SSLContext:
        """Give the server's TLS context for these hosts: HTTP/1.1 only, so that h2 clients fall back."""
        with self._lock:
            if hosts not in self._contexts:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.set_alpn_protocols(["http/1.1"])
                self._ca.issue_cert(*hosts).configure_cert(context)
                self._contexts[hosts] = context
            return self._contexts[hosts]


def certificate(folder: Path) -> Path:
    """Name the certificate that a client must trust."""
    return folder / _CERTIFICATE


def _remove(folder: Path, owner: int) -> None:
    """Remove the folder, unless this is a fork of the process that made it."""
    if os.getpid() == owner:
        shutil.rmtree(folder)
