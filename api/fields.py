"""Schema fields that every door of the API shares."""

from __future__ import annotations

import re
from typing import Any

from apiflask import fields
from marshmallow import ValidationError, validate

from api.config import LANGUAGES

# Half of a surrogate pair has no UTF-8 form, and PostgreSQL stores no NUL.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
MAX_INT = 2**31 - 1


class Text(fields.String):
    """A string that can be stored everywhere: valid Unicode without NUL, at most `longest` characters."""

    def __init__(self, longest: int, shortest: int = 0, **kwargs: Any) -> None:
        rules = [validate.Length(min=shortest, max=longest), *kwargs.pop("validate", [])]
        super().__init__(validate=rules, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if text is not None and UNSTORABLE.search(text):
            raise ValidationError("Not valid text: it holds NUL or half a character.")
        return text


def language_field(**kwargs: Any) -> fields.String:
    """One of the desk's languages."""
    return fields.String(validate=validate.OneOf(LANGUAGES), **kwargs)
