"""The pages about questions: from a wording nobody taught to a question that the next training learns."""

from __future__ import annotations

import re

import pytest
from apiflask import APIFlask
from sqlalchemy import select

from api import clock
from api.db import db
from api.examples import changes, queries
from api.examples.corpus import corpus
from api.examples.models import Example, IntentChange, Question
from tests.api.staff import Browser, add_staff, signed_in
from tests.api.statements import counted

DOGS = {
    "sv": [
        "får jag ta med min hund till jobbet",
        "är hundar okej på kontoret",
        "kan hunden följa med",
        "jag har en valp, går det bra",
        "hundvänlig arbetsplats?",
    ],
    "fi": [
        "saako koiran tuoda töihin",
        "onko koira sallittu toimistolla",
        "voiko koira tulla mukaan",
        "minulla on pentu, käykö",
        "koiraystävällinen työpaikka?",
    ],
    "en": ["can I bring my dog to work", "are dogs allowed at the office", "may my dog come along", "I have a puppy, is that ok", "dog friendly workplace?"],
}
TITLES = {"sv": "Hund på jobbet", "fi": "Koira töissä", "en": "Dogs at work"}
ANSWERS = {"sv": "Ja, på kontoret i Göteborg.", "fi": "Kyllä, Göteborgin toimistolla.", "en": "Yes, at the Gothenburg office."}


@pytest.fixture
def sara(app: APIFlask) -> Browser:
    return signed_in(app, add_staff(app, "Sara Nyberg", access="admin", language="en"))


def _form(**changed: str) -> dict[str, str]:
    form = {"note": "Whether dogs may come along"}
    for code in ("sv", "fi", "en"):
        form |= {f"title-{code}": TITLES[code], f"answer-{code}": ANSWERS[code], f"wordings-{code}": "\n".join(DOGS[code])}
    return form | changed


def test_a_question_with_its_answer_is_made_in_the_browser(app: APIFlask, sara: Browser) -> None:
    refused = sara.post("/studio/questions/new", _form(ready="1", **{"wordings-fi": "saako koiran tuoda"}))
    assert refused.status_code == 422
    assert "saako koiran tuoda" in refused.text and "Hund på jobbet" in refused.text, "what was typed is kept"
    with app.app_context():
        assert db.session.scalar(select(Question)) is None

    made = sara.post("/studio/questions/new", _form(ready="1"))
    assert made.location == "/studio/questions/company_dogs_at_work"
    page = sara.get(made.location).text
    assert "Ja, på kontoret i Göteborg." in page and "part of the next training" in page
    with app.app_context():
        entry = queries.intents("sv")[0]
        assert (entry["name"], entry["title"], entry["status"]) == ("company_dogs_at_work", "Hund på jobbet", "ready")
        assert entry["counts"] == {"sv": 5, "fi": 5, "en": 5}
        assert db.session.scalars(select(Example.origin)).first() == "studio"

    assert sara.post("/studio/questions/company_dogs_at_work/texts", _form(**{"answer-en": "Yes, always.", "wordings-en": "woof"})).status_code == 303
    assert "Yes, always." in sara.get("/studio/questions/company_dogs_at_work").text
    assert sara.post("/studio/questions/company_dogs_at_work/delete").status_code == 422, "what is taught is retired"
    sara.post("/studio/questions/company_dogs_at_work/draft")
    assert sara.post("/studio/questions/company_dogs_at_work/delete").location == "/studio/questions"
    with app.app_context():
        assert db.session.scalar(select(Example)) is None


def test_examples_are_added_moved_split_and_removed(app: APIFlask, sara: Browser) -> None:
    page = "/studio/questions/ask_benefits"
    sara.post(f"{page}/examples", {"language": "en", "wordings": "do you pay for lunch?\n- is there a lunch card\n\n"})
    text = sara.get(f"{page}?in=en").text
    assert "is there a lunch card" in text and "added here" in text
    rows = ["en:do you pay for lunch", "en:is there a lunch card"]
    assert sara.post(f"{page}/examples/change", {"into": "ask_salary"}).status_code == 422, "nothing ticked"
    assert sara.post(f"{page}/examples/change", {"row": rows}).status_code == 422, "no question chosen"
    sara.post(f"{page}/examples/change", {"row": rows[0], "into": "ask_salary"})
    sara.post(f"{page}/examples/edit", {"language": "en", "before": "is there a lunch card", "text": "do I get a lunch card"})
    split = sara.post(f"{page}/examples/change", {"row": "en:do i get a lunch card", "split": "1"})
    form = sara.get(split.location)
    assert "do I get a lunch card</textarea>" in form.text and "they leave it" in form.text
    sara.post("/studio/questions/new", {"title-en": "Lunch", "wordings-en": "do I get a lunch card", "from": "ask_benefits", "row": "en:do i get a lunch card"})
    with app.app_context():
        held = corpus().rows
        assert held["en", "do you pay for lunch"].intent == "ask_salary"
        assert ("en", "is there a lunch card") not in held
        assert held["en", "do i get a lunch card"].intent == "company_lunch"
        assert [(c.kind, c.into, c.data) for c in changes.of("ask_benefits")] == [("split", "company_lunch", {"examples": 1})]
        shipped = next(row for row in corpus().of("ask_benefits", "fi") if row.shipped)
    sara.post(f"{page}/examples/change", {"row": f"fi:{shipped.key}", "remove": "1"})
    with app.app_context():
        assert ("fi", shipped.key) not in corpus().rows


def test_an_example_of_another_question_is_moved_only_when_that_is_wanted(app: APIFlask, sara: Browser) -> None:
    page, both = "/studio/questions/ask_benefits", {"language": "en", "wordings": "Salary?\nis there a lunch card"}
    with app.app_context():
        before = corpus().counts("ask_salary")["en"]
        assert corpus().rows["en", "salary"].intent == "ask_salary"
    asked = sara.post(f"{page}/examples", both)
    assert asked.status_code == 422 and "which would lose them" in asked.text and "Salary?\nis there a lunch card</textarea>" in asked.text
    assert re.search(r"/studio/questions/ask_salary\?[^>]*>The pay<", asked.text)
    with app.app_context():
        assert corpus().counts("ask_salary")["en"] == before and ("en", "is there a lunch card") not in corpus().rows
    left = sara.post(f"{page}/examples", both | {"taken": "leave"}, follow_redirects=True).text
    assert "1 example added. It counts" in left and "Moved from" not in left
    with app.app_context():
        assert corpus().counts("ask_salary")["en"] == before and corpus().rows["en", "is there a lunch card"].intent == "ask_benefits"
    moved = sara.post(f"{page}/examples", both | {"taken": "move"}, follow_redirects=True).text
    assert "Moved from: The pay." in moved
    with app.app_context():
        assert corpus().counts("ask_salary")["en"] == before - 1 and corpus().rows["en", "salary"].intent == "ask_benefits"
    reworded = {"language": "en", "before": "is there a lunch card", "text": "what does it pay"}
    with app.app_context():
        other = next(row for row in corpus().of("ask_salary", "en"))
    said = sara.post(f"{page}/examples/edit", reworded | {"text": other.text}, follow_redirects=True).text
    assert "The example is changed. Moved from: The pay." in said


def test_a_line_that_is_too_long_is_named_and_what_was_typed_stays(app: APIFlask, sara: Browser) -> None:
    typed = "is there a lunch card\n\nwhy " + "so " * 700
    refused = sara.post("/studio/questions/ask_benefits/examples", {"language": "en", "wordings": typed})
    assert refused.status_code == 422
    assert "Line 3 (“why so so so" in refused.text and "has 2103 characters" in refused.text
    assert "is there a lunch card\n\nwhy so so" in refused.text and 'aria-invalid="true"' in refused.text
    with app.app_context():
        assert ("en", "is there a lunch card") not in corpus().rows


def test_a_retired_or_merged_question_shows_before_what_happens_and_comes_back(app: APIFlask, sara: Browser) -> None:
    with app.app_context():
        team, employer = len(corpus().of("ask_team")), len(corpus().of("ask_employer"))
    preview = sara.get("/studio/questions/ask_team/away?into=ask_employer").text
    assert f"{team} examples move to" in preview and "ask team" in preview
    sara.post("/studio/questions/ask_team/away", {"into": "ask_employer"})
    with app.app_context():
        assert (len(corpus().of("ask_team")), len(corpus().of("ask_employer"))) == (0, team + employer)
        change = db.session.scalars(select(IntentChange)).one()
    assert sara.post("/studio/questions/ask_team/away").status_code == 409
    assert sara.post("/studio/questions/ask_location/away", {"into": "ask_team"}).status_code == 422, "into a retired one"
    assert sara.post("/studio/questions/request_human/away").status_code == 422, "the desk needs it"
    sara.post(f"/studio/changes/{change.id}/undo")
    with app.app_context():
        assert len(corpus().of("ask_team")) == team


def test_pages_show_what_there_is_and_cost_the_same_however_much(app: APIFlask, sara: Browser) -> None:
    pages = [
        "/studio/questions",
        "/studio/questions?q=lunch&thin=1",
        "/studio/questions/ask_salary?in=fi&page=2",
        "/studio/questions/ask_salary/alike",
        "/studio/words",
    ]
    pages += ["/studio/words/salary?try=pröjsa&in=sv", "/studio/questions/new", "/studio/questions/ask_team/away"]
    with clock.at(clock.now()):  # a session is noted as used every so often: not within this block
        few = [_cost(app, sara, page) for page in pages]
        for number in range(3):
            sara.post("/studio/questions/new", {"title-en": f"Lunch {number}", "wordings-en": "\n".join(f"lunch number {number} {n}" for n in range(40))})
        assert [_cost(app, sara, page) for page in pages] == few
    assert "Lunch 2" in sara.get("/studio/questions?q=lunch").text
    assert "lunch number" in sara.get("/studio/questions?q=number+1+7").text
    for gone in ("/studio/questions/ask_nothing", "/studio/questions/company_nothing", "/studio/questions/company_nothing/edit"):
        assert sara.get(gone).status_code == 404


def _cost(app: APIFlask, browser: Browser, page: str) -> int:
    browser.get(page)  # fills what is kept between requests
    with counted(app) as asked:
        assert browser.get(page).status_code == 200, page
    return len(asked)


def test_a_word_is_tried_added_and_taken_out(app: APIFlask, sara: Browser) -> None:
    page = "/studio/words/salary"
    assert "None of the 0 newest" in sara.get(f"{page}?try=flis&in=sv").text
    added = sara.post("/studio/words", {"concept": "salary", "language": "sv", "item": "Flis"})
    assert "part of the concept" in sara.get(added.location).text
    assert "<ins>flis</ins>" in sara.get("/studio/words?q=flis").text
    sara.post(f"{page}/remove", {"language": "sv", "item": "arvode*"})
    assert re.search(r"arvode….*Put back arvode…", sara.get(page).text, re.S)
    sara.post(f"{page}/restore", {"language": "sv", "item": "arvode*"})
    sara.post(f"{page}/remove", {"language": "sv", "item": "flis"})
    assert "changed here" not in sara.get("/studio/words").text
    assert sara.post("/studio/words", {"concept": "salary", "language": "sv", "item": "a*"}).status_code == 422


def test_a_word_that_cannot_be_one_is_told_in_its_form_which_keeps_it(sara: Browser) -> None:
    long = "lön" * 21
    for refused in (
        sara.post("/studio/words", {"concept": "salary", "language": "fi", "item": long}),
        sara.get(f"/studio/words/salary?try={long}&in=fi"),
        sara.post("/studio/words", {"concept": "Sauna breaks", "language": "fi", "item": long}),
    ):
        assert refused.status_code == 422
        assert "A word or phrase has 1 to 60 letters" in refused.text and f'value="{long}"' in refused.text
        assert '<option value="fi" selected>' in refused.text and 'class="refusal" tabindex="-1" autofocus' in refused.text
    assert 'value="Sauna breaks"' in refused.text
    wrong_name = sara.post("/studio/words", {"concept": "ätbart", "language": "sv", "item": "mat"})
    assert wrong_name.status_code == 422 and "small letters a to z" in wrong_name.text and 'value="mat"' in wrong_name.text


def test_links_to_all_words_are_called_by_what_is_seen(sara: Browser) -> None:
    page = sara.get("/studio/words").text
    assert re.search(r'<a href="/studio/words/\w+">\+\d+<span class="sr"> All words of ', page)
    assert 'aria-label="All words' not in page


def test_suggestions_come_from_the_words_in_use(sara: Browser) -> None:
    told = sara.post("/studio/suggestions", {"wordings-en": "what is the salary range\nwhich salary can I expect"}, headers={"HX-Request": "true"}).text
    assert "not there yet" in told and "lön" in told
