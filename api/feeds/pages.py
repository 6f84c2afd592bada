"""Web pages and HTML texts: the words in them, and the JSON-LD that they carry."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from html.parser import HTMLParser

# fmt: off
BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "fieldset", "figure", "footer", "form", "h1", "h2", "h3",
    "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "tr", "ul",
))
# fmt: on
SILENT = frozenset(("script", "style", "template", "noscript", "head"))
MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|&(?:#\d+|#x[\da-fA-F]+|[a-zA-Z]\w*);")


@dataclass(frozen=True)
class Script:
    """The text of a JSON-LD script, and the line of the page that it stands on."""

    line: int
    text: str


def words(value: str) -> str:
    """The text of a piece of HTML: paragraphs on lines of their own, list items with a dot. Plain text stays as it is.

    Feeds often escape their HTML twice; both layers are taken off.
    """
    for _ in range(2):
        if not MARKUP.search(value):
            break
        reader = _Words()
        reader.feed(value)
        reader.close()
        value = "".join(reader.parts)
    lines = (re.sub(r"[ \t\xa0]+", " ", line).strip() for line in value.replace("\r\n", "\n").split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def json_ld(page: str) -> list[Script]:
    """The JSON-LD scripts of a page."""
    reader = _Scripts()
    reader.feed(page)
    reader.close()
    return reader.found


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self._silent += 1
        elif tag in BLOCKS:
            self.parts.append("\n• " if tag == "li" else "\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in BLOCKS and tag != "br":
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


class _Scripts(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Script] = []
        self._text: list[str] | None = None
        self._line = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kind = (dict(attrs).get("type") or "").split(";")[0].strip().lower()
        if tag == "script" and kind == "application/ld+json":
            self._text, self._line = [], self.getpos()[0]

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "script" and self._text is not None:
            text = re.sub(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)\s*$", "", "".join(self._text))
            self.found.append(Script(self._line, text))
            self._text = None


def unescaped(value: str) -> str:
    """A single line of text without entities and tags."""
    return re.sub(r"\s+", " ", words(html.unescape(value))).strip()
