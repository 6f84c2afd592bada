"""Files of roles and applications: which objects they hold, and where in the file each stands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from api.feeds import csv_rows, job_posting
from api.feeds.pages import json_ld

LARGEST = 50 * 1024 * 1024
DEEPEST = 8
# Objects that hold others: job boards wrap the posting, JSON-LD puts graphs and lists around it.
WRAPPERS = ("originalJobPosting", "@graph", "itemListElement", "item", "mainEntity", "roles", "applications")


@dataclass(frozen=True)
class Item:
    """One object of a file. `kind`: `role`, `application`, `posting`, or `problem` when there is nothing to import."""

    file: str
    place: str
    kind: str
    data: dict[str, Any] = field(default_factory=dict)
    problem: str = ""


def read(path: Path) -> list[Item]:
    """Everything in a file, or in the files of a folder (in the order of their names)."""
    if not path.is_dir():
        return _file(path, path.name)
    files = sorted(p for p in path.rglob("*") if p.is_file() and p.suffix.lower() in READERS)
    return [item for file in files for item in _file(file, str(file.relative_to(path)))]


def _file(path: Path, name: str) -> list[Item]:
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        return [_problem(name, f"not a kind of file that can be imported; these can: {', '.join(READERS)}")]
    try:
        if path.stat().st_size > LARGEST:
            return [_problem(name, f"larger than {LARGEST // 1024 // 1024} MB")]
        content = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        return [_problem(name, f"cannot be read: {error.strerror}")]
    except UnicodeDecodeError:
        return [_problem(name, "not UTF-8 text")]
    return list(reader(name, content))


def _problem(name: str, why: str, place: str = "") -> Item:
    return Item(name, place, "problem", problem=why)


def _json(name: str, content: str) -> Iterator[Item]:
    yield from _objects(name, content, "")


def _objects(name: str, content: str, before: str) -> Iterator[Item]:
    """The objects of a JSON text, numbered from 1 in the order in which they stand."""
    try:
        found = list(_unwrapped(json.loads(content, strict=False)))
    except RecursionError:
        yield _problem(name, "nested too deep", before)
        return
    except ValueError as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        yield _problem(name, f"not JSON{where}", before)
        return
    if not found:
        yield _problem(name, "nothing in it", before)
    for number, value in enumerate(found, 1):
        yield _item(name, f"{before}{number}", value)


def _unwrapped(value: Any, depth: int = DEEPEST) -> Iterator[Any]:
    """The objects in lists and wrappers."""
    if isinstance(value, list) and depth:
        for member in value:
            yield from _unwrapped(member, depth - 1)
        return
    inside = [value[name] for name in WRAPPERS if name in value and isinstance(value[name], dict | list)] if isinstance(value, dict) else []
    if inside and depth and not job_posting.is_job_posting(value):
        yield from _unwrapped(inside, depth - 1)
    else:
        yield value


def _item(name: str, place: str, value: Any) -> Item:
    if not isinstance(value, dict):
        return _problem(name, "not an object", place)
    if job_posting.is_job_posting(value):
        return Item(name, place, "posting", value)
    if "candidate" in value:
        return Item(name, place, "application", value)
    if "texts" in value:
        return Item(name, place, "role", value)
    kind = value.get("@type")
    return _problem(name, f"neither a role, an application nor a JobPosting{f' but a {kind}' if isinstance(kind, str) else ''}"[:120], place)


def _csv(name: str, content: str) -> Iterator[Item]:
    try:
        for line, kind, data in csv_rows.rows(content):
            yield Item(name, f"line {line}", kind, data)
    except csv_rows.NotATable as error:
        yield _problem(name, str(error))


def _page(name: str, content: str) -> Iterator[Item]:
    """The postings in a web page; what else its JSON-LD describes is passed over."""
    found = [item for script in json_ld(content) for item in _objects(name, script.text, f"line {script.line}, ")]
    wanted = [item for item in found if item.kind == "posting" or item.problem.startswith(("not JSON", "nested"))]
    yield from wanted or [_problem(name, "no JobPosting in this page")]


READERS = {".json": _json, ".jsonld": _json, ".csv": _csv, ".html": _page, ".htm": _page, ".xhtml": _page}
