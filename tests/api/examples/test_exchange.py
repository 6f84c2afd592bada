"""What the studio holds, as files and back."""

from __future__ import annotations

from pathlib import Path

from apiflask import APIFlask

from api.db import db
from api.examples import exchange, questions, service, words
from api.examples.corpus import corpus, studio_data
from api.examples.models import Example, IntentChange, LockedMessage, Question, Word


def _fill() -> None:
    draft = questions.Draft({"sv": "Hund på jobbet", "en": "Dogs"}, {"en": "Yes: they may.\nAsk first."}, {"en": ["may my dog come"], "sv": ["hund?"]}, "dogs")
    questions.create(None, draft).status = "ready"
    shipped = corpus().of("ask_benefits", "fi")[0]
    service.set_example(None, "fi", shipped.text, None, "studio")
    service.set_example(None, "sv", "yes: 'flis' # no", "ask_salary", "label")
    service.lock_message(None, "fi", "no", "deny", "review")
    words.add(None, "salary", "sv", "flis")
    words.remove(None, "salary", "sv", "arvode*")
    db.session.add(IntentChange(kind="merge", intent="ask_team", into="ask_employer"))
    db.session.flush()


def test_an_export_is_taken_in_again_as_it_was(context: APIFlask, tmp_path: Path) -> None:
    _fill()
    before, held = exchange.gathered(), studio_data()
    names = exchange.write(tmp_path, before)
    assert {"changes.yml", "fi/removed.yml", "locked/fi.yml", "questions.yml", "sv/pay.yml", "sv/studio.yml", "words.yml"} <= set(names)
    assert "- 'yes: ''flis'' # no'\n" in (tmp_path / "sv/pay.yml").read_text(), "one line a wording"
    for kind in (Example, LockedMessage, Question, IntentChange, Word):
        for row in db.session.query(kind):
            db.session.delete(row)
    db.session.flush()

    counts = exchange.take_in(exchange.read(tmp_path))

    assert counts == {"questions": 1, "examples": 4, "locked": 1, "words": 2, "changes": 1}
    assert exchange.gathered() == before
    again = studio_data()
    assert (again.locked, again.moved, again.questions, again.words) == (held.locked, held.moved, held.questions, held.words)
    exchange.take_in(exchange.read(tmp_path))
    assert exchange.gathered() == before, "twice is once"


def test_the_command_writes_and_reads(app: APIFlask, tmp_path: Path) -> None:
    from api.examples.cli import nlu

    run = app.test_cli_runner().invoke
    assert "nothing yet" in run(nlu, ["export", str(tmp_path / "out")]).output
    with app.app_context():
        _fill()
        db.session.commit()
    assert "words.yml" in run(nlu, ["export", str(tmp_path / "out")]).output
    assert "2 words" in run(nlu, ["import", str(tmp_path / "out")]).output
    (tmp_path / "out/sv/pay.yml").write_text("ask_salary: [a\n")
    refused = run(nlu, ["import", str(tmp_path / "out")])
    assert refused.exit_code == 1 and "sv/pay.yml" in refused.output
