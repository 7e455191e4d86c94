import os
from pathlib import Path

import pytest

from harness.cassette import source, store
from harness.errors import UsageError


def test_a_file_is_read_whole(tmp_path):
    (tmp_path / "a").write_bytes(bytes(1000))
    assert source.content(tmp_path / "a") == bytes(1000)


def test_a_link_to_a_file_is_followed(tmp_path):
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / "b").symlink_to("a")
    assert source.content(tmp_path / "b") == b"x"


@pytest.mark.parametrize("read", [source.content, store.load])
@pytest.mark.parametrize(
    ("path", "message"),
    [
        (Path("/dev/zero"), "/dev/zero: expected a file, got a device"),
        (Path("pipe"), "pipe: expected a file, got a pipe"),
        (Path("folder"), "folder: Is a directory"),
        (Path("none"), "none: No such file or directory"),
        (Path("loop"), "loop: Too many levels of symbolic links"),
        (Path("x" * 300), f"{'x' * 300}: File name too long"),
        (Path("a\0b"), "a\0b: embedded null byte"),
        (Path("huge"), f"huge: expected at most {source.LARGEST} bytes, got more"),
    ],
)
def test_what_is_no_file_is_not_read(tmp_path, monkeypatch, read, path, message):
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    Path("folder").mkdir()
    Path("loop").symlink_to("loop")
    with Path("huge").open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    with pytest.raises(UsageError) as caught:
        read(path)
    assert caught.value.message == message
