"""The studio's pages of texts: found, worded, planned, taken back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from api import clock
from api.answers import texts
from api.answers.models import TextVersion
from api.answers.overview import EXPECTED, lines
from api.answers.service import save_answer
from api.audit.models import AuditEntry
from api.audit.service import SYSTEM
from api.db import db
from api.studio import text_names
from tests.api.staff import Browser, add_staff, signed_in
from tests.api.statements import counted

NOON = datetime(2026, 11, 26, 11, tzinfo=UTC)
GOODBYE, BENEFITS = "/studio/answers/response/utter_goodbye", "/studio/answers/answer/benefits"


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with clock.at(NOON):
        yield


@pytest.fixture
def admin(app: APIFlask) -> Browser:
    with app.app_context():
        save_answer("benefits", {"sv": "Förmåner.", "en": "Benefits."}, NOON, SYSTEM)
        db.session.commit()
    return signed_in(app, add_staff(app, access="admin"))


def as_it_stands(browser: Browser, path: str) -> dict[str, str]:
    """The fields of the form on a page, as a browser would send them."""
    html = browser.get(path).text
    fields = dict(re.findall(r'<textarea id="(\w+)"[^>]*>([^<]*)</textarea>', html))
    fields |= dict(re.findall(r'<input id="(\w+)" name="\w+" lang="\w+" value="([^"]*)"', html))
    seen = re.search(r'name="seen" value="(\d+)"', html)
    return fields | {"seen": seen[1] if seen else "", "when": "now"}


def said(app: APIFlask, kind: str, key: str, code: str) -> str | None:
    with app.app_context():
        return texts.current(kind, key, code)


def test_the_list_shows_texts_by_subject_and_finds_what_is_missing(admin: Browser) -> None:
    shown = admin.get("/studio/answers").text
    assert "Förmåner." in shown and "Missing: Finnish" in shown
    assert "Missing: Swedish" in shown  # of the other answers that the assistant asks for
    assert "Hej då" not in shown
    found = admin.get("/studio/answers?view=messages&q=vilket jobb").text
    assert "Vilket jobb gäller det?" in found and "Mitä työpaikkaa tarkoitat?" in found and found.count("<h3>") < 10
    assert "No text fits" in admin.get("/studio/answers?view=words&q=zebra").text
    assert "a month" in admin.get("/studio/answers?view=words").text
    assert admin.get("/studio/answers?view=nonsense&only=nonsense&skill=nonsense").status_code == 200


def test_a_text_is_saved_in_one_language_and_the_others_are_then_stale_until_found_right(app: APIFlask, admin: Browser) -> None:
    form = as_it_stands(admin, GOODBYE) | {"sv": "Hej då, och lycka till."}
    answer = admin.post(GOODBYE, form, follow_redirects=True)
    assert "Saved. The assistant says it within seconds." in answer.text
    assert answer.text.count("Older than another language") == 2
    assert said(app, "response", "utter_goodbye", "sv") == "Hej då, och lycka till."
    assert "Stale: Finnish" in admin.get("/studio/answers?view=messages&only=care").text
    confirmed = admin.post(f"{GOODBYE}/confirm", {"language": "fi"}, follow_redirects=True).text
    assert confirmed.count("Older than another language") == 1 and "Found still right" in confirmed
    form = as_it_stands(admin, GOODBYE) | {"sv": "Hej då.", "others_hold": "yes"}
    assert "Older than another" not in admin.post(GOODBYE, form, follow_redirects=True).text


def test_what_is_wrong_is_told_in_the_form_and_nothing_is_lost(app: APIFlask, admin: Browser) -> None:
    path = "/studio/answers/response/utter_question_sent"
    answer = admin.post(path, as_it_stands(admin, path) | {"sv": "Skickat till {kontakt}.", "fi": "Lähetetty <b>."})
    assert answer.status_code == 422
    assert "There is no field {kontakt} here. You may use {contact}." in answer.text
    assert "the shipped text also tells {contact}" in answer.text
    assert "Skickat till {kontakt}." in answer.text and "Lähetetty &lt;b&gt;." in answer.text
    form = as_it_stands(admin, path) | {"fi": "Lähetetty."}
    assert admin.post(path, form).status_code == 422
    assert admin.post(path, form | {"sure": "yes"}).status_code == 303
    assert said(app, "response", "utter_question_sent", "fi") == "Lähetetty."


def test_a_campaign_is_planned_in_the_office_s_time_and_called_off(app: APIFlask, admin: Browser) -> None:
    form = as_it_stands(admin, BENEFITS) | {"sv": "Sommarförmåner.", "when": "time"}
    assert "Say from when, or until when." in admin.post(BENEFITS, form).text
    assert "The end must come after the beginning." in admin.post(BENEFITS, form | {"begins": "2027-06-01T08:00", "ends": "2027-05-01T08:00"}).text
    page = admin.post(BENEFITS, form | {"begins": "2027-06-01T08:00", "ends": "2027-09-01T08:00"}, follow_redirects=True).text
    assert "Planned." in page and "to come" in page and said(app, "answer", "benefits", "sv") == "Förmåner."
    with app.app_context():
        version = db.session.scalars(select(TextVersion)).one()
    assert version.valid_from == datetime(2027, 6, 1, 6, tzinfo=UTC)
    assert "1 change planned" in admin.get("/studio/answers?only=planned").text
    assert "Called off." in admin.post(f"/studio/answers/versions/{version.id}/end", follow_redirects=True).text
    assert admin.post(f"/studio/answers/versions/{version.id}/end").status_code == 409


def test_an_earlier_version_is_said_again_and_the_difference_is_shown(app: APIFlask, admin: Browser) -> None:
    for text in ("Talk to us now", "Talk to Ebba now"):
        path = "/studio/answers/button/person"
        page = admin.post(path, as_it_stands(admin, path) | {"en": text}, follow_redirects=True).text
    assert "Talk to <del>us</del><ins>Ebba</ins> now" in page and "Ebba Sandström" in page
    with app.app_context():
        first = db.session.scalars(select(TextVersion.id).order_by(TextVersion.id)).first()
    admin.post(f"/studio/answers/versions/{first}/revert")
    assert said(app, "button", "person", "en") == "Talk to us now"
    admin.post("/studio/answers/button/person/reset", {"language": "en"})
    assert said(app, "button", "person", "en") == "Talk to a person"
    with app.app_context():
        assert {entry.action for entry in db.session.scalars(select(AuditEntry).where(AuditEntry.subject_kind == "text_versions"))} == {"text.saved"}


def test_the_first_edit_of_a_company_answer_can_be_taken_back_to_what_the_files_say(app: APIFlask, admin: Browser) -> None:
    back = 'name="language" value="en" formaction="/studio/answers/answer/benefits/reset"'
    assert back not in admin.get(BENEFITS).text
    edited = admin.post(BENEFITS, as_it_stands(admin, BENEFITS) | {"en": "Even more benefits."}, follow_redirects=True).text
    assert edited.count("/reset") == 1 and back in edited and '<p lang="en" class="quoted">Benefits.</p>' in edited
    done = admin.post(f"{BENEFITS}/reset", {"language": "en"}, follow_redirects=True).text
    assert said(app, "answer", "benefits", "en") == "Benefits." and back not in done
    assert "Back to the text from the company's files" in done.split('id="versions"')[1]


def test_of_two_admins_the_second_is_told_before_theirs_replaces_the_first(app: APIFlask, admin: Browser) -> None:
    other = signed_in(app, add_staff(app, "Aino Lehtonen", access="admin"))
    form, late = as_it_stands(admin, GOODBYE), as_it_stands(other, GOODBYE)
    admin.post(GOODBYE, form | {"sv": "Hej då från Ebba."})
    refused = other.post(GOODBYE, late | {"sv": "Hej då från Aino."})
    assert refused.status_code == 422 and "Ebba Sandström has changed this text meanwhile" in refused.text and "från Aino" in refused.text
    again = re.search(r'name="seen" value="(\d+)"', refused.text)
    assert again and other.post(GOODBYE, late | {"sv": "Hej då från Aino.", "seen": again[1]}).status_code == 303
    assert other.post(GOODBYE, late | {"seen": "0"}).status_code in (303, 422)


def test_texts_that_there_are_none_of_are_not_found(admin: Browser) -> None:
    for path in ("/studio/answers/response/utter_nothing", "/studio/answers/poem/x", "/studio/answers/answer/Not%20a%20key"):
        assert admin.get(path).status_code == 404
        assert admin.post(path, {"sv": "Hej"}).status_code == 404
    assert admin.post(f"{GOODBYE}/reset", {"language": "de"}).status_code == 404
    assert admin.post("/studio/answers/versions/99/end").status_code == 404


def test_every_text_has_a_name_a_page_and_a_subject(app: APIFlask, admin: Browser) -> None:
    with app.app_context():
        every = lines(clock.now())
    assert {line.skill for line in every} <= set(text_names.SKILLS)
    assert set(EXPECTED) == set(text_names.ANSWERS)
    assert all(text_names.name(line, "sv", {}) for line in every)
    for line in {line.kind: line for line in every}.values():
        assert admin.get(f"/studio/answers/{line.kind}/{line.key}").status_code == 200


def test_the_number_of_queries_does_not_grow_with_the_versions(app: APIFlask, admin: Browser) -> None:
    def asked(path: str) -> int:
        with counted(app) as seen:
            assert admin.get(path).status_code == 200
        return len(seen)

    asked("/studio/answers")  # notes that the admin is here
    few = [asked(path) for path in ("/studio/answers", BENEFITS)]
    with app.app_context():
        for number in range(60):
            texts.save(None, "answer", "benefits", {"sv": f"Förmåner {number}."})
            texts.save(None, "answer", f"company_{number}", {"fi": f"Vastaus {number}."})
        db.session.commit()
    assert [asked(path) for path in ("/studio/answers", BENEFITS)] == few
