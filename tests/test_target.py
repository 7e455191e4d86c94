import sys
from pathlib import Path

import pytest

import providers
from harness import builtin, target
from harness.builtin import rows
from harness.errors import UsageError
from harness.settings import Settings
from harness.target import known, resolve, resolve_all
from providers.acytoo.contract import CONTRACT

GENERATOR = """
class {name}:
    @classmethod
    async def create_async_generator(cls, model, messages, **kwargs):
        yield "hello"
"""
FOLDERS = tuple(sorted(path.parent.name for path in Path(providers.__path__[0]).glob("*/provider.py")))
PROVIDERS = tuple(sorted([*FOLDERS, *rows()]))


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder that Python sees as its working directory; modules imported from it are forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", "") and str(sys.modules[name].__file__).startswith(str(tmp_path)):
            del sys.modules[name]


CHAT = GENERATOR.format(name="Chat")


def put(project, name, text=CHAT):
    path = project / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_the_built_in_providers_are_known():
    assert known() == PROVIDERS


@pytest.mark.parametrize("name", FOLDERS)
def test_a_built_in_provider_is_found_by_its_name(name):
    subject = resolve(name)
    found = (subject.name, subject.contract.name, subject.root, subject.builtin, subject.target)
    assert found == (name, name, Path(providers.__path__[0]) / name, True, name)
    assert subject.provider.__module__ == f"providers.{name}.provider"
    assert subject.recordings


def test_no_target_means_all_built_in_providers():
    assert tuple(subject.name for subject in resolve_all(Settings())) == PROVIDERS


def test_a_class_is_found_in_a_module_of_the_working_directory(project):
    put(project, "chats.py")
    subject = resolve("chats:Chat", "acytoo")
    found = (subject.name, subject.contract, subject.root, subject.builtin, subject.target)
    assert found == ("Chat", CONTRACT, project / "chats.py", False, "chats:Chat")


def test_a_class_is_found_in_a_module_of_a_package(project):
    put(project, "shop/__init__.py", "")
    put(project, "shop/chats.py")
    subject = resolve("shop.chats:Chat", "acytoo")
    assert (subject.provider.__module__, subject.root) == ("shop.chats", project / "shop")


def test_a_namespace_package_has_a_root_too(project):
    put(project, "space/chats.py")
    assert resolve("space.chats:Chat", "acytoo").root == project / "space"


def test_a_class_is_found_in_a_file(project):
    put(project, "odd/chats.py")
    subject = resolve("odd/chats.py:Chat", "acytoo")
    assert (subject.provider.__module__, subject.root) == ("chats", project / "odd")


def test_a_file_may_import_its_neighbours(project):
    put(project, "odd/names.py", "NAME = 'Chat'")
    put(project, "odd/chats.py", "from names import NAME\n" + GENERATOR.format(name="Chat"))
    assert resolve("odd/chats.py:Chat", "acytoo").name == "Chat"


def test_a_file_in_a_package_may_import_relatively(project):
    put(project, "shop/__init__.py", "")
    put(project, "shop/parts/__init__.py", "")
    put(project, "shop/names.py", "NAME = 'Chat'")
    put(project, "shop/parts/chats.py", "from ..names import NAME\n" + GENERATOR.format(name="Chat"))
    subject = resolve("shop/parts/chats.py:Chat", "acytoo")
    assert (subject.provider.__module__, subject.root) == ("shop.parts.chats", project / "shop")


def test_the_init_file_of_a_package_may_hold_the_class(project):
    put(project, "shop/__init__.py")
    assert resolve("shop/__init__.py:Chat", "acytoo").provider.__module__ == "shop"


@pytest.mark.parametrize("name", ["providers", "json"])
def test_a_taken_name_is_left_to_its_owner(project, name):
    put(project, f"{name}/__init__.py", "")
    put(project, f"{name}/names.py", "NAME = 'Chat'")
    put(project, f"{name}/chats.py", "from .names import NAME\n" + GENERATOR.format(name="Chat"))
    owner = sys.modules[name]
    assert resolve(f"{name}/chats.py:Chat", "acytoo").provider.__module__ == f"{name}_2.chats"
    assert sys.modules[name] is owner


def test_two_classes_of_one_file_share_its_module(project):
    put(project, "chats.py", GENERATOR.format(name="One") + GENERATOR.format(name="Two"))
    one, two = resolve_all(Settings(targets=("chats.py:One", "chats.py:Two"), contract="acytoo"))
    assert one.provider.__module__ == two.provider.__module__
    assert (one.name, two.name) == ("One", "Two")


def test_equal_class_names_are_told_apart(project):
    put(project, "a.py")
    put(project, "b.py")
    subjects = resolve_all(Settings(targets=("a.py:Chat", "b.py:Chat", "a.py:Chat"), contract="acytoo"))
    assert [subject.name for subject in subjects] == ["a.py:Chat", "b.py:Chat"]


@pytest.mark.parametrize(
    ("more", "given"),
    [
        ("from providers.acytoo.contract import CONTRACT", None),
        ("Chat.contract = 'acytoo'", None),
        ("from providers.acytoo.contract import CONTRACT as C; Chat.contract = C", None),
        ("from providers.acytoo.contract import CONTRACT as C", "chats.py:C"),
        ("from providers.flowgpt.contract import CONTRACT", "acytoo"),
    ],
    ids=["of the module", "of the class by name", "of the class", "by attribute", "the option wins"],
)
def test_the_contract_is_found(project, more, given):
    put(project, "chats.py", GENERATOR.format(name="Chat") + more)
    assert resolve("chats.py:Chat", given).contract == CONTRACT


def test_a_foreign_provider_plays_the_recordings_of_its_contract(project):
    put(project, "chats.py")
    assert resolve("chats.py:Chat", "acytoo").recordings == resolve("acytoo").recordings


def test_another_folder_of_cassettes_may_be_given(project):
    assert resolve("acytoo", cassettes=str(project)).recordings == ()


MISTAKES = {
    "unknown name": (
        "acyto",
        None,
        (
            "expected a name in providers/, module:Class or path/file.py:Class, got 'acyto'; providers/ has "
            f"{', '.join(known())}"
        ),
        "harness check acytoo",
    ),
    "file without class": (
        "chats.py",
        None,
        "expected path/file.py:Class, got 'chats.py'",
        "harness check chats.py:Chat",
    ),
    "bad file without class": (
        "bad.py",
        None,
        "expected path/file.py:Class, got 'bad.py'",
        "harness check bad.py:Class",
    ),
    "no such file": (
        "chat.py:Chat",
        "acytoo",
        "expected a Python file, got 'chat.py:Chat': there is no such file",
        "harness check chats.py:Chat",
    ),
    "nothing like it": (
        "zzz/zzz.py:Chat",
        "acytoo",
        "expected a Python file, got 'zzz/zzz.py:Chat': there is no such file",
        "ls zzz",
    ),
    "no such class": (
        "chats:Cat",
        "acytoo",
        "expected an attribute of chats, got 'Cat'; it has Chat",
        "harness check chats:Chat",
    ),
    "no class at all": ("empty:Cat", "acytoo", "expected an attribute of empty, got 'Cat'", ""),
    "no class but a value": (
        "chats:VALUE",
        "acytoo",
        "expected 'chats:VALUE' to be a class, got int",
        "harness check chats:Chat",
    ),
    "no generator": (
        "chats:Plain",
        "acytoo",
        "expected a class with the classmethod create_async_generator, got 'chats:Plain', which has none",
        "python -m pydoc chats.Plain",
    ),
    "no such module": (
        "nomod:Chat",
        "acytoo",
        "expected 'nomod:Chat' to be importable, got ModuleNotFoundError: No module named 'nomod'",
        "python -c 'import nomod'",
    ),
    "exits at import": ("exits:Chat", "acytoo", "expected 'exits:Chat' to be importable, got SystemExit: 3", None),
    "syntax error": (
        "bad.py:Chat",
        "acytoo",
        "expected 'bad.py:Chat' to be importable, got SyntaxError: ",
        "python bad.py",
    ),
    "no contract": (
        "chats:Chat",
        None,
        (f"expected a contract to judge 'chats:Chat' by, got none; known: {', '.join(known())}, or module:ATTR"),
        None,
    ),
    "unknown contract": (
        "chats:Chat",
        "acyto",
        f"expected a contract: one of {', '.join(known())}, or module:ATTR; got 'acyto'",
        "harness check chats:Chat --contract acytoo",
    ),
    "contract of another kind": ("chats:Chat", "chats:VALUE", "expected 'chats:VALUE' to be a Contract, got int", ""),
    "no such contract attribute": ("chats:Chat", "chats:NONE", "expected an attribute of chats, got 'NONE'", ""),
}


@pytest.mark.parametrize(("typed", "contract", "message", "hint"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told(project, typed, contract, message, hint):
    put(project, "chats.py", GENERATOR.format(name="Chat") + "VALUE = 1\nclass Plain: ...\n")
    put(project, "empty.py", "")
    put(project, "bad.py", "class :")
    put(project, "exits.py", "raise SystemExit(3)")
    with pytest.raises(UsageError) as caught:
        resolve(typed, contract)
    assert caught.value.message.startswith(message)
    assert hint in {caught.value.hint.removesuffix(f" --contract {contract}"), None}


def test_a_missing_folder_of_cassettes_is_told():
    with pytest.raises(UsageError, match="expected a folder of cassettes, got 'none'"):
        resolve("acytoo", cassettes="none")


def test_a_file_that_python_cannot_load_is_told(project):
    put(project, "chats.txt")
    with pytest.raises(UsageError, match=r"expected a Python file, got '\./chats.txt:Chat'"):
        resolve("./chats.txt:Chat", "acytoo")


def test_a_built_in_folder_needs_one_public_class(project, monkeypatch):
    put(project, "two/provider.py", GENERATOR.format(name="One") + GENERATOR.format(name="Two"))
    put(project, "two/contract.py", "")
    monkeypatch.setattr(target, "HOME", project)
    monkeypatch.setattr(builtin, "HOME", project)
    monkeypatch.setattr(providers, "__path__", [*providers.__path__, str(project)])
    with pytest.raises(UsageError, match=r"expected one public class with create_async_generator in .*, got 2"):
        resolve("two")
