import json

import pytest

from harness.cassette.scrub import Scrub, volatile

UUID = "123e4567-e89b-12d3-a456-426614174000"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"created": 1795275083}', '{"created": 1700000000}'),
        ('{"created_at":1795275083.25}', '{"created_at":1700000000.0}'),
        ('{"timestamp": 1795275083123}', '{"timestamp": 1700000000000}'),
        ('{"created_at":"2026-11-21T13:23:26.123456Z"}', '{"created_at":"2023-11-14T22:13:20Z"}'),
        ('{"created_at":"2026-11-21T13:23:26+00:00"}', '{"created_at":"2023-11-14T22:13:20Z"}'),
        ('{"total_duration": 123456, "queue_time": 0.0176}', '{"total_duration": 1, "queue_time": 1.0}'),
        ('{"prompt_ms": 1e-05, "retry_after_ms": 20}', '{"prompt_ms": 1.0, "retry_after_ms": 20}'),
        ('{"obfuscation": "aB3"}', '{"obfuscation": ""}'),
        ('{"max_tokens": 1795275083, "seed": 1795275083}', '{"max_tokens": 1795275083, "seed": 1795275083}'),
        ('{"created": null, "date": "today", "timeout": 5}', '{"created": null, "date": "today", "timeout": 5}'),
    ],
)
def test_times_and_durations_are_constant_in_text_and_values(text, expected):
    assert Scrub().text(text) == expected
    assert Scrub().value(json.loads(text)) == json.loads(expected)
    assert Scrub().text(expected) == expected


def test_ids_are_numbered_by_kind_in_order():
    texts = [
        b'{"id":"chatcmpl-abcDEF1234567890", "x": "chatcmpl-zzzDEF1234567890"}',
        f'{{"id": "chatcmpl-abcDEF1234567890", "request": "{UUID}", "req": "req_011CSHoEeqs5C35K2Uuu"}}'.encode(),
        b'{"id": "fRMSQtuHl91A4De9cCvKD", "item_id": "msg_68a1b2c3d4e5f6a7b8", "id": "words-without-any", "id": "a1"}',
        b"Content-Type: multipart/form-data; boundary=abcdef0123456789",
    ]
    assert volatile.ids(texts) == {
        "chatcmpl-abcDEF1234567890": "chatcmpl-1",
        "chatcmpl-zzzDEF1234567890": "chatcmpl-2",
        UUID: "00000000-0000-4000-8000-000000000001",
        "req_011CSHoEeqs5C35K2Uuu": "req_1",
        "fRMSQtuHl91A4De9cCvKD": "id-1",
        "msg_68a1b2c3d4e5f6a7b8": "msg_1",
        "abcdef0123456789": "id-2",
    }


def test_an_id_of_the_caller_stays():
    assert volatile.ids([f'"{UUID}"'.encode()], f"told {UUID}".encode()) == {}


def test_names_in_code_and_prose_are_no_ids():
    assert volatile.ids([b"run_all_Tests_of_2024 file_nameList2 gen-eral call_by_reference item_1234567890abcde"]) == {}


def test_placeholders_are_no_ids():
    named = volatile.ids([b'"chatcmpl-1" "00000000-0000-4000-8000-000000000001" "id": "id-1"'])
    assert named == {}


def test_the_same_id_has_the_same_name_in_all_exchanges_and_in_the_text(make_interaction, make_recording):
    body = f'{{"id": "{UUID}"}}\n'.encode()
    one = make_interaction(uri=f"https://h/{UUID}", request_body=body)
    raw = make_recording(one, one)
    scrub = Scrub().taught(raw)
    name = "00000000-0000-4000-8000-000000000001"
    clean = scrub.recording(raw)
    assert [(each.uri, each.request_body) for each in clean.interactions] == [
        (f"https://h/{name}", body.replace(UUID.encode(), name.encode()))
    ] * 2
    assert scrub.text(f"see {UUID}") == f"see {name}"


def test_an_id_that_a_contract_documents_stays(make_interaction, make_recording):
    raw = make_recording(make_interaction(request_body=b'{"id": "fRMSQtuHl91A4De9cCvKD"}'))
    assert Scrub(documented="{'const': 'fRMSQtuHl91A4De9cCvKD'}").taught(raw).ids == {}
    assert Scrub().taught(raw).ids == {"fRMSQtuHl91A4De9cCvKD": "id-1"}


def test_a_fresh_header_has_a_constant_value(make_interaction):
    raw = make_interaction(request_headers=(("X-Nonce", "abc"), ("X-Else", "b")), headers=(("X-Else", "c"),))
    clean = Scrub(keep=frozenset({"x-nonce", "x-else"}), fresh=frozenset({"x-nonce"})).interaction(raw)
    assert (clean.request_headers, clean.headers) == ((("X-Nonce", "REDACTED"), ("X-Else", "b")), (("X-Else", "c"),))


def test_the_name_of_an_id_stays_when_it_is_named_again():
    (name,) = volatile.ids([b'{"id": "c14c80c3-18eb-4519-9460-6c92edd8cfb4"}']).values()
    assert name == "00000000-0000-4000-8000-000000000001"
    assert volatile.ids([f'{{"id": "{name}"}}'.encode()]) == {}
