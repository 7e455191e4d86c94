import pytest

from providers.errors import RequestRefused
from providers.messages import format_prompt, prompt_text, require_messages, text_of

PARTS = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]


@pytest.mark.parametrize(
    "messages",
    [
        [],
        (),
        None,
        "hi",
        b"hi",
        {"role": "user", "content": "hi"},
        ["hi"],
        [{"role": "user"}],
        [{"content": "hi"}],
        [{"role": "user", "content": None}],
        [{"role": None, "content": "hi"}],
        [{"role": "user", "content": 7}],
        [{"role": "user", "content": "hi"}, {}],
    ],
    ids=repr,
)
def test_unusable_messages_are_refused(messages):
    with pytest.raises(RequestRefused, match="expected a"):
        require_messages(messages)


@pytest.mark.parametrize("content", ["", " ", [], PARTS], ids=repr)
def test_usable_messages_pass(content):
    require_messages(({"role": "user", "content": content, "name": "x"},))


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("a", "a"),
        (PARTS, "ab"),
        ([{"text": "a"}, {"type": "image_url"}, {"type": "text"}, "x"], "a"),
        (None, ""),
        (7, ""),
    ],
)
def test_text_of_a_content(content, text):
    assert text_of(content) == text


def test_a_prompt_takes_text_alone():
    assert prompt_text(PARTS) == "ab"
    with pytest.raises(RequestRefused, match="text parts alone"):
        prompt_text([*PARTS, {"type": "image_url", "image_url": "x"}])


@pytest.mark.parametrize(
    ("messages", "prompt"),
    [
        ([("tool", " 42 ")], " 42 "),
        ([("system", "S"), ("user", "U")], "System: S\nUser: U\nAssistant:"),
        ([("user", "a"), ("assistant", " "), ("DEVELOPER", PARTS)], "User: a\nDeveloper: ab\nAssistant:"),
    ],
)
def test_a_prompt_is_one_content_or_lines_of_roles(messages, prompt):
    assert format_prompt([{"role": role, "content": content} for role, content in messages]) == prompt


def test_no_messages_make_no_prompt():
    with pytest.raises(RequestRefused):
        format_prompt([])
