"""What an ATS, a file or the demo says about roles and applications: the one description of both, checked here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date
from decimal import Decimal
from typing import Any

from apiflask import Schema, fields
from marshmallow import ValidationError, post_load, validate, validates_schema

from api.config import LANGUAGES
from api.fields import MAX_INT, Text, language_field
from api.roles.models import STAGES

STATUSES = ("open", "paused", "closed")
REMOTE = ("none", "hybrid", "full")
LINES = ("engineering", "installation", "sales", "customer_service", "it", "finance", "hr", "logistics", "marketing", "internship")
EMPLOYMENT = ("permanent", "temporary", "internship", "summer", "hourly")
HOURS = ("full_time", "part_time")
PERIODS = ("month", "hour", "year")
CHANNELS = ("phone", "email", "meeting", "video")
INTERVIEWS = ("onsite", "video", "phone")
ENDED = ("hired", "rejected", "withdrawn")
TEXT = 20_000
# Further away is a mistake, and near the calendar's ends a time zone leads out of it.
FIRST, LAST = date(1970, 1, 1), date(2200, 1, 1)


def reference(**kwargs: Any) -> Text:
    """The employer's own reference of a role or an application; it stands in addresses."""
    return Text(
        64, shortest=1, validate=[validate.Regexp(r"\A\w[\w.:~-]*\Z", error="Letters, digits and . : ~ - _ only, and a letter or digit first.")], **kwargs
    )


def day(**kwargs: Any) -> fields.Date:
    """A date, `2027-01-11`."""
    return fields.Date(validate=_within_calendar, **kwargs)


def moment(**kwargs: Any) -> fields.AwareDateTime:
    """A point in time with its zone, `2027-01-11T09:30:00+01:00`."""
    return fields.AwareDateTime(validate=_within_calendar, **kwargs)


def _within_calendar(value: date) -> None:
    if not FIRST.year <= value.year < LAST.year:
        raise ValidationError(f"Must lie between {FIRST.year} and {LAST.year}.")


def whole(least: int = 0, most: int = MAX_INT, **kwargs: Any) -> fields.Integer:
    """A whole number; null where it is not known."""
    return fields.Integer(strict=True, allow_none=True, validate=validate.Range(least, most), **kwargs)


class Number(fields.Decimal):
    """A JSON number, kept exactly; a text that looks like one is refused."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


def amount(most: float, **kwargs: Any) -> Number:
    """A number from 0 to `most` with two decimals at most."""
    limits = {"type": "number", "minimum": 0, "maximum": most}
    return Number(allow_none=True, validate=[_up_to(most), _two_decimals], metadata=limits, **kwargs)


def _up_to(most: float) -> Callable[[Decimal], None]:
    """Like `validate.Range`, whose limits the API's document would show as texts."""

    def check(value: Decimal) -> None:
        if not 0 <= value <= Decimal(str(most)):
            raise ValidationError(f"Must lie between 0 and {most}.")

    return check


def _two_decimals(value: Decimal) -> None:
    exponent = value.normalize().as_tuple().exponent
    if isinstance(exponent, int) and exponent < -2:
        raise ValidationError("Two decimals at most.")


def one_of(values: tuple[str, ...], **kwargs: Any) -> fields.String:
    """One of some words; null where it is not known."""
    return fields.String(allow_none=True, validate=validate.OneOf([*values, None]), **kwargs)


class EmailAddress(Text):
    """A mail address in lower case."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(254, validate=[validate.Email()], metadata={"format": "email"}, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return super()._deserialize(value, attr, data, **kwargs).strip().lower()


class EmployerIn(Schema):
    name = Text(200)
    org = Text(500, metadata={"description": "Where in the company, or where it operates."})


class PlaceIn(Schema):
    city = Text(100)
    country = Text(2, validate=[validate.Regexp(r"\A[A-Z]{2}\Z", error="Two capital letters (ISO 3166).")])
    address = Text(300)


class PersonIn(Schema):
    name = Text(200)
    title = Text(200)
    email = EmailAddress()
    phone = Text(40)


class SkillIn(Schema):
    language = Text(3, required=True, validate=[validate.Regexp(r"\A[a-z]{2,3}\Z", error="A language code (ISO 639).")])
    level = one_of(("fluent", "good", "basic"))


class PayIn(Schema):
    min = amount(9_999_999_999.99)
    max = amount(9_999_999_999.99)
    currency = Text(3, required=True, validate=[validate.Regexp(r"\A[A-Z]{3}\Z", error="Three capital letters (ISO 4217).")])
    period = fields.String(required=True, validate=validate.OneOf(PERIODS))
    as_of = day(allow_none=True)

    @validates_schema
    def makes_sense(self, data: dict[str, Any], **_: Any) -> None:
        low, high = data.get("min"), data.get("max")
        if low is None and high is None:
            raise ValidationError("Give min, max or both; leave pay out if neither is known.", "min")
        if low is not None and high is not None and low > high:
            raise ValidationError("min is above max.", "min")


class StepIn(Schema):
    name = Text(200, shortest=1, required=True)
    description = Text(2000)


class TextsIn(Schema):
    """A role's texts in one language; all but the title may be left out."""

    title = Text(300, shortest=1, required=True)
    summary = Text(TEXT)
    tasks = Text(TEXT)
    requirements = Text(TEXT)
    preview = Text(TEXT, metadata={"description": "What is hard about the work."})
    team = Text(TEXT)
    working_hours = Text(TEXT)
    remote_work = Text(TEXT)
    location = Text(TEXT)
    benefits = Text(TEXT)
    documents = Text(TEXT)
    pay_basis = Text(TEXT)
    process = fields.List(fields.Nested(StepIn), validate=validate.Length(max=30))
    interview = Text(TEXT)
    assessment = Text(TEXT)
    how_to_apply = Text(TEXT)
    employer = Text(TEXT)
    relocation = Text(TEXT)

    @validates_schema
    def has_a_title(self, data: dict[str, Any], **_: Any) -> None:
        if "title" in data and not data["title"].strip():
            raise ValidationError("The title is empty.", "title")


class TextsByLanguage(Schema):
    sv = fields.Nested(TextsIn)
    fi = fields.Nested(TextsIn)
    en = fields.Nested(TextsIn)

    @validates_schema
    def one_at_least(self, data: dict[str, Any], **_: Any) -> None:
        if not data:
            raise ValidationError(f"Give the texts in at least one of {', '.join(LANGUAGES)}.")


class RoleIn(Schema):
    """A role, complete: what is left out is not known, and what was known of it before is forgotten."""

    ref = reference()
    status = fields.String(load_default="open", validate=validate.OneOf(STATUSES))
    employer = fields.Nested(EmployerIn, allow_none=True)
    country = Text(2, allow_none=True, validate=[validate.Regexp(r"\A[A-Z]{2}\Z", error="Two capital letters (ISO 3166).")])
    office = Text(40, allow_none=True)
    locations = fields.List(fields.Nested(PlaceIn), load_default=list, validate=validate.Length(max=50))
    remote = one_of(REMOTE)
    field = one_of(LINES)
    employment_type = one_of(EMPLOYMENT)
    hours = one_of(HOURS)
    hours_per_week = amount(168)
    contract_months = whole(1, 600)
    starts_on = day(allow_none=True)
    closes_on = day(allow_none=True, metadata={"description": "Last day to apply."})
    pay = fields.Nested(PayIn, allow_none=True)
    languages = fields.List(fields.Nested(SkillIn), load_default=list, validate=validate.Length(max=20))
    team_size = whole()
    manager = fields.Nested(PersonIn, allow_none=True)
    contact = fields.Nested(PersonIn, allow_none=True)
    recruiter = fields.Nested(PersonIn, allow_none=True)
    response_days = whole(0, 3650, metadata={"description": "Days within which every applicant gets an answer."})
    url = Text(500, allow_none=True, validate=[validate.Regexp(r"\A(https?://|/(?!/))[^\s\\]*\Z", error="An http address, or a path that begins with /.")])
    texts = fields.Nested(TextsByLanguage, required=True)


class CandidateIn(Schema):
    email = EmailAddress(required=True)
    name = Text(200)
    language = language_field(allow_none=True)
    phone = Text(40, allow_none=True)


class StageIn(Schema):
    stage = fields.String(required=True, validate=validate.OneOf(STAGES))
    at = moment(required=True)


class PromiseIn(Schema):
    """Who contacts the candidate next, by which day, how."""

    who = Text(200, shortest=1, required=True)
    due_on = day(required=True)
    channel = fields.String(required=True, validate=validate.OneOf(CHANNELS))
    made_at = moment()
    status = fields.String(load_default="open", validate=validate.OneOf(("open", "kept", "broken")))


class PastPromiseIn(PromiseIn):
    status = fields.String(required=True, validate=validate.OneOf(("kept", "broken")))


class InterviewIn(Schema):
    at = moment(required=True)
    form = one_of(INTERVIEWS)
    minutes = whole(1, 10_000)
    place = Text(500, allow_none=True)
    participants = fields.List(Text(200), load_default=list, validate=validate.Length(max=30))


class Feedback(fields.Field[dict[str, str]]):
    """A text, or texts by language; loaded as texts by language, `""` where the language is not said."""

    _text = Text(5000)
    _texts = fields.Dict(keys=fields.String(validate=validate.OneOf(LANGUAGES)), values=Text(5000))

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, str]:
        if isinstance(value, str):
            return {"": self._text.deserialize(value)}
        texts: dict[str, str] = self._texts.deserialize(value)
        return texts


class ApplicationIn(Schema):
    """An application. `role`, `candidate` and `stage` are always given; other fields left out stay as they were."""

    ref = reference()
    role = reference(required=True)
    candidate = fields.Nested(CandidateIn, required=True)
    status = fields.String(validate=validate.OneOf(("active", *ENDED)))
    stage = fields.String(required=True, validate=validate.OneOf(STAGES))
    stage_since = moment()
    received_at = moment()
    history = fields.List(fields.Nested(StageIn), validate=validate.Length(max=200))
    promise = fields.Nested(PromiseIn, allow_none=True)
    past_promises = fields.List(fields.Nested(PastPromiseIn), validate=validate.Length(max=200))
    interview = fields.Nested(InterviewIn, allow_none=True)
    feedback = Feedback(allow_none=True, metadata={"oneOf": [{"type": "string"}, {"type": "object"}], "description": "A text, or texts by language."})

    @validates_schema
    def status_fits_stage(self, data: dict[str, Any], **_: Any) -> None:
        status = data.get("status")
        if status is not None and status != status_of(data["stage"]):
            raise ValidationError(f"Does not fit the stage {data['stage']}.", "status")

    @post_load
    def in_utc(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The interview's time as it is kept: text, in UTC."""
        if data.get("interview"):
            data["interview"] = data["interview"] | {"at": data["interview"]["at"].astimezone(UTC).isoformat()}
        return data


def status_of(stage: str) -> str:
    """The status that a stage means."""
    return stage if stage in ENDED else "active"
