"""Configuration: read from the environment (`DESK_…`) and checked once, at start.

Every setting is a field of `Settings`; its description is the documentation (`desk config`).
Secrets have no default. In the demo they are generated into `var/secrets/`; in production they are required.
"""

from __future__ import annotations

import base64
import contextlib
import os
import re
import secrets
import shlex
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("sv", "fi", "en")
GENERATED = ("secret_key", "assistant_secret")
DATABASES = ("sqlite", "sqlite+pysqlite", "postgresql+psycopg")
SCHEMES = {
    "public_url": ("http", "https"),
    "assistant_url": ("http", "https"),
    "smtp_url": ("smtp", "smtps"),
    "redis_url": ("redis", "rediss"),
    "oidc_issuer": ("https", "http"),
    "webhook_url": ("https", "http"),
    "model_store_endpoint": ("https", "http"),
    "otlp_endpoint": ("http", "https"),
}
ORIGIN = re.compile(r"https?://(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?")
STORE = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9!_.'()-]+)*/?")
MAILBOX = re.compile(r"[^@<>\x00-\x1f]*<?[^@<>\s]+@[^@<>\s]+>?")


class ConfigError(Exception):
    """The environment holds no usable configuration; the message is one clear sentence a setting."""


class Settings(BaseSettings):
    """All settings, with types, defaults and what they are for."""

    model_config = SettingsConfigDict(env_prefix="DESK_", extra="ignore", frozen=True)

    env: Literal["demo", "production"] = Field("demo", description="`demo` generates secrets and keeps mail in a mailbox page; `production` demands both.")
    var: Path = Field(ROOT / "var", description="Folder for what a run leaves behind: database, models, secrets.")
    host: str = Field("127.0.0.1", description="Address the gateway listens on.")
    port: int = Field(8000, ge=1, le=65535, description="Port the gateway listens on.")
    public_url: str = Field("", description="Address that candidates reach the gateway at; links in mails start with it. Default: `http://HOST:PORT`.")
    workers: int = Field(1, ge=1, description="Gateway processes; more than one wants PostgreSQL.")
    database_url: str = Field("", description="SQLAlchemy URL. Default: SQLite in `DESK_VAR/desk.db`; for PostgreSQL `postgresql+psycopg://…`.")
    database_connections: int = Field(
        40, ge=2, le=1000, description="PostgreSQL connections that one process opens at most; times all processes they must stay below its `max_connections`."
    )
    redis_url: str = Field("", description="Redis for wake-ups, rate limits and the queue between processes. Default: none, everything embedded.")
    secret_key: SecretStr = Field(SecretStr(""), description="Signs sessions and links (32 characters or more). Generated in the demo.")
    assistant_url: str = Field("http://127.0.0.1:8010", description="Where the assistant answers.")
    assistant_secret: SecretStr = Field(SecretStr(""), description="Shared by gateway and assistant (32 characters or more). Generated in the demo.")
    turn_timeout: float = Field(10.0, gt=0, le=60, description="Seconds that the gateway waits for the assistant's answer.")
    handoff_after: int = Field(180, gt=0, description="Seconds that a message may wait for the assistant before a person is asked.")
    rate_limit: Literal["on", "off"] = Field("on", description="`off` lifts the limits, for load tests.")
    widget_origins: str = Field(
        "", description="Comma-separated origins whose pages may embed the chat, e.g. `https://careers.example.com`. The gateway's own always may."
    )
    trusted_proxies: int = Field(0, ge=0, description="Reverse proxies in front whose X-Forwarded headers are believed.")
    company_file: Path = Field(ROOT / "demo" / "company.json", description="The employer: name, offices with hours, brand (JSON).")
    smtp_url: SecretStr = Field(
        SecretStr(""), description="`smtp://user:password@host:587` or `smtps://…`. Demo default: a local mailbox page at `/demo/mailbox`."
    )
    mail_from: str = Field("desk@lumivik.example", description="Sender of all mails.")
    recruiters_mail: str = Field("rekryterare@lumivik.example", description="Mailbox that is told of handoffs and requests.")
    identity_keys: str = Field("", description="File or URL-less JSON (JWKS) with the careers site's public keys for signed identity tokens.")
    identity_audience: str = Field("applicant-desk", description="`aud` that an identity token must carry.")
    identity_issuer: str = Field("", description="`iss` that an identity token must carry, if set.")
    oidc_issuer: str = Field("", description="Provider through which staff may sign in (OpenID Connect, found by discovery), e.g. `https://login.example.com`.")
    oidc_client_id: str = Field("", description="The desk's client id at the provider. Its redirect address: `PUBLIC_URL/desk/sign-in/oidc/callback`.")
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="The desk's secret at the provider; none for a public client (PKCE is always used).")
    reopen_days: int = Field(
        14, ge=0, le=365, description="Days after a recruiter ended a conversation in which a new message reaches a person again; later it is the assistant's."
    )
    silent_warn: int = Field(
        30, ge=1, le=10_000, description="Minutes of opening hours after which a recruiter is warned that a candidate still waits for their answer."
    )
    silent_return: int = Field(
        60, ge=2, le=20_000, description="Minutes of opening hours after which such a conversation goes back to the queue; more than `DESK_SILENT_WARN`."
    )
    webhook_url: SecretStr = Field(
        SecretStr(""), description="Address that is told of work that waits: `{text: …}` as JSON, as Slack and Teams take it. Default: none."
    )
    webhook_secret: SecretStr = Field(
        SecretStr(""), description="Signs the calls of `DESK_WEBHOOK_URL` (Standard Webhooks: HMAC-SHA256; `whsec_…` or any 16 characters or more)."
    )
    promise_grace: int = Field(
        60, ge=0, le=2400, description="Minutes of opening hours after a promised day has passed, until the candidate is told with an apology."
    )
    promise_lead: int = Field(
        480, ge=0, le=9600, description="Minutes of opening hours after a promised day has passed, until the recruiter's lead is told, too."
    )
    scan_command: str = Field(
        "",
        description="Checks recruiters' files for viruses: run with the file's path as last argument, 0 means clean, e.g. `clamdscan --no-summary --fdpass`.",
    )
    model_store: str = Field(
        "", description="S3-compatible store for archives of NLU models, e.g. `s3://bucket/prefix`. Default: none, they stay in `DESK_VAR/models`."
    )
    model_store_endpoint: str = Field("", description="Address of that store where it is not Amazon's, e.g. `https://minio.example.com:9000`.")
    models_kept: int = Field(10, ge=2, le=1000, description="NLU models whose archives are kept besides the live one, newest first, to go back to.")
    follow_up_days: int = Field(
        14, ge=1, le=365, description="Days after a question that was not understood in which its answer may still be told, once it is learnt."
    )
    # The name that all programs with OpenTelemetry read; its other variables (OTEL_TRACES_SAMPLER, say) are read by OpenTelemetry itself.
    otlp_endpoint: str = Field(
        "",
        validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT",
        description="Collector of traces (OTLP over HTTP), e.g. `http://collector:4318`; docs/operations.md. Default: none, and nothing is traced.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="How much is logged (JSON lines, no personal data).")

    @field_validator("var", "company_file")
    @classmethod
    def _from_root(cls, value: Path) -> Path:
        return value if value.is_absolute() else ROOT / value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        try:
            driver = make_url(value or "sqlite://").drivername
        except (ArgumentError, ValueError):
            driver = None
        if driver not in DATABASES:
            raise ValueError("must be an SQLAlchemy URL like postgresql+psycopg://USER:PASSWORD@HOST/NAME or sqlite:////PATH")
        return value

    @field_validator("public_url", "assistant_url", "smtp_url", "redis_url", "oidc_issuer", "webhook_url", "model_store_endpoint", "otlp_endpoint")
    @classmethod
    def _addresses(cls, value: str | SecretStr, info: ValidationInfo) -> str | SecretStr:
        schemes = SCHEMES[str(info.field_name)]
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if text and not _is_address(text, schemes):  # the value is not told: it may hold a password
            raise ValueError(f"must be an address like {schemes[0]}://HOST or {schemes[0]}://HOST:PORT")
        return value

    @field_validator("model_store")
    @classmethod
    def _bucket(cls, value: str) -> str:
        if value and not STORE.fullmatch(value):
            raise ValueError("must be like s3://BUCKET or s3://BUCKET/PREFIX")
        return value

    @field_validator("widget_origins")
    @classmethod
    def _only_origins(cls, value: str) -> str:
        wrong = [o for o in _listed(value) if not ORIGIN.fullmatch(o)]
        if wrong:
            raise ValueError(f"{wrong[0]!r} is no origin; write it like https://careers.example.com, without a path, each one by name")
        return value

    @field_validator("mail_from", "recruiters_mail")
    @classmethod
    def _mailboxes(cls, value: str) -> str:
        if not MAILBOX.fullmatch(value):
            raise ValueError("must be a mail address like desk@example.com")
        return value

    @model_validator(mode="after")
    def _oidc_is_complete(self) -> Settings:
        if self.oidc_issuer and not self.oidc_client_id:
            raise ValueError("DESK_OIDC_CLIENT_ID must be set when DESK_OIDC_ISSUER is")
        if self.env == "production" and self.oidc_issuer.startswith("http:"):
            raise ValueError("DESK_OIDC_ISSUER must be an https address outside the demo")
        return self

    @field_validator("webhook_secret")
    @classmethod
    def _usable_secret(cls, value: SecretStr) -> SecretStr:
        secret = value.get_secret_value()
        if secret and len(secret.removeprefix("whsec_")) < 16:
            raise ValueError("must have 16 characters or more")
        if secret.startswith("whsec_"):
            try:
                base64.b64decode(secret.removeprefix("whsec_"), validate=True)
            except ValueError:
                raise ValueError("must be base64 after whsec_") from None
        return value

    @field_validator("scan_command")
    @classmethod
    def _splits(cls, value: str) -> str:
        try:
            shlex.split(value)
        except ValueError:
            raise ValueError("must be a command line; a quotation mark is missing") from None
        return value

    @model_validator(mode="after")
    def _warns_before_it_acts(self) -> Settings:
        if self.silent_return <= self.silent_warn:
            raise ValueError("DESK_SILENT_RETURN must be more than DESK_SILENT_WARN")
        return self

    @model_validator(mode="after")
    def _production_is_complete(self) -> Settings:
        if self.env == "demo":
            return self
        for name in GENERATED:
            if len(getattr(self, name).get_secret_value()) < 32:
                raise ValueError(f"DESK_{name.upper()} must be set to 32 characters or more outside the demo")
        if not self.smtp_url.get_secret_value():
            raise ValueError("DESK_SMTP_URL must be set outside the demo: candidates prove who they are by mail")
        return self

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in force."""
        return self.database_url or f"sqlite:///{self.var / 'desk.db'}"

    @property
    def site(self) -> str:
        """Public address without a slash at the end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def origins(self) -> set[str]:
        """Origins that may call the chat API from a browser."""
        return {*_listed(self.widget_origins), self.site}


def _listed(origins: str) -> list[str]:
    return [o.strip().rstrip("/") for o in origins.split(",") if o.strip()]


def _is_address(text: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def load_settings(**overrides: object) -> Settings:
    """Read and check the environment. Raises `ConfigError` with a sentence for each wrong setting."""
    try:
        settings = Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        lines = [_sentence(e["loc"], e["msg"]) for e in error.errors()]
        raise ConfigError("\n".join(lines)) from None
    return _with_demo_secrets(settings) if settings.env == "demo" else settings


def _sentence(loc: tuple[int | str, ...], message: str) -> str:
    given = str(loc[0]) if loc else ""
    name = f"{_variable(given) if given in Settings.model_fields else given}: " if given else ""
    return name + message.removeprefix("Value error, ")


def _variable(field: str) -> str:
    """The environment's name of a setting."""
    alias = Settings.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else f"DESK_{field.upper()}"


def _with_demo_secrets(settings: Settings) -> Settings:
    found = {name: SecretStr(_demo_secret(settings.var / "secrets" / name)) for name in GENERATED if not getattr(settings, name).get_secret_value()}
    return settings.model_copy(update=found)


def demo_password(settings: Settings) -> str:
    """The password with which the demo's staff sign in; generated like the demo's other secrets."""
    return _demo_secret(settings.var / "secrets" / "staff_password", length=12)


def _demo_secret(path: Path, length: int = 32) -> str:
    """Read a generated secret, or make it (`length` random bytes); two processes that start at once agree on one."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        own = path.with_suffix(f".{os.getpid()}")
        own.touch(mode=0o600)
        own.write_text(secrets.token_urlsafe(length))
        with contextlib.suppress(FileExistsError):
            os.link(own, path)
        own.unlink()
    return path.read_text().strip()


def as_table() -> str:
    """All settings as a Markdown table, for the docs."""
    rows = ["| variable | default | what it is for |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = field.default
        if isinstance(default, SecretStr):
            default = ""
        if isinstance(default, Path):
            default = default.relative_to(ROOT)
        shown = f"`{default}`" if default not in ("", None) else ""
        rows.append(f"| `{_variable(name)}` | {shown} | {field.description} |")
    return "\n".join(rows)
