"""Errors that no view has seen: pages for people, problem+json for programs."""

from __future__ import annotations

import io

import pytest
from apiflask import APIFlask

from tests.api.staff import Browser, add_staff, signed_in

PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize("path", ["/nope", "/desk/nope", "/studio/nope", "/static/nope.css", "/chat/nope"])
@pytest.mark.parametrize(("code", "said"), [("sv", "Här finns inget."), ("fi", "Täällä ei ole mitään."), ("en", "There is nothing here.")])
def test_an_unknown_address_is_a_page_in_the_reader_s_language(app: APIFlask, path: str, code: str, said: str) -> None:
    answer = app.test_client().get(path, headers=PAGE | {"Accept-Language": code})
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert f'<html lang="{code}">' in answer.text and said in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"] and answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/api/v1/nope", "/internal/v1/nope", "/api/v1/conversations"])
def test_the_programs_addresses_stay_json_even_for_a_browser(app: APIFlask, path: str) -> None:
    answer = app.test_client().get(path, headers=PAGE)
    assert answer.status_code in (404, 405) and answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("accept", ["*/*", "application/json", "", "text/html;q=0, */*"])
def test_whoever_does_not_ask_for_a_page_gets_json(app: APIFlask, accept: str) -> None:
    for path, status in (("/nope", 404), ("/desk/nope", 404), ("/desk/account/password", 405)):
        answer = app.test_client().get(path, headers={"Accept": accept})
        assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")


def test_on_the_consoles_it_has_the_menu_and_the_language_of_who_is_signed_in(app: APIFlask) -> None:
    admin = signed_in(app, add_staff(app, access="admin", language="fi"))
    for path in ("/desk/nope", "/studio/nope"):
        answer = admin.get(path, headers={"Accept-Language": "sv"})
        assert answer.status_code == 404 and "Täällä ei ole mitään." in answer.text and 'href="/desk/staff"' in answer.text
    part = admin.get("/desk/nope", headers={"HX-Request": "true"})
    assert part.status_code == 404 and "<html" not in part.text and "Täällä ei ole mitään." in part.text


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/desk/staff/invitations", "/desk/staff"),
        ("/desk/staff/abc/deactivate", "/desk/staff"),
        ("/desk/conversations/abc/reply", "/desk/conversations/abc"),
        ("/desk/account/password", "/desk/account"),
        ("/studio/questions/ask_salary/examples", "/studio/questions/ask_salary"),
        ("/studio/answers/versions/3/end", "/studio/answers"),
        ("/chat/plain/file", "/chat/plain"),
    ],
)
def test_an_address_that_a_form_posts_to_leads_to_the_page_of_the_form(app: APIFlask, path: str, page: str) -> None:
    answer = Browser(app).get(path)
    assert (answer.status_code, answer.location) == (303, page)


def test_where_there_is_no_such_page_it_is_said(app: APIFlask) -> None:
    answer = Browser(app).get("/desk/sign-out", headers={"Accept-Language": "sv"})
    assert answer.status_code == 405 and set(answer.headers["Allow"].split(", ")) == {"OPTIONS", "POST"}
    assert "Ingenting har ändrats." in answer.text
    assert Browser(app).post("/desk/promises/measures").status_code == 405


def test_what_breaks_is_told_on_a_page_too(app: APIFlask, monkeypatch: pytest.MonkeyPatch) -> None:
    def down() -> None:
        raise RuntimeError

    monkeypatch.setattr("api.candidates.views.company", down)
    answer = app.test_client().get("/pages.css", headers=PAGE)
    assert (answer.status_code, answer.mimetype) == (500, "text/html")


@pytest.mark.parametrize(
    "path", ["/desk/conversations/abc/reply", "/studio/questions/ask_salary/examples", "/desk/account", "/desk/conversations/abc/attachment"]
)
@pytest.mark.parametrize("part", [True, False])
def test_what_is_too_large_is_told_in_the_language_of_who_is_signed_in(app: APIFlask, path: str, part: bool) -> None:
    admin = signed_in(app, add_staff(app, access="admin", language="sv"))
    data = {"file": (io.BytesIO(b"x" * 12 * 1024 * 1024), "cv.pdf")} if "attachment" in path else {"text": "x" * 300_000}
    headers = {"Accept-Language": "en"} | ({"HX-Request": "true"} if part else {})
    answer = admin.post(path, data, csrf=part, headers=headers)
    assert (answer.status_code, answer.mimetype) == (413, "text/html")
    assert "Det var för stort." in answer.text


def test_an_invisible_character_is_named_whatever_the_form(app: APIFlask) -> None:
    admin = signed_in(app, add_staff(app, access="admin", language="sv"))
    for path, form in (
        ("/desk/conversations/abc/reply", {"text": "ok\0", "client_id": "1"}),
        ("/studio/answers/answer/benefits", {"sv": "Ja\0"}),
        ("/studio/words", {"concept": "salary", "language": "sv", "item": "fli\0s"}),
    ):
        for headers in ({"HX-Request": "true"}, {}):
            answer = admin.post(path, form, headers={"Accept-Language": "en"} | headers)
            assert answer.status_code == 422 and "ett osynligt tecken" in answer.text and "4,000" not in answer.text
