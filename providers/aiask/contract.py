"""What e.aiask.me promises (October to November 2023), as data."""

from ..contract import Capability, Codec, Contract, ErrorCase, Family, HeaderRule, TextRule

_SEED = "gpt4free 0.5.2.9, g4f.Provider.deprecated.AiAsk: observed request and reply"
_QUOTA = "您的免费额度不够使用这个模型啦，请点击右上角登录继续使用！"  # noqa: RUF001  full-width marks, verbatim
_QUOTA_SOURCE = "clients of the service compare the whole 200 text with this sentence"

CONTRACT = Contract(
    name="aiask",
    source=_SEED,
    origin="https://e.aiask.me",
    path="/v1/chat/gpt/",
    headers=(
        HeaderRule(name="origin", value=r"https://e\.aiask\.me", source=_SEED),
        HeaderRule(name="referer", value=r"https://e\.aiask\.me/chat", source=_SEED),
    ),
    payload={
        "type": "object",
        "required": ["continuous", "id", "list", "models", "prompt", "temperature", "title"],
        "additionalProperties": False,
        "properties": {
            "continuous": {"const": True},
            "id": {"const": "fRMSQtuHl91A4De9cCvKD"},
            "list": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "required": ["role", "content"],
                    "properties": {"role": {"type": "string"}, "content": {"type": ["string", "array"]}},
                },
            },
            "models": {"const": "0"},
            "prompt": {"const": ""},
            "temperature": {"const": 0.5},
            "title": {"const": ""},
        },
    },
    content_paths=dict.fromkeys(("system", "user", "assistant"), "list[*].content"),
    accept=("text/plain",),
    codecs=(Codec.TEXT,),
    text=TextRule(paths=("",)),
    errors=(
        ErrorCase(name="quota", sentence=_QUOTA, raises=Family.RUNTIME_ERROR, source=_QUOTA_SOURCE),
        ErrorCase(name="quota-in-blanks", sentence=f"\n {_QUOTA}\n", raises=Family.RUNTIME_ERROR, source=_QUOTA_SOURCE),
    ),
    lookalikes=(_QUOTA[:12], f"{_QUOTA}谢谢", f"{_QUOTA[:-1]}。", f"答：{_QUOTA}", _QUOTA * 2),  # noqa: RUF001
    claims=frozenset({Capability.STREAM, Capability.PROXY, Capability.TIMEOUT}),
)
