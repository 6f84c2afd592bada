"""Every text exists in Swedish, Finnish and English, with the same fields in each."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml
from babel.messages import Message
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("sv", "fi", "en")
FIELD = re.compile(r"%\((\w+)\)s|\{(\w+)\}")
KEYWORDS = ("lazy_gettext", "_l", "N_")  # besides those that Babel knows; as in the Makefile
KNOWN = {*KEYWORDS, "_", "gettext", "ngettext", "ugettext", "ungettext", "pgettext", "npgettext"}
RENAMED = re.compile(r"^from flask_babel import .*gettext as (\w+)", re.MULTILINE)


def fields(text: str) -> set[str]:
    """Names of the fields that are filled in."""
    return {a or b for a, b in FIELD.findall(text)}


def gateway() -> list[str]:
    """Gateway texts: each in both catalogues, none left over, none fuzzy."""
    with tempfile.TemporaryDirectory() as folder:
        pot = Path(folder) / "messages.pot"
        keywords = [part for name in KEYWORDS for part in ("-k", name)]
        extract = [str(Path(sys.executable).parent / "pybabel"), "-q", "extract", "-F", "api/translations/babel.cfg", *keywords, "-o", str(pot), "api"]
        subprocess.run(extract, cwd=ROOT, check=True)
        wanted = {key(m): m for m in read_po(pot.open("rb")) if m.id}
    faults = [
        f"gateway, {file.relative_to(ROOT)}: texts in {name}() are not collected"
        for file in sorted((ROOT / "api").rglob("*.py"))
        for name in RENAMED.findall(file.read_text("utf-8"))
        if name not in KNOWN
    ]
    for language in ("sv", "fi"):
        catalogue = read_po((ROOT / f"api/translations/{language}/LC_MESSAGES/messages.po").open("rb"))
        have = {key(m): m for m in catalogue if m.id}
        faults += [f"gateway, {language}: no text for {id_!r}" for id_ in sorted(set(wanted) - {i for i, m in have.items() if whole(m) and not m.fuzzy})]
        faults += [f"gateway, {language}: no longer used: {id_!r}" for id_ in sorted(set(have) - set(wanted))]
        faults += [f"gateway, {language}: other fields in {i!r}" for i, m in have.items() if whole(m) and any(fields(i) != fields(form) for form in forms(m))]
    return faults


def key(message: Message) -> str:
    """A text's English words; those of one thing where there are some for many."""
    return message.id if isinstance(message.id, str) else message.id[0]


def forms(message: Message) -> list[str]:
    """The translation, or its forms by number."""
    return [message.string] if isinstance(message.string, str) else list(message.string)


def whole(message: Message) -> bool:
    """Whether every form is translated."""
    return all(forms(message))


def assistant() -> list[str]:
    """The assistant's responses: one variation a language, the same fields in all."""
    faults = []
    for path in sorted((ROOT / "nlu" / "domain").glob("*.yml")):
        for name, variations in (yaml.safe_load(path.read_text()).get("responses") or {}).items():
            by_language = {c["value"]: v.get("text", "") for v in variations for c in v.get("condition", []) if c.get("name") == "language"}
            faults += [f"{path.name}: {name}: no text in {language}" for language in LANGUAGES if not by_language.get(language, "").strip()]
            if len({frozenset(fields(t)) for t in by_language.values()}) > 1:
                faults.append(f"{path.name}: {name}: the languages have different fields")
    return faults


def demo() -> list[str]:
    """Roles and company answers of the demo."""
    faults = []
    for path in sorted((ROOT / "demo").glob("roles/*.json")) + sorted((ROOT / "demo").glob("answers/*.json")):
        texts = json.loads(path.read_text())["texts"]
        faults += [f"{path.name}: no text in {language}" for language in LANGUAGES if not texts.get(language)]
    return faults


if __name__ == "__main__":
    found = gateway() + assistant() + demo()
    print("\n".join(found))
    sys.exit(1 if found else 0)
