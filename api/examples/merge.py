"""The repository's training data with the studio's over it, as a folder that `nlu.train` can be pointed at.

Reading the database (`read`) is apart from writing files (`write_files`), so that no transaction waits for a disk.
The folder holds `nlu/config.yml`, `nlu/domain`, `nlu/data` and `stories` as the repository does. The same data gives
the same bytes and the same hash; without any studio data it is the repository's own hash (nlu.train's `Inputs.hash`).
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from flask_babel import gettext as _

from api.config import LANGUAGES, ROOT
from api.db import db, read_only
from api.examples.corpus import Corpus, Key, StudioData, effective, studio_data
from api.examples.queries import ENOUGH, STUDIO
from api.examples.shipped import CODE, CONCEPTS, CONFIG, DATA, DOMAIN, STORIES, DataFile, Section, Shipped, Wording, inputs, shipped, written_data

RASA = b"rasa 3.6.21\n"  # as nlu.train hashes it
ACTION = "action_company_question"


@dataclass(frozen=True)
class Merged:
    """What to give to `nlu.train`, and what it is. `counts`: intent -> language -> examples that train.

    `problems`: sentences about what is thin; it can be trained all the same.
    """

    config: Path
    domain: Path
    data: list[Path]
    inputs_hash: str
    counts: dict[str, dict[str, int]]
    problems: list[str]


def read() -> StudioData:
    """What the studio holds now, in a transaction of its own: there must be nothing uncommitted."""
    db.session.rollback()
    read_only()
    data = studio_data()
    db.session.rollback()
    return data


def write(folder: Path) -> Merged:
    """Write everything that a training reads into the empty `folder`. Nothing may be uncommitted: see `read`."""
    return write_files(folder, read())


def write_files(folder: Path, data: StudioData, root: Path = ROOT) -> Merged:
    """Write the repository's data at `root` with `data` over it into the empty `folder`."""
    base = shipped(root)
    held = effective(base, data)
    for top in (DOMAIN, DATA, STORIES):
        shutil.copytree(root / top, folder / top)
    shutil.copyfile(root / CONFIG, folder / CONFIG)
    _write_examples(folder, base, held)
    _write_questions(folder, data)
    _write_words(folder, base, data)
    hashed = _hash(folder, root)
    if data.words:  # the pipeline reads the lexicon from where its configuration says
        own = (folder / CONFIG).read_text("utf-8").replace(f"lexicon: {CONCEPTS.as_posix()}", f"lexicon: {json.dumps((folder / CONCEPTS).as_posix())}")
        (folder / CONFIG).write_text(own, "utf-8")
    learnt = [*base.intents, *(intent for intent, status in data.questions.items() if status == "ready")]
    counts = {intent: held.counts(intent) for intent in learnt if any(held.counts(intent).values())}
    return Merged(folder / CONFIG, folder / DOMAIN, [folder / DATA, folder / STORIES], hashed, counts, _problems(held, base))


def trained(held: Corpus) -> Iterator[tuple[str, str, str]]:
    """(language, intent, text) of all that the studio adds to training: drafts of questions wait."""
    status = held.data.questions
    for row in held.rows.values():
        if not row.shipped and status.get(row.intent, "ready") == "ready":
            yield row.language, row.intent, row.text


def _write_examples(folder: Path, base: Shipped, held: Corpus) -> None:
    """Files whose examples are all as they were stay as they are, byte by byte."""
    for file in base.files:
        kept = [_kept(section, file, held, base) for section in file.sections]
        if kept != file.sections:
            (folder / file.path).write_text(written_data(kept), "utf-8")
    added: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for language, intent, text in trained(held):
        added[language][intent].append(plain(text))
    for language, by_intent in added.items():
        sections = [Section("intent", intent, [Wording(t, "") for t in sorted(set(texts))]) for intent, texts in sorted(by_intent.items())]
        (folder / DATA / language / f"{STUDIO}.yml").write_text(written_data(sections), "utf-8")


def _kept(section: Section, file: DataFile, held: Corpus, base: Shipped) -> Section:
    """The section without the examples that mean something else now; an intent that was merged bears its heir's name."""
    if section.kind != "intent" or all(w.text.startswith("/") for w in section.wordings):
        return section
    now = held.data.lands(section.name)
    if now is None:
        return Section(section.kind, section.name, [])
    wordings = [w for w in section.wordings if _stays((file.language or "", w.key), now, held, base)]
    return section if now == section.name and len(wordings) == len(section.wordings) else Section(section.kind, now, wordings)


def _stays(place: Key, intent: str, held: Corpus, base: Shipped) -> bool:
    """Whether a shipped example still stands. Those in no language's folder go when any language says otherwise."""
    if place[0]:
        row = held.rows.get(place)
        return row is not None and row.shipped and row.intent == intent
    return all(_agrees((language, place[1]), intent, held, base) for language in LANGUAGES)


def _agrees(place: Key, intent: str, held: Corpus, base: Shipped) -> bool:
    row = held.rows.get(place)
    if row is None:
        return place not in base.by_key and place not in held.data.locked and not any((t.language, t.key) == place for t in held.data.examples)
    return row.intent == intent


def _write_questions(folder: Path, data: StudioData) -> None:
    """Intents and rules of the company's questions. Those retired keep theirs: buttons in open chats still lead to them."""
    learnt = sorted(intent for intent, status in data.questions.items() if status == "ready")
    if not learnt:
        return
    domain = ['version: "3.1"', "intents:", *(f"  - {intent}" for intent in learnt)]
    (folder / DOMAIN / f"{STUDIO}.yml").write_text("\n".join(domain) + "\n", "utf-8")
    rules = ['version: "3.1"', "rules:"]
    for intent in learnt:
        rules += [f"- rule: company {intent.removeprefix('company_')}", "  steps:", f"  - intent: {intent}", f"  - action: {ACTION}"]
    (folder / STORIES / f"{STUDIO}.yml").write_text("\n".join(rules) + "\n", "utf-8")


def _write_words(folder: Path, base: Shipped, data: StudioData) -> None:
    if data.words:
        lines = [f"{concept}\t{language}\t{'|'.join(items)}" for (concept, language), items in lexicon(base, data).items()]
        (folder / CONCEPTS).write_text("\n".join(lines) + "\n", "utf-8")


def lexicon(base: Shipped, data: StudioData) -> dict[tuple[str, str], list[str]]:
    """(concept, language) -> items in force: the repository's in their order, then the studio's by the alphabet."""
    found: dict[tuple[str, str], list[str]] = {}
    for concept, language, item in base.concepts:
        if not data.words.get((concept, language, item)):
            found.setdefault((concept, language), []).append(item)
    for (concept, language, item), removed in sorted(data.words.items()):
        items = found.setdefault((concept, language), [])
        if not removed and item not in items:
            items.append(item)
    return {place: items for place, items in found.items() if items}


def plain(text: str) -> str:
    """A wording that training data can hold as it is: no entity marks, no escapes, no command."""
    clean = "".join(c for c in text.translate({ord("["): "(", ord("]"): ")", ord("\\"): "/"}) if c.isprintable())
    return " ".join(clean.split()).lstrip("/- ") or "…"


def _hash(folder: Path, root: Path) -> str:
    digest = hashlib.sha256(RASA)
    for home, file in _hashed(folder, root):
        digest.update(f"{file.as_posix()}\n".encode())
        digest.update(hashlib.sha256((home / file).read_bytes()).digest())
    return digest.hexdigest()


def _hashed(folder: Path, root: Path) -> Iterable[tuple[Path, Path]]:
    """Data from the folder, code from the repository, in nlu.train's order."""
    yield from ((folder, file) for file in inputs(folder))
    yield from ((root, file) for file in inputs(root) if any(file == code or code in file.parents for code in CODE))


def _problems(held: Corpus, base: Shipped) -> list[str]:
    status = held.data.questions
    wanted = [intent for intent in [*status, *base.intents] if status.get(intent, "ready") == "ready" and intent not in held.data.moved]
    return [_thin(intent, language, n) for intent in wanted for language, n in held.counts(intent).items() if n < ENOUGH]


def _thin(intent: str, language: str, count: int) -> str:
    return str(
        _(
            "%(intent)s has %(count)s examples in %(language)s; %(enough)s are needed to be understood well.",
            intent=intent,
            count=count,
            language=language,
            enough=ENOUGH,
        )
    )
