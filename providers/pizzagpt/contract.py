"""What www.pizzagpt.it promises (June 2024 to January 2025), as data."""

from ..contract import Capability, Codec, Contract, ErrorCase, Family, HeaderRule, TextRule

_SEED = "gpt4free 0.5.2.9, g4f.Provider.Pizzagpt: observed request and reply"
_MISUSE = "Misuse detected. Please get in touch, we can come up with a solution for your use case."
_MISUSE_SOURCE = "gpt4free issues #2531, #2559, #2568: this text as content under status 200"
_H3 = "h3/Nuxt error objects, as clients of the service read them"
_EMPTY = "gpt4free issue #2392: replies without content"

CONTRACT = Contract(
    name="pizzagpt",
    source=_SEED,
    origin="https://www.pizzagpt.it",
    path="/api/chatx-completion",
    headers=(
        HeaderRule(name="x-secret", value="Marinara", source=_SEED),
        HeaderRule(name="origin", value=r"https://www\.pizzagpt\.it", source=_SEED),
        HeaderRule(name="referer", value=r"https://www\.pizzagpt\.it/en", source=_SEED),
        HeaderRule(name="accept-language", value=r"en-US,en;q=0\.9", source=_SEED, required=False),
        HeaderRule(name="user-agent", value=r"Mozilla/5\.0 .+", source=_SEED, required=False),
    ),
    payload={
        "type": "object",
        "required": ["question"],
        "additionalProperties": False,
        "properties": {"question": {"type": "string"}},
    },
    content_paths=dict.fromkeys(("system", "user", "assistant"), "question"),
    accept=("application/json",),
    codecs=(Codec.JSON,),
    text=TextRule(paths=("answer.content", "content")),
    errors=(
        ErrorCase(
            name="misuse",
            body={"answer": {"content": _MISUSE}},
            raises=Family.VALUE_ERROR,
            message="Misuse detected",
            source=_MISUSE_SOURCE,
        ),
        ErrorCase(
            name="misuse-flat",
            body={"content": _MISUSE.lower()},
            raises=Family.VALUE_ERROR,
            message="misuse detected",
            source=_MISUSE_SOURCE,
        ),
        ErrorCase(
            name="h3-server-error",
            body={"statusCode": 500, "statusMessage": "Internal Server Error", "message": "no oven free"},
            raises=Family.RUNTIME_ERROR,
            message="no oven free",
            source=_H3,
        ),
        ErrorCase(
            name="h3-bad-request",
            body={"statusCode": 400, "message": "question is missing"},
            raises=Family.VALUE_ERROR,
            message="question is missing",
            source=_H3,
        ),
        ErrorCase(name="content-null", body={"answer": {"content": None}}, raises=Family.RUNTIME_ERROR, source=_EMPTY),
        ErrorCase(name="content-empty", body={"answer": {"content": ""}}, raises=Family.RUNTIME_ERROR, source=_EMPTY),
        ErrorCase(name="content-number", body={"content": 42}, raises=Family.RUNTIME_ERROR, source=_EMPTY),
        ErrorCase(name="answer-null", body={"answer": None}, raises=Family.RUNTIME_ERROR, source=_EMPTY),
        ErrorCase(name="content-missing", body={"answer": {}}, raises=Family.RUNTIME_ERROR, source=_EMPTY),
    ),
    lookalikes=("Misuse", "Misuse detected. What now?"),
    claims=frozenset({Capability.PROXY, Capability.TIMEOUT}),
)
