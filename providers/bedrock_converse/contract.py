"""What Amazon Bedrock promises for Converse and ConverseStream, as data.

A frame is told as one object: its headers are the members that begin with a colon, the others are its payload.
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
from .documents import DOCUMENTS
from .samples import SAMPLES

_SPEC = "Amazon Bedrock API reference: Converse, ConverseStream; 348 recorded exchanges of public test suites"
_ERRORS = "Amazon Bedrock API reference: errors of Converse; recorded replies: {message}"
_STREAM = "Amazon Bedrock API reference: ConverseStreamOutput; event stream encoding: exceptions are frames"
_MEMBER = "Amazon Bedrock API reference: InferenceConfiguration"
_OWN = ("proxy", "base_url", "timeout", "api_key", "media", "credentials", "model", "stream")


def _exception(kind: str, message: str) -> dict[str, str]:
    return {":message-type": "exception", ":exception-type": kind, "message": message}


_BLOCK = {
    "type": "object",
    "minProperties": 1,
    "maxProperties": 1,
    "properties": {"text": {"type": "string", "pattern": r"\S"}},
}

CONTRACT = Contract(
    name="bedrock_converse",
    source=_SPEC,
    origin="https://bedrock-runtime.us-east-1.amazonaws.com",
    path="/model/{model}/converse-stream",
    headers=(),
    payload={
        "type": "object",
        "required": ["messages"],
        "not": {"anyOf": [{"required": [name]} for name in _OWN]},
        "properties": {
            "messages": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "required": ["role", "content"],
                    "additionalProperties": False,
                    "properties": {
                        "role": {"enum": ["user", "assistant"]},
                        "content": {"type": "array", "minItems": 1, "items": _BLOCK},
                    },
                },
            },
            "system": {"type": "array", "items": _BLOCK},
            "inferenceConfig": {
                "type": "object",
                "properties": {
                    "maxTokens": {"type": ["integer", "null"]},
                    "temperature": {"type": ["number", "null"]},
                    "topP": {"type": ["number", "null"]},
                    "stopSequences": {"type": ["array", "null"], "items": {"type": "string"}},
                },
            },
        },
    },
    content_paths={
        "system": "system[*].text",
        "user": "messages[*].content[*].text",
        "assistant": "messages[*].content[*].text",
    },
    accept=("application/vnd.amazon.eventstream", "application/json"),
    codecs=(Codec.FRAMES,),
    model_json=frozenset({"input"}),  # Bedrock API reference, ToolUseBlock: input is any JSON value
    text=TextRule(match={":event-type": "contentBlockDelta"}, paths=("delta.text",)),
    finish=FinishRule(
        match={":event-type": "messageStop"},
        path="stopReason",
        reasons={
            "end_turn": "stop",
            "stop_sequence": "stop",
            "max_tokens": "length",
            "model_context_window_exceeded": "length",
            "tool_use": "tool_calls",
            "guardrail_intervened": "content_filter",
            "content_filtered": "content_filter",
        },
        failures=("malformed_model_output", "malformed_tool_use"),
        source="Amazon Bedrock API reference: MessageStopEvent, stopReason",
    ),
    counts={"prompt_tokens": "inputTokens", "completion_tokens": "outputTokens", "total_tokens": "totalTokens"},
    document=DocumentRule(
        options={"stream": False},
        stream_paths=(),
        path="/model/{model}/converse",
        document={
            "metrics": {"latencyMs": 249},
            "output": {"message": {"content": [{"text": ""}], "role": "assistant"}},
            "stopReason": "end_turn",
            "usage": None,
        },
        text_path="output.message.content[0].text",
        finish_path="stopReason",
        usage_path="usage",
        samples=DOCUMENTS,
        source=_SPEC,
    ),
    media=MediaRule(
        path="messages[*].content[*].image.source.bytes",
        data_uri=False,
        type_path="messages[*].content[*].image.format",
        types={"image/png": "png", "image/jpeg": "jpeg", "image/gif": "gif", "image/webp": "webp"},
        source="Amazon Bedrock API reference: ImageBlock",
    ),
    samples=SAMPLES,
    model=ModelRule(
        encodes="/",
        source="Amazon Bedrock API reference: modelId is an id or an ARN in the path; boto3 percent-encodes it",
    ),
    options=(
        OptionRule(name="temperature", path="inferenceConfig.temperature", values=(0, 0.0, 0.9), source=_MEMBER),
        OptionRule(name="topP", path="inferenceConfig.topP", values=(0, 0.75), source=_MEMBER),
        OptionRule(name="maxTokens", path="inferenceConfig.maxTokens", values=(1, 64), source=_MEMBER),
        OptionRule(name="stopSequences", path="inferenceConfig.stopSequences", values=([], ["\n"]), source=_MEMBER),
        OptionRule(
            name="additionalModelRequestFields",
            path="additionalModelRequestFields",
            values=({}, {"top_k": 0}),
            source="Amazon Bedrock API reference: ConverseStream, member of the request",
        ),
    ),
    open_options=True,
    api_key_header="authorization",
    errors=(
        ErrorCase(
            name="throttled",
            event=_exception("throttlingException", "Too many requests, please wait before trying again."),
            raises=Family.RUNTIME_ERROR,
            message="Too many requests",
            source=_STREAM,
        ),
        ErrorCase(
            name="model-failed",
            event=_exception("modelStreamErrorException", "The system encountered an unexpected error."),
            raises=Family.RUNTIME_ERROR,
            message="unexpected error",
            source=_STREAM,
        ),
        ErrorCase(
            name="unavailable",
            event=_exception("serviceUnavailableException", "Bedrock is unable to process your request."),
            raises=Family.RUNTIME_ERROR,
            message="unable to process",
            source=_STREAM,
        ),
        ErrorCase(
            name="invalid",
            event=_exception("validationException", "Input is too long for requested model."),
            raises=Family.VALUE_ERROR,
            message="too long",
            source=_STREAM,
        ),
        ErrorCase(
            name="unmodelled",
            event={
                ":message-type": "error",
                ":error-code": "InternalError",
                ":error-message": "The stream has failed.",
            },
            raises=Family.RUNTIME_ERROR,
            message="has failed",
            source="Smithy, Amazon event stream specification: error messages tell code and message in headers",
        ),
        ErrorCase(
            name="unknown-model",
            status=400,
            content_type="application/json",
            body={"message": "The provided model identifier is invalid."},
            raises=Family.VALUE_ERROR,
            message="model identifier is invalid",
            source=_ERRORS,
        ),
        ErrorCase(
            name="denied",
            status=403,
            content_type="application/json",
            body={"Message": "The security token included in the request is expired"},
            raises=Family.VALUE_ERROR,
            message="expired",
            source=_ERRORS,
        ),
        ErrorCase(
            name="throttled-at-once",
            status=429,
            content_type="application/json",
            body={"message": "Too many tokens, please wait before trying again."},
            raises=Family.RUNTIME_ERROR,
            message="Too many tokens",
            source=_ERRORS,
        ),
        ErrorCase(
            name="model-timed-out",
            status=408,
            content_type="application/json",
            body={"message": "Model has timed out in processing the request."},
            raises=Family.RUNTIME_ERROR,
            message="timed out",
            source=_ERRORS,
        ),
    ),
    claims=frozenset({Capability.STREAM, Capability.PROXY, Capability.TIMEOUT}),
)
