"""Recordings of others, where they are at hand: which API each exchange is of, and how it was asked.

Both are told by general rules over what was asked, so that recordings that nobody here has seen are played too.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import oracle_anthropic
import oracle_bedrock
import oracle_chat
import oracle_cohere
import oracle_gemini
import oracle_ollama
import oracle_responses
from oracle_facts import SHARED, Told
from oracle_wire import document, words

from harness.cassette.foreign.reading import read
from harness.errors import UsageError
from harness.recording import Interaction

FOLDER = SHARED / "cassettes"
_RULES = (  # provider, end of the path, part of the host, member of the request; the first that fits
    ("azure", r"/openai/deployments/[^/]+/chat/completions", "", ""),
    ("deepseek", r"/chat/completions", "deepseek.com", ""),
    ("groq", r"/chat/completions", "groq.com", ""),
    ("huggingface", r"/chat/completions", "huggingface.co", ""),
    ("mistral", r"/chat/completions", "mistral", ""),
    ("openrouter", r"/chat/completions", "openrouter.ai", ""),
    ("openai_chat", r"/chat/completions", "", ""),
    ("openai_responses", r"/responses", "", ""),
    ("anthropic_messages", r"/messages", "", ""),
    ("anthropic_messages", r":(rawPredict|streamRawPredict)", "", "anthropic_version"),
    ("gemini", r":(generateContent|streamGenerateContent)", "", ""),
    ("ollama", r"/api/chat", "", ""),
    ("cohere_v2", r"/v2/chat", "", ""),
    ("bedrock_converse", r"/converse(-stream)?", "", ""),
)
_ORACLES = {  # the others speak Chat Completions
    "openai_responses": oracle_responses,
    "anthropic_messages": oracle_anthropic,
    "gemini": oracle_gemini,
    "ollama": oracle_ollama,
    "cohere_v2": oracle_cohere,
    "bedrock_converse": oracle_bedrock,
}
_WHOLE = (":generateContent", "/converse", ":rawPredict")
_STREAM = (":streamGenerateContent", "/converse-stream", ":streamRawPredict")
_STREAMS_UNASKED = {"ollama"}


@dataclass(frozen=True)
class Exchange:
    """One exchange of a file."""

    name: str
    interaction: Interaction

    @property
    def api(self):
        """The name of our provider of its API; None where we have none."""
        if self.interaction.method != "POST":
            return None
        url = urlsplit(self.interaction.uri)
        for name, path, host, member in _RULES:
            fits = re.search(f"({path})$", url.path) and host in (url.hostname or "")
            if fits and (not member or member in (self.asked or {})):
                return name
        return None

    @property
    def asked(self):
        """The body of the request; None where it is no JSON object."""
        asked = document(self.interaction.request_body)
        return asked if isinstance(asked, dict) else None

    @property
    def whole(self):
        """Whether it was asked for one document: the path tells, else the request, else the reply."""
        path = urlsplit(self.interaction.uri).path
        if path.endswith(_STREAM):
            return False
        if path.endswith(_WHOLE):
            return True
        if self.asked is not None:
            return not self.asked.get("stream", self.api in _STREAMS_UNASKED)
        return isinstance(document(self.interaction.body), dict)

    def told(self):
        """What a plain reading of the reply says."""
        if self.interaction.status != 200:
            return Told(error=words(document(self.interaction.body) or {}))
        return _ORACLES.get(self.api, oracle_chat).read(self.interaction)


def exchanges():
    """Give all exchanges of all files that can be read."""
    found = []
    for path in sorted(path for path in FOLDER.rglob("*") if path.is_file() and path != FOLDER / "index.json"):
        try:
            interactions = read(path)
        except UsageError:
            continue  # tests/cassette/foreign/test_third_party.py requires a rule for that
        name = path.relative_to(FOLDER).with_suffix("").as_posix()
        found += [Exchange(f"{name}#{number}", one) for number, one in enumerate(interactions)]
    return found
