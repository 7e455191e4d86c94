"""Services that speak Chat Completions and differ from OpenAI in data alone: a row each, no class of its own.

What else some of them send (reasoning, usage elsewhere, comments, errors in the stream) ``OpenAiChat`` reads from all.
"""

from collections.abc import Mapping

from .provider import OpenAiChat


def _row(
    name: str,
    url: str | None,
    about: str,
    *,
    path: str = OpenAiChat.path,
    key: tuple[str, str] = OpenAiChat.key,
    needs_auth: bool = True,
) -> type[OpenAiChat]:
    """Give the provider of a service; one without ``url`` is deployed by its users and needs ``base_url``."""
    members = {"__module__": __name__, "__doc__": about, "url": url, "path": path, "key": key, "needs_auth": needs_auth}
    return type(name, (OpenAiChat,), members)


Azure = _row(
    "Azure",
    None,
    "Azure OpenAI: ``base_url`` is the resource (``https://NAME.openai.azure.com``), ``model`` the deployment.",
    path="/openai/deployments/{model}/chat/completions?api-version=2024-10-21",
    key=("api-key", "{}"),
)
DeepSeek = _row("DeepSeek", "https://api.deepseek.com", "DeepSeek.")
Groq = _row("Groq", "https://api.groq.com/openai/v1", "Groq.")
HuggingFace = _row("HuggingFace", "https://router.huggingface.co/v1", "The router of Hugging Face Inference Providers.")
LlamaCpp = _row("LlamaCpp", None, "The server of llama.cpp: ``base_url`` ends in ``/v1``.", needs_auth=False)
OpenRouter = _row("OpenRouter", "https://openrouter.ai/api/v1", "OpenRouter.")
Vllm = _row("Vllm", None, "The server of vLLM: ``base_url`` ends in ``/v1``.", needs_auth=False)

ROWS: Mapping[str, type[OpenAiChat]] = {
    "azure": Azure,
    "deepseek": DeepSeek,
    "groq": Groq,
    "huggingface": HuggingFace,
    "llama_cpp": LlamaCpp,
    "openrouter": OpenRouter,
    "vllm": Vllm,
}
"""All of them, by the names under which ``harness check`` knows them."""
