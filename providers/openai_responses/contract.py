"""What OpenAI promises for the Responses API, as data.

``base_url`` includes the version, as in OpenAI's own SDK (``https://api.openai.com/v1``).
"""

from ..contract import (
    Capability,
    Codec,
    Contract,
    DocumentRule,
    ErrorCase,
    Family,
    FinishRule,
    MediaRule,
    ModelRule,
    OptionRule,
    TextRule,
)
from .samples import DOCUMENTS, SAMPLES

_SPEC = "OpenAI API reference: responses/create, responses/object, responses-streaming; 83 recorded streams"
_MEMBER = "OpenAI API reference: responses/create, member of the request"
_IMAGE = "OpenAI API reference: responses/create, input_image part; a data: URL is a URL"
_EVENTS = "OpenAI API reference: responses-streaming, error and response.failed; openai-python: ResponseError"
_ERRORS = "OpenAI guide: error codes; 477 recorded exchanges of public test suites"

_TEXT = {"type": ["string", "array"], "minItems": 1, "items": {"type": "object", "required": ["type"]}}
_ITEMS = {
    "message": {
        "required": ["role", "content"],
        "properties": {"role": {"enum": ["developer", "system", "user", "assistant"]}, "content": _TEXT},
    },
    "function_call": {"required": ["call_id", "name", "arguments"]},
    "function_call_output": {"required": ["call_id", "output"]},
}
_KINDS = [
    {"if": {"properties": {"type": {"const": kind}}, "required": ["type"]}, "then": schema}
    for kind, schema in _ITEMS.items()
]
_FOREIGN = ("messages", "stop", "max_tokens", "proxy", "base_url", "timeout", "api_key", "media")


def _failed(name: str, raises: Family, code: str, message: str) -> ErrorCase:
    """Give a response that failed: in the last event of a stream, or as the document."""
    error = {"code": code, "message": message}
    response = {"id": "resp_1", "object": "response", "status": "failed", "output": [], "error": error}
    event = {"type": "response.failed", "response": response}
    return ErrorCase(name=name, raises=raises, message=message, event=event, document=response, source=_EVENTS)


def _error(code: str | None, message: str) -> dict[str, object]:
    return {"type": "error", "code": code, "message": message, "param": None, "sequence_number": 3}


def _body(message: str, kind: str, code: str | None) -> dict[str, object]:
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


CONTRACT = Contract(
    name="openai_responses",
    source=_SPEC,
    origin="https://api.openai.com",
    root="/v1",
    path="/responses",
    base_paths=("/v1", "/v1/", "", "/", "/gateway/v1", "/gateway/v1/"),
    headers=(),
    payload={
        "type": "object",
        "required": ["model", "input"],
        "not": {"anyOf": [{"required": [name]} for name in _FOREIGN]},
        "properties": {
            "model": {"type": "string"},
            "input": {
                "type": ["string", "array"],
                "minItems": 1,
                "items": {"type": "object", "anyOf": [{"required": ["type"]}, _ITEMS["message"]], "allOf": _KINDS},
            },
            "instructions": {"type": ["string", "null"]},
            "stream": {"type": ["boolean", "null"]},
            "temperature": {"type": ["number", "null"]},
            "top_p": {"type": ["number", "null"]},
            "max_output_tokens": {"type": ["integer", "null"]},
        },
    },
    content_paths=dict.fromkeys(("system", "user", "assistant"), "input[*].content"),
    accept=("text/event-stream", "application/json"),
    codecs=(Codec.SSE,),
    event_name="type",
    text=TextRule(paths=("delta",), match={"type": "response.output_text.delta"}),
    finish=FinishRule(
        match={"type": ("response.completed", "response.incomplete")},
        path="response.incomplete_details.reason",
        reasons={"completed": "stop", "max_output_tokens": "length", "content_filter": "content_filter"},
        failures=("failed",),
        written={
            "completed": {
                "type": "response.completed",
                "response.status": "completed",
                "response.incomplete_details": None,
            },
            "failed": {"type": "response.failed", "response.status": "failed", "response.incomplete_details": None},
            "*": {"type": "response.incomplete", "response.status": "incomplete"},
        },
        source=f"{_SPEC}; openai-python: the two reasons of IncompleteDetails",
    ),
    counts={"prompt_tokens": "input_tokens", "completion_tokens": "output_tokens"},
    document=DocumentRule(
        options={"stream": False},
        stream_paths=("stream",),
        document={
            "id": "resp_1",
            "object": "response",
            "created_at": 1741569952,
            "status": "completed",
            "error": None,
            "incomplete_details": None,
            "model": "gpt-4o-mini",
            "output": [
                {
                    "type": "message",
                    "id": "msg_1",
                    "status": "completed",
                    "role": "assistant",
                    "content": [{"type": "output_text", "text": "", "annotations": []}],
                }
            ],
            "usage": None,
        },
        text_path="output[0].content[0].text",
        finish_path="incomplete_details.reason",
        finish_written={
            "completed": {"status": "completed", "incomplete_details": None},
            "failed": {"status": "failed", "incomplete_details": None},
            "*": {"status": "incomplete"},
        },
        usage_path="usage",
        usage_paths=("response.usage",),
        samples=DOCUMENTS,
        source=_SPEC,
    ),
    media=MediaRule(path="input[*].content[*].image_url", source=_IMAGE),
    samples=SAMPLES,
    model=ModelRule(paths={"model": "{model}"}, source=_SPEC),
    options=(
        OptionRule(name="temperature", path="temperature", values=(0, 0.0, 1.5), source=_MEMBER),
        OptionRule(name="top_p", path="top_p", values=(0, 1.0), source=_MEMBER),
        OptionRule(name="max_output_tokens", path="max_output_tokens", values=(16, 64), source=_MEMBER),
        OptionRule(name="max_tokens", path="max_output_tokens", values=(16, 64), source=_MEMBER),
        OptionRule(name="instructions", path="instructions", values=("", "Be brief."), source=_MEMBER),
        OptionRule(name="store", path="store", values=(False, True), source=_MEMBER),
        OptionRule(name="parallel_tool_calls", path="parallel_tool_calls", values=(False,), source=_MEMBER),
        OptionRule(name="truncation", path="truncation", values=("auto",), source=_MEMBER),
    ),
    open_options=True,
    api_key_header="authorization",
    errors=(
        _failed("failed", Family.RUNTIME_ERROR, "server_error", "The model had an error."),
        _failed("failed-by-rate", Family.RUNTIME_ERROR, "rate_limit_exceeded", "Rate limit reached for requests."),
        _failed("failed-by-prompt", Family.VALUE_ERROR, "invalid_prompt", "The prompt violates our usage policy."),
        _failed("failed-by-image", Family.VALUE_ERROR, "image_too_large", "The image is too large."),
        ErrorCase(
            name="error",
            event=_error("server_error", "The server is overloaded."),
            raises=Family.RUNTIME_ERROR,
            message="overloaded",
            source=_EVENTS,
        ),
        ErrorCase(
            name="error-without-code",
            event=_error(None, "Something went wrong."),
            raises=Family.RUNTIME_ERROR,
            message="went wrong",
            source=_EVENTS,
        ),
        ErrorCase(
            name="error-within",
            event={
                "type": "error",
                "sequence_number": 3,
                "error": {"type": "invalid_request_error", "code": "context_length_exceeded", "message": "Too long."},
            },
            raises=Family.VALUE_ERROR,
            message="Too long",
            source="the object of an HTTP error, as an event: openai-dotnet issue 881, opencode issue 36118",
        ),
        ErrorCase(
            name="invalid-key",
            status=401,
            content_type="application/json",
            body=_body("Incorrect API key provided.", "invalid_request_error", "invalid_api_key"),
            raises=Family.VALUE_ERROR,
            message="Incorrect API key",
            source=_ERRORS,
        ),
        ErrorCase(
            name="model-not-found",
            status=400,
            content_type="application/json",
            body=_body("The requested model 'x' does not exist.", "invalid_request_error", "model_not_found"),
            raises=Family.VALUE_ERROR,
            message="does not exist",
            source=_ERRORS,
        ),
        ErrorCase(
            name="octets",
            status=400,
            content_type="application/octet-stream",
            body=_body("This model does not support it.", "invalid_request_error", None),
            raises=Family.VALUE_ERROR,
            message="does not support",
            source="DeepSeek: recorded at /responses, JSON of another media type",
        ),
        ErrorCase(
            name="quota",
            status=429,
            content_type="application/json",
            body=_body("You exceeded your current quota.", "insufficient_quota", "insufficient_quota"),
            raises=Family.RUNTIME_ERROR,
            message="exceeded your current quota",
            source=_ERRORS,
        ),
    ),
    claims=frozenset({Capability.STREAM, Capability.PROXY, Capability.TIMEOUT}),
)
