"""What the repository ships for training, read once and again when a file has changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from api import plain_yaml
from api.config import LANGUAGES, ROOT
from api.examples.folding import fold, without_entities

NLU = Path("nlu")
CONFIG, DOMAIN, DATA, STORIES = NLU / "config.yml", NLU / "domain", NLU / "data", Path("stories")
CONCEPTS = DATA / "concepts.tsv"
CODE = (NLU / "components", NLU / "importer.py")
READ = frozenset((".yml", ".yaml", ".tsv", ".py"))
COMMAND = "/"  # events that are never typed: "/external_verified"


@dataclass(frozen=True, slots=True)
class Wording:
    """One example as it stands in a file; `text` may carry entity marks, `key` does not."""

    text: str
    key: str


@dataclass(frozen=True)
class Section:
    """An entry of a data file: its kind (`intent`, `regex`, `lookup`, `synonym`), its name, its lines."""

    kind: str
    name: str
    wordings: list[Wording]


@dataclass(frozen=True)
class DataFile:
    """A training file below `nlu/data`; `language` is its folder's, `skill` its name."""

    path: Path
    language: str | None
    skill: str
    sections: list[Section]

    def examples(self) -> Iterator[tuple[str, Wording]]:
        """(intent, wording) of all that can be typed."""
        for section in self.sections:
            if section.kind == "intent":
                yield from ((section.name, w) for w in section.wordings if not w.text.startswith(COMMAND))


@dataclass(frozen=True)
class Shipped:
    """All that training reads from the repository at `root`; paths are relative to it."""

    root: Path
    files: list[DataFile]
    concepts: list[tuple[str, str, str]]  # concept, language, item
    titles: dict[str, dict[str, str]]  # language -> intent -> what its button is called
    domain_intents: dict[str, str] = field(default_factory=dict)  # intent -> skill

    @cached_property
    def by_key(self) -> dict[tuple[str, str], tuple[str, str]]:
        """(language, key) -> (intent, text); where one wording stands twice, the first."""
        found: dict[tuple[str, str], tuple[str, str]] = {}
        for file in self.files:
            if file.language:
                for intent, wording in file.examples():
                    found.setdefault((file.language, wording.key), (intent, wording.text))
        return found

    @cached_property
    def intents(self) -> dict[str, str]:
        """Intent -> skill, of those that have examples, by skill and name."""
        pairs = {(file.skill, section.name) for file in self.files if file.language for section in file.sections if section.kind == "intent"}
        return {name: skill for skill, name in sorted(pairs)}


def shipped(root: Path = ROOT) -> Shipped:
    """What stands in the repository now."""
    return _read(root, _state(root))


@lru_cache(maxsize=1)
def titles(root: Path = ROOT) -> dict[str, dict[str, str]]:
    """`Shipped.titles` without the examples, for whoever only names intents; as they were when first asked for."""
    return _domain(root)[0]


def inputs(root: Path) -> list[Path]:
    """The files that training reads, relative to `root`, in the order in which training hashes them."""
    found: list[Path] = []
    for top in (CONFIG, DOMAIN, DATA, STORIES, *CODE):
        path = root / top
        for file in [path] if path.is_file() else sorted(path.rglob("*")):
            if file.suffix in READ:
                found.append(file.relative_to(root))
    return found


def _state(root: Path) -> tuple[tuple[str, int, int], ...]:
    """What tells that a data file has changed, without reading it."""
    names = [*sorted((root / DATA).rglob("*")), *sorted((root / DOMAIN).glob("*.yml"))]
    return tuple((str(f), s.st_mtime_ns, s.st_size) for f in names if f.suffix in READ for s in [f.stat()])


@lru_cache(maxsize=2)
def _read(root: Path, state: tuple[tuple[str, int, int], ...]) -> Shipped:
    files = [_data_file(root, file) for file in sorted((root / DATA).rglob("*.yml"))]
    titles, intents = _domain(root)
    return Shipped(root, files, read_concepts((root / CONCEPTS).read_text("utf-8")), titles, intents)


def _load(file: Path) -> dict[str, Any]:
    return plain_yaml.load(file.read_bytes()) or {}


def _data_file(root: Path, file: Path) -> DataFile:
    sections = []
    for entry in _load(file).get("nlu") or []:
        kind = next(k for k in entry if k != "examples")
        lines = [line.strip()[1:].strip() for line in str(entry["examples"]).splitlines() if line.strip().startswith("-")]
        sections.append(Section(kind, str(entry[kind]), [Wording(t, fold(without_entities(t))) for t in lines]))
    folder = file.parent.name
    return DataFile(file.relative_to(root), folder if folder in LANGUAGES else None, file.stem, sections)


def _domain(root: Path) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    titles: dict[str, dict[str, str]] = {code: {} for code in LANGUAGES}
    intents: dict[str, str] = {}
    for file in sorted((root / DOMAIN).glob("*.yml")):
        written = _load(file)
        for intent in written.get("intents") or []:
            intents[intent if isinstance(intent, str) else next(iter(intent))] = file.stem
        for variation in (written.get("responses") or {}).get("utter_titles") or []:
            titles[str(variation["condition"][0]["value"])] = dict(variation["custom"])
    return titles, intents


def read_concepts(text: str) -> list[tuple[str, str, str]]:
    """The lines of the lexicon as (concept, language, item)."""
    found = []
    for line in text.splitlines():
        columns = line.split("\t")
        if len(columns) == 3 and not line.startswith("#"):
            found += [(columns[0], columns[1], item) for item in columns[2].split("|") if item.strip()]
    return found


def written_data(sections: list[Section]) -> str:
    """A data file with these sections, as Rasa reads it; empty ones are left out."""
    lines = ['version: "3.1"', "nlu:"]
    for section in sections:
        if section.wordings:
            lines += [f"  - {section.kind}: {_plain(section.name)}", "    examples: |"]
            lines += [f"      - {w.text}" for w in section.wordings]
    return "\n".join(lines) + "\n"


def _plain(name: str) -> str:
    return name if name.replace("_", "").isalpha() else json.dumps(name, ensure_ascii=False)
