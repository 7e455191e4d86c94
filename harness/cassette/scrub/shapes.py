"""What secrets look like, and the places where they stand. Data alone."""

import re
from collections.abc import Collection

PLACEHOLDER = "REDACTED"
PERSON = "someone@example.com"
"""Stands for every e-mail address; addresses of example domains stay as they are."""
REQUEST_HEADERS = frozenset({"accept", "accept-encoding", "accept-language", "content-type", "origin", "referer"})
RESPONSE_HEADERS = frozenset({"content-type", "retry-after", "cache-control", "vary"})
CREDENTIALS = frozenset(
    {
        "api-key",
        "anthropic-organization-id",
        "authorization",
        "cookie",
        "openai-organization",
        "openai-project",
        "proxy-authorization",
        "set-cookie",
        "x-amz-security-token",
        "x-api-key",
        "x-auth-token",
        "x-csrf-token",
        "x-goog-api-key",
        "x-session-token",
        "x-xsrf-token",
    }
)
"""Headers whose value is never written, their name only."""
PUBLIC = frozenset({"Bearer null"})
"""Values of credential headers that are documented constants and no secret."""
_START = rb"(?<![A-Za-z0-9])"
_VENDORS = rb"sk|pk|rk|csk|gsk|xai|hf|r8|nvapi|glpat|pplx|fw|tgp_v1|dop_v1|lsv2|jina|npm|pa"
_KEY = rb"(?=[A-Za-z0-9_\-]{0,200}?(?:[0-9A-Z]|[a-z]{20}))[A-Za-z0-9_\-]{16,}"
"""Prose with dashes (``sk-learn-and-others``) has neither a digit nor so long a word.

Bounds on what is looked at ahead keep the time in proportion to the text, also to hostile text.
"""
_PEM = rb"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
SHAPES = (
    *(
        re.compile(_START + shape)
        for shape in (
            rb"(?:" + _VENDORS + rb")[-_]" + _KEY,
            rb"AIza[A-Za-z0-9_\-]{30,}",
            rb"ya29\.[A-Za-z0-9_\-]{20,}",
            rb"gh[pousr]_[A-Za-z0-9]{30,}",
            rb"github_pat_[A-Za-z0-9_]{30,}",
            rb"xox[abeprs]-[A-Za-z0-9\-]{10,}",
            rb"dapi[0-9a-f]{32}",
            rb"SG\.[A-Za-z0-9_\-]{16,}\.[A-Za-z0-9_\-]{16,}",
            rb"(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])",
            rb"eyJ[A-Za-z0-9_\-]{8,8000}\.[A-Za-z0-9_\-]{8,8000}\.[A-Za-z0-9_\-]{8,}",  # JSON web tokens
            rb"(?i:Bearer) +(?!null\b)[A-Za-z0-9._~+/\-]{8,}=*",
            rb"(?i:Basic) +(?=[A-Za-z]*[0-9+/=])[A-Za-z0-9+/]{8,}=*",
        )
    ),
    re.compile(_PEM, re.DOTALL),
)
IDENTITIES = (
    (re.compile(_START + rb"org-[A-Za-z0-9]{16,}"), b"org-REDACTED"),
    (re.compile(_START + rb"proj_[A-Za-z0-9]{16,}"), b"proj_REDACTED"),
    (
        re.compile(
            rb"(?<![A-Za-z0-9._%+\-])[A-Za-z0-9._%+\-]{1,64}@(?!(?:[A-Za-z0-9\-]+\.)*example\.)"
            rb"(?:[A-Za-z0-9\-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9])"
        ),
        PERSON.encode(),
    ),
)
"""Who asked. A model that makes up an address is not told from one that repeats the caller's: both are replaced."""
_NAMES = (
    r"[a-z0-9_-]*api[-_]?key",
    r"(?:[a-z0-9_-]*[-_])?(?:access|refresh|id|auth|session|security|bearer|csrf|xsrf|api)[-_]?token",
    r"(?:[a-z0-9_-]*[-_])?secret(?:[-_]?(?:access[-_]?)?key)?",
    r"client[-_]?secret",
    r"(?:[a-z0-9_-]*[-_])?private[-_]?key",
    r"(?:[a-z0-9_-]*[-_])?(?:password|passwd|passphrase)",
    r"(?:proxy[-_]?)?authorization",
    r"(?:set[-_]?)?cookies?",
    r"jwt",
    r"credentials?",
)
"""Members and parameters whose value is a secret; ``max_tokens``, ``stop_token`` and the like are none of them."""
TOKEN = re.compile(rb'(?i)("token"\s*:\s*")((?:[^"\\]|\\.)+)(")')
LONG_TOKEN = re.compile(rb'(?i)("token"\s*:\s*")([^"\\\s]{16,})(")')
"""In replies ``token`` is often a piece of text (logprobs, reasoning); a credential is long and has no blanks."""
LONG = re.compile(r"""[^"\\\s]{16,}""")
MACHINE_PATH = re.compile(rb'/(?:[^"/\\\s:]+/)+(?=[^"/\\\s]+\.gguf)')
"""The folders of a model's file, which differ from machine to machine."""


def names(further: Collection[str] = ()) -> re.Pattern[str]:
    """Give what matches the whole name of a member that is a secret."""
    return re.compile("|".join([*_NAMES, *map(re.escape, sorted(further))]), re.IGNORECASE)


def places(further: Collection[str] = ()) -> tuple[re.Pattern[bytes], ...]:
    """Give what finds secrets by place: what comes before one, the secret, what comes after it."""
    named = names(further).pattern.encode()
    return (
        re.compile(rb'(?i)("(?:' + named + rb')"\s*:\s*")((?:[^"\\]|\\.)+)(")'),
        re.compile(rb'(?i)(\\"(?:' + named + rb')\\"\s*:\s*\\")([^"\\]+)(\\")'),  # JSON that was cut off
        re.compile(
            rb"(?i)((?:[?&](?:" + named + rb"|key|token|sig|signature)|(?<![^\s;&])(?:" + named + rb"))=)"
            rb"""([^&#\s"'<>\\;]+)()"""
        ),
        re.compile(rb'(://)([^/?#@\s"\\]+)(@)'),
    )
