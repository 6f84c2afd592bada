"""What a message may be: limits by the character, and a clear sentence for everything else, never a 500."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.api.assistant import FakeAssistant
from tests.api.candidate import API, Answer, Candidate, new_client_id, over_flask


@pytest.fixture
def candidate(client: FlaskClient) -> Candidate:
    return Candidate(over_flask(client))


def raw(candidate: Candidate, body: bytes, content_type: str = "application/json") -> Answer:
    return candidate.ask("POST", "messages", data=body, headers={"Content-Type": content_type})


def is_problem(answer: Answer, status: int) -> bool:
    assert answer.status == status, (answer.status, answer.text[:300])
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["status"] == status
    assert answer.json["type"].startswith("/problems/")
    assert len(answer.json["title"]) > 10
    assert "Traceback" not in answer.text
    return True


def test_two_thousand_characters_are_taken_and_one_more_is_not(candidate: Candidate, fake_assistant: FakeAssistant) -> None:
    for letter in ("x", "ö", "😀", "\u0301", "\n"):
        most = "a" + letter * 1999
        assert candidate.say(most)["message"]["text"] == most
        assert fake_assistant.bodies[-1]["text"] == most
        refused = candidate.try_say(most + letter)
        assert is_problem(refused, 422)
        assert refused.json["errors"][0]["field"] == "text"
        assert "2000" in refused.json["errors"][0]["message"]
    assert len(candidate.history()["messages"]) == 11


def test_a_body_of_300_kilobytes_is_too_large(candidate: Candidate) -> None:
    assert is_problem(raw(candidate, json.dumps({"client_id": new_client_id(), "text": "x" * 300_000}).encode()), 413)
    assert is_problem(raw(candidate, b'{"text": "' + b" " * 300_000), 413)


def test_spaces_inside_and_around_are_kept_as_sent(candidate: Candidate) -> None:
    text = "  rad ett\r\n\trad två\u00a0 \u200b\n\n"
    assert candidate.say(text)["message"]["text"] == text
    assert candidate.history()["messages"][1]["text"] == text


UNREADABLE: dict[str, bytes] = {
    "nothing in particular": b"hej",
    "half an object": b'{"client_id": "',
    "bad UTF-8": b'{"client_id": "6f1c0f3e-0d84-4a07-9c83-6f9a1b0f9d11", "text": "\xff\xfe"}',
    "latin-1": '{"client_id": "6f1c0f3e-0d84-4a07-9c83-6f9a1b0f9d11", "text": "lön"}'.encode("latin-1"),
    "UTF-16": '{"client_id": "6f1c0f3e-0d84-4a07-9c83-6f9a1b0f9d11", "text": "lön"}'.encode("utf-16"),
    "an encoded surrogate": b'{"client_id": "6f1c0f3e-0d84-4a07-9c83-6f9a1b0f9d11", "text": "\xed\xa0\x80"}',
    "a byte order mark": b'\xef\xbb\xbf{"client_id": "6f1c0f3e-0d84-4a07-9c83-6f9a1b0f9d11", "text": "x"}',
    "a deep nest": b"[" * 100_000 + b"]" * 100_000,
    "a deep nest of objects": b'{"a":' * 40_000,
    "a number without an end": b'{"client_id": ' + b"9" * 100_000 + b"}",
}


def test_what_cannot_be_read_gets_400_and_a_sentence(candidate: Candidate) -> None:
    for name, body in UNREADABLE.items():
        assert is_problem(raw(candidate, body), 400), name


ID = "6f1c0f3e-0d84-4a07-9c83-6f9a1b0f9d11"
WRONG: dict[str, tuple[str, str]] = {
    "not an object": ("[]", ""),
    "null": ("null", ""),
    "a word": ('"hej"', ""),
    "a number": ("7", ""),
    "empty object": ("{}", "client_id"),
    "no text": (f'{{"client_id": "{ID}"}}', "text"),
    "text and button": (f'{{"client_id": "{ID}", "text": "x", "button": "/y"}}', "text"),
    "empty text": (f'{{"client_id": "{ID}", "text": ""}}', "text"),
    "only spaces": (f'{{"client_id": "{ID}", "text": " \\n\\t "}}', "text"),
    "text null": (f'{{"client_id": "{ID}", "text": null}}', "text"),
    "text a number": (f'{{"client_id": "{ID}", "text": 5}}', "text"),
    "text a list": (f'{{"client_id": "{ID}", "text": ["x"]}}', "text"),
    "text an object": (f'{{"client_id": "{ID}", "text": {{"x": 1}}}}', "text"),
    "text not a number": (f'{{"client_id": "{ID}", "text": NaN}}', "text"),
    "NUL": (f'{{"client_id": "{ID}", "text": "a\\u0000b"}}', "text"),
    "lone high surrogate": (f'{{"client_id": "{ID}", "text": "a\\ud800"}}', "text"),
    "lone low surrogate": (f'{{"client_id": "{ID}", "text": "\\udc00b"}}', "text"),
    "surrogates in the wrong order": (f'{{"client_id": "{ID}", "text": "\\udc00\\ud800"}}', "text"),
    "unknown field": (f'{{"client_id": "{ID}", "text": "x", "sender": "recruiter"}}', "sender"),
    "unknown field that is no text": (f'{{"client_id": "{ID}", "text": "x", "\\ud800": 1}}', ""),
    "unknown field with NUL": (f'{{"client_id": "{ID}", "text": "x", "\\u0000": 1}}', ""),
    "client_id not a UUID": ('{"client_id": "1", "text": "x"}', "client_id"),
    "client_id a number": ('{"client_id": 1, "text": "x"}', "client_id"),
    "client_id null": ('{"client_id": null, "text": "x"}', "client_id"),
    "role too long": (f'{{"client_id": "{ID}", "text": "x", "role": "{"r" * 65}"}}', "role"),
    "button too long": (f'{{"client_id": "{ID}", "button": "/{"x" * 1000}"}}', "button"),
    "button with NUL": (f'{{"client_id": "{ID}", "button": "/\\u0000"}}', "button"),
}


def test_what_is_not_a_message_gets_422_and_names_the_field(candidate: Candidate) -> None:
    for name, (body, field) in WRONG.items():
        refused = raw(candidate, body.encode())
        assert is_problem(refused, 422), name
        if field:
            assert field in [e["field"] for e in refused.json["errors"]], name
            assert all(e["message"] for e in refused.json["errors"]), name
    assert len(candidate.history()["messages"]) == 1


def test_another_content_type_is_refused_with_a_sentence(candidate: Candidate) -> None:
    body = json.dumps({"client_id": ID, "text": "x"}).encode()
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml", "", "\u00e4/\u00e4"):
        answer = raw(candidate, body, content_type)
        assert answer.status in (400, 415, 422), (content_type, answer.text)
        assert is_problem(answer, answer.status)


def test_a_start_that_is_not_right_gets_422(client: FlaskClient) -> None:
    wrong = ['{"language": "de"}', '{"language": null}', '{"language": ["sv"]}', '{"role": 5}', '{"name": "x"}', '{"role": "a\\u0000"}', "[1]"]
    for body in wrong:
        answer = over_flask(client)("POST", f"{API}/conversations", data=body, headers={"Content-Type": "application/json"})
        assert is_problem(answer, 422), body


def test_a_number_to_read_after_must_be_one(candidate: Candidate) -> None:
    for after in ("-1", "x", "99999999999999999999", "1.5", "%00", "", "2147483648"):
        assert is_problem(candidate.ask("GET", f"messages?after={after}"), 422), after


OTHER_ROUTES: list[tuple[str, str, Any]] = [
    ("POST", "ratings", {"message": "x", "value": "sideways"}),
    ("POST", "ratings", {"value": "up"}),
    ("POST", "ratings", {"message": "a\x00", "value": "up"}),
    ("PUT", "language", {"language": "de"}),
    ("PUT", "language", {}),
    ("POST", "handoff", {"reason": "x" * 501}),
    ("POST", "handoff", {"reason": 5}),
    ("POST", "handoff", {"priority": "high"}),
    ("POST", "verification", {"email": "not an address"}),
    ("POST", "verification", {"email": "a@b.se\r\nBcc: c@d.se"}),
    ("POST", "verification", {"email": "a" * 250 + "@b.se"}),
    ("POST", "verification", {"email": ["a@b.se"]}),
    ("POST", "verification/confirm", {"code": ""}),
    ("POST", "verification/confirm", {"code": 123456}),
]


def test_other_routes_refuse_what_they_do_not_know(candidate: Candidate) -> None:
    for method, route, body in OTHER_ROUTES:
        assert is_problem(candidate.ask(method, route, json=body), 422), (route, body)


def test_methods_that_are_not_there_are_405_and_name_those_that_are(candidate: Candidate) -> None:
    answer = candidate.ask("DELETE", "messages")
    assert is_problem(answer, 405)
    assert {"GET", "POST"} <= set(answer.headers["Allow"].replace(" ", "").split(","))


def test_the_sentence_is_in_the_readers_language(client: FlaskClient) -> None:
    titles = {
        language: client.post(f"{API}/conversations", data="hej", headers={"Content-Type": "application/json", "Accept-Language": language}).json["title"]
        for language in ("sv", "fi", "en")
    }
    assert len(set(titles.values())) == 3, titles
