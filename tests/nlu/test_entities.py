"""The tables and patterns of `nlu/data/entities.yml`, used as Rasa uses them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

WRITTEN = yaml.safe_load(Path("nlu/data/entities.yml").read_text("utf-8"))["nlu"]


def lines(entry: dict) -> list[str]:
    return [line.removeprefix("- ") for line in entry["examples"].splitlines() if line.startswith("- ")]


PATTERNS = [(entry["regex"], re.compile(line, re.IGNORECASE)) for entry in WRITTEN if "regex" in entry for line in lines(entry)]
PATTERNS += [(entry["lookup"], re.compile(rf"\b{re.escape(line)}\b", re.IGNORECASE)) for entry in WRITTEN if "lookup" in entry for line in lines(entry)]
SYNONYMS = {line.casefold(): entry["synonym"] for entry in WRITTEN if "synonym" in entry for line in lines(entry)}


def found(text: str, entity: str) -> set[str]:
    matches = [match.group() for name, pattern in PATTERNS if name == entity for match in pattern.finditer(text)]
    return {SYNONYMS.get(value.casefold(), value) for value in matches}


@pytest.mark.parametrize(
    ("text", "entity", "value"),
    [
        ("vad är lönen för LV-101?", "role", "LV-101"),
        ("Mitä asentaja tekee", "role", "asentaja"),
        ("jobb i göteborg", "location", "göteborg"),
        ("Onko töitä Tampereella?", "location", "Tampereella"),
        ("sommarjobb", "employment_type", "sommarjobb"),
        ("something in customer service", "field", "customer service"),
        ("38 000 kr i månaden", "money", "38 000 kr"),
        ("3 400 € riittää", "money", "3 400 €"),
        ("€3,500 would be fine", "money", "€3,500"),
        ("42k", "money", "42k"),
        ("2027-01-15 passar", "date", "2027-01-15"),
        ("sopisiko 15.1.", "date", "15.1."),
        ("den 15 januari", "date", "den 15 januari"),
        ("15. tammikuuta", "date", "15. tammikuuta"),
        ("January 15th", "date", "January 15th"),
        ("skriv till anna.b+jobb@mail.example tack", "email", "anna.b+jobb@mail.example"),
        ("berätta om den andra", "ordinal", "2"),
        ("kerro tokasta", "ordinal", "2"),
        ("the first one please", "ordinal", "1"),
        ("det sista", "ordinal", "-1"),
        ("kolmas", "ordinal", "3"),
    ],
)
def test_an_entity_is_found(text, entity, value):
    assert value in found(text, entity)


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        ("har ni andra jobb", "ordinal"),
        ("Is it full?", "field"),
        ("300 personer", "money"),
        ("in 2026", "money"),
        ("lomakkeessa on vika", "ordinal"),
        ("LV och mer", "role"),
    ],
)
def test_what_only_looks_like_one_is_not_found(text, entity):
    assert found(text, entity) == set()


def test_every_place_in_a_list_has_a_number():
    ordinals = next(lines(entry) for entry in WRITTEN if entry.get("lookup") == "ordinal")
    assert {word for word in ordinals if word not in SYNONYMS} == set()
