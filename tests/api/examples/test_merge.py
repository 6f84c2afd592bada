"""What training reads: the repository's data with the studio's over it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from apiflask import APIFlask

from api.config import ROOT
from api.db import db
from api.errors import Invalid
from api.examples import merge, queries, service
from api.examples.corpus import corpus
from api.examples.models import IntentChange, Question, Word
from nlu.train import Inputs


def _differences(folder: Path) -> list[str]:
    """Files below `folder` that the repository does not have, or has otherwise."""
    files = [file.relative_to(folder) for file in sorted(folder.rglob("*")) if file.is_file()]
    return [file.as_posix() for file in files if not (ROOT / file).exists() or (ROOT / file).read_bytes() != (folder / file).read_bytes()]


def test_without_studio_data_the_folder_is_the_repository(context: APIFlask, tmp_path: Path) -> None:
    merged = merge.write(tmp_path / "merged")
    assert _differences(tmp_path / "merged") == []
    assert merged.inputs_hash == Inputs().hash(), "a training of both would be of the same data"
    assert merged.problems == []
    assert merged.counts["ask_salary"]["sv"] > queries.ENOUGH


def test_what_is_taught_stands_over_what_is_shipped(context: APIFlask, tmp_path: Path) -> None:
    taken = next(row for row in corpus().of("ask_benefits", "en"))
    gone = next(row for row in corpus().of("ask_salary", "fi"))
    measured = next(row for row in corpus().of("ask_salary", "sv"))
    db.session.add(Question(slug="dogs", titles={"en": "Dogs at work"}, status="ready"))
    db.session.add(Question(slug="parking", status="draft"))
    db.session.add(Word(concept="salary", language="sv", item="stålar"))
    db.session.flush()
    service.set_example(None, "en", "May I  bring my [dog](role)?", "company_dogs", "studio")
    service.set_example(None, "en", "where can I park", "company_parking", "studio")
    service.set_example(None, "en", taken.text.upper(), "company_dogs", "label")
    service.set_example(None, "fi", gone.text, None, "studio")
    service.lock_message(None, "sv", measured.text, "ask_salary", "review")
    db.session.add(IntentChange(kind="merge", intent="ask_team", into="ask_employer"))
    db.session.add(IntentChange(kind="retire", intent="chitchat"))
    db.session.commit()

    merged = merge.write(tmp_path / "merged")

    folder = tmp_path / "merged"
    learnt = (folder / "nlu/data/en/studio.yml").read_text()
    assert "- May I bring my (dog)(role)?\n" in learnt, "no entity comes from a candidate's brackets"
    assert "park" not in learnt and "company_parking" not in merged.counts, "a draft waits"
    assert merged.counts["company_dogs"] == {"sv": 0, "fi": 0, "en": 2}
    assert f"- {taken.text}\n" not in (folder / "nlu/data/en/pay.yml").read_text()
    assert f"- {gone.text}\n" not in (folder / "nlu/data/fi/pay.yml").read_text()
    assert f"- {measured.text}\n" not in (folder / "nlu/data/sv/pay.yml").read_text(), "the locked set never trains"
    assert "intent: ask_team" not in (folder / "nlu/data/sv/roles.yml").read_text()
    assert "chitchat" not in merged.counts
    assert merged.counts["ask_employer"]["sv"] == len(corpus().of("ask_employer", "sv"))
    assert "company_dogs" in (folder / "nlu/domain/studio.yml").read_text()
    assert "- action: action_company_question" in (folder / "stories/studio.yml").read_text()
    assert "|stålar\n" in (folder / "nlu/data/concepts.tsv").read_text()
    assert str(folder / "nlu/data/concepts.tsv") in (folder / "nlu/config.yml").read_text()
    assert [p for p in merged.problems if "company_dogs" in p]
    assert merged.inputs_hash == merge.write(tmp_path / "again").inputs_hash != Inputs().hash()


def test_a_wording_needs_a_known_intent(context: APIFlask) -> None:
    with pytest.raises(Invalid):
        service.set_example(None, "en", "hello", "company_nothing", "studio")
    with pytest.raises(Invalid):
        service.set_example(None, "en", "   ", "greet", "studio")
    with pytest.raises(Invalid):
        service.set_example(None, "de", "hallo", "greet", "studio")


def test_forgetting_a_wording_gives_it_back_to_the_repository(context: APIFlask) -> None:
    row = corpus().of("ask_salary", "en")[0]
    service.set_example(None, "en", row.text, "ask_benefits", "label", "m1")
    assert corpus().rows["en", row.key].intent == "ask_benefits"
    service.clear_example(None, "en", row.text)
    assert corpus().rows["en", row.key] == row
    service.set_example(None, "en", row.text, "ask_benefits", "label", "m1")
    service.forget_messages(["m1"])
    assert corpus().rows["en", row.key] == row


def test_the_merged_folder_is_read_by_rasa(context: APIFlask, tmp_path: Path) -> None:
    python = ROOT / "nlu/.venv/bin/python"
    if not python.exists():
        pytest.skip("the assistant's environment is not set up")
    db.session.add(Question(slug="dogs", status="ready"))
    db.session.flush()
    service.set_example(None, "en", "dogs: \"yes\" or 'no'? {x} & * #1 \\u00e4 – ok", "company_dogs", "studio")
    service.move(None, [("en", row.text) for row in corpus().of("ask_benefits", "en")[:5]], None)  # type: ignore[arg-type]
    db.session.commit()
    merge.write(tmp_path / "merged")
    script = (
        "from rasa.shared.importers.importer import TrainingDataImporter as T\n"
        "t = T.load_from_config('nlu/config.yml', 'nlu/domain', ['nlu/data', 'stories'])\n"
        "d = t.get_nlu_data()\n"
        "print([m.get('text') for m in d.intent_examples if m.get('intent') == 'company_dogs'])\n"
        "print('company_dogs' in t.get_domain().intents, len([r for r in t.get_stories().story_steps if 'company dogs' in r.block_name]))\n"
    )
    import os

    ran = subprocess.run([str(python), "-c", script], cwd=tmp_path / "merged", env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert ran.stdout.splitlines() == ["""['dogs: "yes" or \\'no\\'? {x} & * #1 /u00e4 – ok']""", "True 1"], ran.stderr[-800:]
