import pytest

from harness.errors import UsageError
from harness.reproduction.place import MARK, require_place


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("test_new.py", None, None),
        ("test_ours.py", f"{MARK}.\n", None),
        ("test_theirs.py", "def test_x(): ...\n", "not-ours"),
        ("failures.txt", None, "no-place"),
        ("none/test_new.py", None, "no-folder"),
    ],
    ids=["new", "ours", "theirs", "no Python", "no folder"],
)
def test_only_our_own_file_is_written_anew(name, content, code, tmp_path):
    path = tmp_path / name
    if content is not None:
        path.write_text(content)
    if code is None:
        require_place(path)
        return
    with pytest.raises(UsageError) as caught:
        require_place(path)
    assert (caught.value.code, bool(caught.value.hint), repr(str(path)) in caught.value.message) == (code, True, True)
