import json

import pytest
from served import MESSAGES, failing, run, serving

from harness.builtin import rows
from providers import openai_chat
from providers.openai_chat import OpenAiChat
from providers.openai_chat.row_contracts import CONTRACTS
from providers.openai_chat.rows import ROWS
from providers.response import FinishReason

ANSWER = b'data: {"choices": [{"index": 0, "delta": {"content": "x"}, "finish_reason": "stop"}]}\n\ndata: [DONE]\n\n'
DEPLOYED = {"azure", "llama_cpp", "vllm"}


def test_every_row_has_a_contract():
    assert rows() == dict.fromkeys(ROWS, openai_chat.__name__.rpartition(".")[2])
    assert {name: contract.name for name, contract in CONTRACTS.items()} == {name: name for name in ROWS}


@pytest.mark.parametrize("name", sorted(ROWS.keys() - DEPLOYED))
def test_a_row_asks_its_own_service(name):
    with serving(ANSWER, content_type="text/event-stream") as served:
        assert run(ROWS[name], MESSAGES, "a/b", api_key="sk-canary-0123") == ["x", FinishReason("stop")]
    (request,) = served.requests
    contract = CONTRACTS[name]
    assert str(request.url) == f"{contract.origin}{contract.root}{contract.path}"
    assert request.headers["authorization"] == "Bearer sk-canary-0123"
    assert json.loads(request.content)["model"] == "a/b"


@pytest.mark.parametrize("name", sorted(DEPLOYED))
def test_a_deployed_service_needs_its_address(name):
    assert (CONTRACTS[name].origin, ROWS[name].url) == (None, None)
    with serving(ANSWER) as served:
        failing(ValueError, ROWS[name], MESSAGES, "m")
    assert served.requests == []


def test_azure_has_the_deployment_in_the_path_and_a_header_of_its_own():
    with serving(ANSWER, content_type="text/event-stream") as served:
        run(ROWS["azure"], MESSAGES, "gpt 4/mini", base_url="https://x.openai.azure.com/", api_key="key-of-azure")
    (request,) = served.requests
    path = b"/openai/deployments/gpt%204%2Fmini/chat/completions?api-version=2024-10-21"
    assert (request.url.raw_path, request.headers["api-key"]) == (path, "key-of-azure")
    assert "authorization" not in request.headers


@pytest.mark.parametrize("name", sorted(ROWS))
def test_a_row_can_be_imported_by_its_name(name):
    row = ROWS[name]
    assert (row.__module__, issubclass(row, OpenAiChat)) == ("providers.openai_chat.rows", True)
    assert getattr(__import__(row.__module__, fromlist=[row.__name__]), row.__name__) is row
    assert row.__doc__
