"""What chat.acytoo.com promises (July to October 2023), as data."""

from ..contract import Capability, Codec, Contract, ErrorCase, Family, OptionRule, TextRule

_SEED = "gpt4free 0.5.2.9, g4f.Provider.deprecated.Acytoo: observed request and reply"

CONTRACT = Contract(
    name="acytoo",
    source=_SEED,
    origin="https://chat.acytoo.com",
    path="/api/completions",
    headers=(),
    payload={
        "type": "object",
        "required": ["key", "model", "messages", "temperature", "password"],
        "additionalProperties": False,
        "properties": {
            "key": {"const": ""},
            "model": {"const": "gpt-3.5-turbo"},
            "messages": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "required": ["role", "content"],
                    "properties": {"role": {"type": "string"}, "content": {"type": ["string", "array"]}},
                },
            },
            "temperature": {"type": ["number", "null"]},
            "password": {"const": ""},
        },
    },
    content_paths=dict.fromkeys(("system", "user", "assistant"), "messages[*].content"),
    accept=("text/plain",),
    codecs=(Codec.TEXT,),
    text=TextRule(paths=("",)),
    options=(OptionRule(name="temperature", path="temperature", values=(0, 0.0, 1.5), source=_SEED),),
    errors=(
        ErrorCase(
            name="rate-limit",
            status=429,
            content_type="text/plain",
            body="Too Many Requests",
            raises=Family.RUNTIME_ERROR,
            message="Too Many Requests",
            source="gpt4free pull request #726: status 429 when limited",
        ),
    ),
    lookalikes=("You can try our new always-free website: https://chat.acytoo.com",),  # gpt4free issue #900: the advert
    claims=frozenset({Capability.STREAM, Capability.PROXY, Capability.TIMEOUT}),
)
