"""The employer as `DESK_COMPANY_FILE` describes it: name, offices with hours, addresses, brand."""

from __future__ import annotations

from datetime import time
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import current_app
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from api.config import ConfigError

COLOR = "^#[0-9a-fA-F]{6}$"
RUNNING = "^(received|screening|interview|assessment|offer)$"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Office(_Part):
    """Where recruiters work. `hours` by weekday (`mon`…): pairs of local times."""

    key: str
    city: str
    country: str
    time_zone: str
    hours: dict[str, list[tuple[str, str]]]

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of zones, such as Europe
            raise ValueError(f"{value!r} is no time zone") from None
        return value

    @field_validator("hours")
    @classmethod
    def _opens_at_all(cls, value: dict[str, list[tuple[str, str]]]) -> dict[str, list[tuple[str, str]]]:
        if unknown := set(value) - set(DAYS):
            raise ValueError(f"no such day: {', '.join(sorted(unknown))}")
        spans = [span for spans in value.values() for span in spans]
        if not spans:
            raise ValueError("an office must be open at some time of the week: candidates are told when somebody answers")
        for opens, closes in spans:
            if time.fromisoformat(opens) >= time.fromisoformat(closes):
                raise ValueError(f"it cannot open at {opens} and close at {closes}")
        return value


class Brand(_Part):
    """How the chat looks: accent colours for light and dark, the logo's path."""

    assistant_name: str
    accent: str = Field(pattern=COLOR)
    accent_dark: str = Field(pattern=COLOR)
    logo: str | None = None
    tone: str = "calm"


class CustomerService(_Part):
    url: str
    phone: dict[str, str] = {}


class PromiseRule(_Part):
    """What whoever enters a stage is promised: a contact within so many working days of the role's office, and how."""

    working_days: int = Field(ge=1, le=60)
    channel: Literal["phone", "email", "meeting", "video"]


class Company(_Part):
    """Everything about the employer that is not a role or an answer. `promise_rules` by stage."""

    name: str
    employers: list[dict[str, Any]]
    careers_email: dict[str, str]
    mail_domains: list[str]
    customer_service: CustomerService
    retention_months: dict[str, int]
    site_url: str
    offices: list[Office]
    promise_rules: dict[Annotated[str, Field(pattern=RUNNING)], PromiseRule] = {}
    brand: Brand

    @property
    def assistant_name(self) -> str:
        return self.brand.assistant_name

    def office(self, key: str | None) -> Office:
        """The office by key, or the first."""
        return next((o for o in self.offices if o.key == key), self.offices[0])


@cache
def load_company(path: Path) -> Company:
    """Read the company file. Raises `ConfigError` with the field that is wrong."""
    try:
        return Company.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"DESK_COMPANY_FILE: {path} cannot be read ({error.strerror})") from None
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigError(f"DESK_COMPANY_FILE: {path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def company() -> Company:
    """The current application's company."""
    return load_company(current_app.config["SETTINGS"].company_file)
