"""The form that adds wordings to a question: what was typed, what is wrong with it, and what other questions would lose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from textwrap import shorten

from flask_babel import gettext as _
from flask_babel import ngettext

from api.accounts.models import Staff
from api.examples import service
from api.examples.corpus import Row, corpus
from api.examples.folding import fold
from api.studio.forms import bare

MOVE, LEAVE = "move", "leave"
SHOWN = 40  # characters by which a line is known again


@dataclass
class ExampleForm:
    """Wordings as they were `typed`, one a line. `taken`: what shall become of those that other questions have, empty until that is said."""

    language: str = ""
    typed: str = ""
    taken: str = ""
    wrong: list[str] = field(default_factory=list)
    elsewhere: list[Row] = field(default_factory=list)

    def save(self, staff: Staff, intent: str) -> tuple[int, list[Row]] | None:
        """How many wordings were added, and which of them other questions had; None while the form has something to say."""
        lines = self._lines()
        if self.wrong:
            return None
        rows = corpus().rows
        had = {key: row for _number, line in lines if (row := rows.get(key := (self.language, fold(line)))) and row.intent != intent}
        if had and self.taken not in (MOVE, LEAVE):
            self.elsewhere = list(had.values())
            return None
        kept = [line for _number, line in lines if self.taken == MOVE or (self.language, fold(line)) not in had]
        return service.move(staff, [(self.language, line) for line in kept], intent), list(had.values()) if self.taken == MOVE else []

    def _lines(self) -> list[tuple[int, str]]:
        """Number and wording of each line that holds one; what is wrong with a line is noted with its number."""
        lines = [(number, text) for number, line in enumerate(self.typed.splitlines(), 1) if (text := bare(line))]
        for number, text in lines:
            named = {"number": number, "beginning": shorten(text[: 2 * SHOWN], SHOWN, placeholder="…")}
            if len(text) > service.LONGEST:
                said = _("Line %(number)s (“%(beginning)s”) has %(many)s characters; a wording has at most 2,000.", many=len(text), **named)
                self.wrong.append(said)
        return lines


def told(many: int, taken: list[Row], titles: Mapping[str, str]) -> str:
    """What has been done, with the questions that wordings were taken from."""
    if not many:
        return _("There was nothing to add.")
    said = ngettext("%(num)s example added. It counts from the next training on.", "%(num)s examples added. They count from the next training on.", many)
    names = sorted({titles.get(row.intent, row.intent) for row in taken})
    return f"{said} {_('Moved from: %(titles)s.', titles=', '.join(names))}" if names else said
