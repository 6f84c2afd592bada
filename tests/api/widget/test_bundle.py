"""The widget as it is sent to a browser."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from api.config import LANGUAGES
from api.widget import bundle as made
from api.widget.bundle import SOURCES, bundle

LIMIT = 15_000  # bytes, gzipped, for script, styles and the texts of all languages
DECLARED = re.compile(r"^(?:export )?(?:async )?(?:const|let|function|class) (\w+)", re.MULTILINE)
KEY = re.compile(r"^ +(\w+): ", re.MULTILINE)


def test_all_of_it_is_at_most_15_kb() -> None:
    assert len(bundle().gzipped) <= LIMIT


def test_no_name_is_declared_twice_in_the_joined_modules() -> None:
    names = [name for path in SOURCES.rglob("*.js") for name in DECLARED.findall(path.read_text(encoding="utf-8"))]
    assert len(names) == len(set(names))


def test_nothing_is_left_to_import() -> None:
    text = bundle().plain.decode()
    assert not re.search(r"^(import|export)\b", text, re.MULTILINE)
    assert "@media" in text and "/*" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_there_in_every_language(language: str) -> None:
    keys = {code: KEY.findall((SOURCES / "texts" / f"{code}.js").read_text(encoding="utf-8")) for code in LANGUAGES}
    assert keys[language] == keys["en"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_have_the_same_places_to_fill(language: str) -> None:
    def places(code: str) -> list[list[str]]:
        return [sorted(re.findall(r"\{(\w+)\}", line)) for line in (SOURCES / "texts" / f"{code}.js").read_text(encoding="utf-8").splitlines()]

    assert places(language) == places("en")


def test_it_is_sent_gzipped_to_who_takes_that(client: FlaskClient) -> None:
    zipped = client.get("/widget/widget.js", headers={"Accept-Encoding": "gzip, br"})
    plain = client.get("/widget/widget.js")
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.data) == plain.data
    assert "Content-Encoding" not in plain.headers


def test_it_is_not_sent_again_unchanged(client: FlaskClient) -> None:
    tag = client.get("/widget/widget.js").headers["ETag"]
    assert client.get("/widget/widget.js", headers={"If-None-Match": tag}).status_code == 304


def test_the_short_address_leads_there(client: FlaskClient) -> None:
    assert client.get("/widget.js").headers["Location"] == "/widget/widget.js"


def test_what_was_made_small_is_sent_only_if_it_is_of_these_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made, "MADE", tmp_path / "widget.js")
    monkeypatch.setattr(made, "PACKED", tmp_path / "widget.js.gz")
    source = made.joined()
    assert made.made_of(source) is None, "not made yet"
    made.make("small()")
    assert made.made_of(source) == "small()"
    assert gzip.decompress(made.packed_of(b"small()") or b"") == b"small()"
    assert made.made_of(source + "// changed since") is None and made.packed_of(b"other()") is None
