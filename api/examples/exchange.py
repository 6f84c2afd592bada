"""What the studio holds, as YAML files that a diff reads well, and back.

    questions.yml              the company's questions: status, note, titles, answers
    changes.yml                intents that are retired or merged
    words.yml                  words added to the lexicon or taken out of it
    <language>/<skill>.yml     intent -> wordings; `studio.yml` has those of the company's own questions
    <language>/removed.yml     wordings that are no example any more
    locked/<language>.yml      intent -> messages that measure and never train

All is sorted, so the same data gives the same files.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]
from sqlalchemy import select

from api.config import LANGUAGES
from api.db import db
from api.errors import Invalid
from api.examples import changes, queries, questions, service, words
from api.examples.corpus import moved
from api.examples.models import Example, IntentChange, Question, Word
from api.examples.queries import STUDIO
from api.examples.shipped import shipped

QUESTIONS, CHANGES, WORDS, REMOVED, LOCKED = "questions.yml", "changes.yml", "words.yml", "removed.yml", "locked"
Files = dict[str, Any]  # path below the folder -> what stands in it


def gathered() -> Files:
    """All files with their contents, from the database; files that would be empty are left out."""
    files: dict[str, Any] = {QUESTIONS: _questions(), CHANGES: _changes(), WORDS: _words(), **_examples()}
    for row in queries.locked():
        files.setdefault(f"{LOCKED}/{row.language}.yml", defaultdict(list))[row.intent].append(row.text)
    return {name: _sorted(content) for name, content in files.items() if content}


def write(folder: Path, files: Files) -> list[str]:
    """Write the files; those of an earlier export that are empty now go. The names, sorted."""
    for name in _names():
        if name not in files:
            (folder / name).unlink(missing_ok=True)
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=10_000), "utf-8")
    return sorted(files)


def read(folder: Path) -> Files:
    """The files of an export. Raises `Invalid` for one that is no YAML."""
    files = {}
    for name in _names():
        if (folder / name).exists():
            try:
                files[name] = yaml.safe_load((folder / name).read_text("utf-8")) or {}
            except yaml.YAMLError as error:
                raise Invalid(f"{name}: {' '.join(str(error).split())}") from None
    return files


def take_in(files: Files) -> dict[str, int]:
    """Let what the files say hold; what they don't name stays as it is. How many of each kind. Raises `Invalid`."""
    counts = {"questions": 0, "examples": 0, "locked": 0, "words": 0, "changes": 0}
    for slug, said in files.get(QUESTIONS, {}).items():
        _take_question(slug, said)
        counts["questions"] += 1
    for language in LANGUAGES:
        counts["examples"] += _take_examples(language, files)
        for intent, texts in files.get(f"{LOCKED}/{language}.yml", {}).items():
            for text in texts:
                service.lock_message(None, language, text, intent, "import")
            counts["locked"] += len(texts)
    for concept, by_language in files.get(WORDS, {}).items():
        counts["words"] += sum(_take_words(concept, language, said) for language, said in by_language.items())
    for intent, into in files.get(CHANGES, {}).items():
        counts["changes"] += _take_change(intent, into)
    return counts


def _names() -> Iterator[str]:
    yield from (QUESTIONS, CHANGES, WORDS)
    skills = sorted({STUDIO, *shipped().intents.values()})
    for language in LANGUAGES:
        yield from (f"{language}/{skill}.yml" for skill in skills)
        yield from (f"{language}/{REMOVED}", f"{LOCKED}/{language}.yml")


def _questions() -> dict[str, Any]:
    rows = db.session.scalars(select(Question).order_by(Question.slug))
    return {q.slug: {"status": q.status, "note": q.note, "titles": _in_order(q.titles), "answers": _in_order(questions.answers(q))} for q in rows}


def _changes() -> dict[str, str | None]:
    return dict(sorted(moved().items()))


def _words() -> dict[str, dict[str, dict[str, list[str]]]]:
    found: dict[str, Any] = {}
    for row in db.session.scalars(select(Word).order_by(Word.concept, Word.language, Word.item)):
        kinds = found.setdefault(row.concept, {}).setdefault(row.language, {})
        kinds.setdefault("removed" if row.removed else "added", []).append(row.item)
    return found


def _examples() -> dict[str, Any]:
    skills, files = shipped().intents, dict[str, Any]()
    for row in db.session.scalars(select(Example).order_by(Example.key)):
        if row.intent is None:
            files.setdefault(f"{row.language}/{REMOVED}", []).append(row.text)
        else:
            file = files.setdefault(f"{row.language}/{skills.get(row.intent, STUDIO)}.yml", defaultdict(list))
            file[row.intent].append(row.text)
    return files


def _take_question(slug: str, said: dict[str, Any]) -> None:
    question = db.session.scalar(select(Question).where(Question.slug == slug))
    draft = questions.Draft(said.get("titles") or {}, said.get("answers") or {}, {}, said.get("note") or "")
    if question is None:
        question = questions.create(None, draft, questions.slug_of(slug))
    else:
        questions.save(None, question, draft)
    question.status = "ready" if said.get("status") == "ready" else "draft"


def _take_examples(language: str, files: Files) -> int:
    many = 0
    for skill in sorted({STUDIO, *shipped().intents.values()}):
        for intent, texts in files.get(f"{language}/{skill}.yml", {}).items():
            many += service.move(None, [(language, str(text)) for text in texts], intent, "import") if texts else 0
    removed = files.get(f"{language}/{REMOVED}") or []
    return many + (service.move(None, [(language, str(text)) for text in removed], None, "import") if removed else 0)


def _take_words(concept: str, language: str, said: dict[str, list[str]]) -> int:
    for item in said.get("added", ()):
        words.add(None, concept, language, str(item))
    for item in said.get("removed", ()):
        words.remove(None, concept, language, str(item))
    return len(said.get("added", ())) + len(said.get("removed", ()))


def _take_change(intent: str, into: str | None) -> int:
    if intent in moved():
        return 0
    db.session.add(IntentChange(kind="merge" if into else "retire", intent=changes.allowed(intent, into), into=into, data={}))
    db.session.flush()
    return 1


def _sorted(content: Any) -> Any:
    return {key: content[key] for key in sorted(content)} if isinstance(content, dict) else content


def _in_order(texts: dict[str, Any]) -> dict[str, Any]:
    return {language: texts[language] for language in LANGUAGES if language in texts}
