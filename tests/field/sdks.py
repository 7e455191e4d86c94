"""How each SDK is asked for an answer, and how its own types tell text and finish. The SDKs are imported when used."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

KEY = "sk-of-the-harness"
MOST = 4096


@dataclass
class Told:
    """What an SDK makes of a reply."""

    text: str = ""
    finish: str | None = None
    status: int | None = None
    """The status of the error that it raised."""


@dataclass(frozen=True)
class Speaker:
    """An SDK and the function that asks by it, which gives the text, piece by piece, and returns the finish."""

    sdk: str
    ask: Callable

    def read(self, origin, call):
        """Ask once and read all."""
        module = __import__(self.sdk)
        told = Told()
        pieces = self.ask(module, origin, call)
        try:
            while True:
                told.text += next(pieces)
        except StopIteration as ended:
            told.finish = ended.value
        except module.APIStatusError as error:
            told.status = error.status_code
        except (module.APIError, *broken()):
            told.finish = None
        return told


def broken():
    """Give what the HTTP libraries of the SDKs raise where a reply breaks off; an SDK lets it through."""
    return tuple(import_module(name).TransportError for name in ("httpx", "httpx2") if find_spec(name))


def asked(call):
    """Give model, messages and mode of a call."""
    return call.model or "model-1", [dict(message) for message in call.messages], call.options.get("stream", True)


def chat(openai, origin, call):
    """Ask for a chat completion."""
    model, messages, stream = asked(call)
    with openai.OpenAI(api_key=KEY, base_url=origin, max_retries=0) as client:
        answer = client.chat.completions.create(model=model, messages=messages, stream=stream)
        if not stream:
            yield answer.choices[0].message.content or ""
            return answer.choices[0].finish_reason
        finish = None
        for chunk in answer:
            for choice in chunk.choices:
                yield choice.delta.content or ""
                finish = choice.finish_reason or finish
        return finish


def responses(openai, origin, call):
    """Ask for a response."""
    model, messages, stream = asked(call)
    with openai.OpenAI(api_key=KEY, base_url=origin, max_retries=0) as client:
        answer = client.responses.create(model=model, input=messages, stream=stream)
        if not stream:
            yield answer.output_text
            return finish_of_response(answer)
        finish = None
        for event in answer:
            if event.type == "response.output_text.delta":
                yield event.delta
            elif event.type in {"response.completed", "response.incomplete", "response.failed"}:
                finish = finish_of_response(event.response)
        return finish


def finish_of_response(response):
    """Give the finish by status, reason and items."""
    if response.status == "incomplete":
        return {"max_output_tokens": "length"}.get(response.incomplete_details.reason, "content_filter")
    called = any(item.type == "function_call" for item in response.output)
    return {"completed": "tool_calls" if called else "stop"}.get(response.status)


def messages_of(anthropic, origin, call):
    """Ask for a message."""
    model, messages, stream = asked(call)
    system = "\n".join(message["content"] for message in messages if message["role"] == "system")
    told = {
        "model": model,
        "max_tokens": MOST,
        "messages": [message for message in messages if message["role"] != "system"],
        **({"system": system} if system else {}),
    }
    with anthropic.Anthropic(api_key=KEY, base_url=origin, max_retries=0) as client:
        if not stream:
            answer = client.messages.create(**told)
            yield from (block.text for block in answer.content if block.type == "text")
            return STOPS.get(answer.stop_reason)
        with client.messages.stream(**told) as answer:
            yield from answer.text_stream
            return STOPS.get(answer.get_final_message().stop_reason)


STOPS = {"end_turn": "stop", "stop_sequence": "stop", "max_tokens": "length", "tool_use": "tool_calls"}
SPEAKERS = {
    "openai_chat": Speaker("openai", chat),
    "openai_responses": Speaker("openai", responses),
    "anthropic_messages": Speaker("anthropic", messages_of),
}
