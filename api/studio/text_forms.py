"""The form in which a text is worded: what was typed, what is wrong with it, and saving it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from api import clock
from api.accounts.models import Staff
from api.answers import history, texts
from api.answers.checks import check
from api.answers.overview import Line
from api.config import LANGUAGES
from api.errors import Invalid


@dataclass
class TextForm:
    """What was typed. `wrong` by language, or by `when` for the times; `missing` fields by language wait for a yes."""

    typed: dict[str, str]
    seen: int = 0
    for_a_time: bool = False
    begins: str = ""
    ends: str = ""
    sure: bool = False
    others_hold: bool = False
    wrong: dict[str, list[str]] = field(default_factory=dict)
    missing: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, line: Line, seen: int) -> TextForm:
        """The form as it first stands: what is said now."""
        return cls({language: cell.text or "" for language, cell in line.cells.items()}, seen)

    @classmethod
    def sent(cls, form: MultiDict[str, str]) -> TextForm:
        """As it was sent in."""
        typed = {language: form[language].replace("\r\n", "\n") for language in LANGUAGES if language in form}
        found = cls(typed, form.get("seen", 0, int), form.get("when") == "time", form.get("begins", ""), form.get("ends", ""))
        found.sure, found.others_hold = "sure" in form, "others_hold" in form
        return found

    def save(self, staff: Staff, line: Line, zone: ZoneInfo) -> list[str] | None:
        """The languages that are worded anew, once all is right; None, with the reasons in the form, while it is not."""
        changed = {code: text for code, text in self.typed.items() if text.strip() != (line.cells[code].text or "").strip()}
        begins, ends = self._times(zone)
        if self.for_a_time and not changed:
            self._say("when", _("Change the text to what shall be said during that time."))
        for code, text in changed.items():
            found = check(line.kind, line.key, text)
            self.wrong |= {code: list(found.wrong)} if found.wrong else {}
            self.missing |= {code: found.missing} if found.missing and not found.wrong else {}
        self._look_for_others(line, changed)
        if self.wrong or (self.missing and not self.sure):
            return None
        try:
            texts.save(staff, line.kind, line.key, dict(changed), begins, ends)
        except Invalid as refused:
            self._say("when" if self.for_a_time else next(iter(changed)), str(refused.sentence))
            return None
        if self.others_hold and changed and not self.for_a_time:
            for code in line.cells.keys() - changed.keys() - set(line.missing):
                texts.confirm(staff, line.kind, line.key, code)
        return list(changed)

    def _times(self, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
        """From and until; both None for a text that counts from now on."""
        if not self.for_a_time:
            return None, None
        found: list[datetime | None] = []
        for written in (self.begins, self.ends):
            try:
                found.append(datetime.fromisoformat(written).replace(tzinfo=zone) if written else None)
            except ValueError:
                self._say("when", _("Write times like 2027-06-01 08:00."))
                return None, None
        begins, ends = found
        if begins is None and ends is None:
            self._say("when", _("Say from when, or until when."))
        if ends is not None and ends <= clock.now():
            self._say("when", _("The end lies in the past."))
        elif begins is not None and ends is not None and ends <= begins:
            self._say("when", _("The end must come after the beginning."))
        return begins, ends

    def _look_for_others(self, line: Line, changed: dict[str, str]) -> None:
        """Whether somebody has saved one of these languages since the page was opened."""
        newest = history.newest(line.kind, line.key)
        if newest <= self.seen:
            return
        meanwhile = history.since(line.kind, line.key, self.seen)
        for code in changed.keys() & meanwhile.keys():
            said = _("%(name)s has changed this text meanwhile. What you typed still stands here; save again to replace theirs.", name=meanwhile[code] or "–")
            self.wrong.setdefault(code, []).append(said)
        self.seen = newest

    def _say(self, place: str, sentence: str) -> None:
        said = self.wrong.setdefault(place, [])
        if sentence not in said:
            said.append(sentence)
