"""The application factory: features are listed here, and nowhere else."""

from __future__ import annotations

import importlib

from api.lean import without

with without("rich"):  # structlog would take it for tracebacks in colours; logs are JSON here
    from api import logs

from apiflask import APIFlask
from flask_babel import Babel
from werkzeug.middleware.proxy_fix import ProxyFix

from api import bodies, document, errors, jobs, limits, security
from api.accounts import access, console, oidc
from api.answers.company import load_company
from api.assistant import address
from api.config import Settings, load_settings
from api.conversations import streams
from api.db import db, prepare_engine
from api.reader import language
from api.tracing import web as tracing

# Imported for their tables, effect handlers and eraser/exporter registrations.
REGISTRATIONS = (
    "assistant.models", "accounts.models", "audit.models", "candidates.models", "roles.models", "answers.models",
    "conversations.models", "handoff.models", "outbox.models",
    "examples.models", "reviews.models", "training.models", "promotion.models",
    "conversations.effects", "candidates.effects", "handoff.effects", "privacy.effects",
    "conversations.tasks", "candidates.tasks", "candidates.reply_tasks", "handoff.tasks", "handoff.withdrawals", "roles.promise_tasks",
    "outbox.tasks", "privacy.tasks", "reviews.tasks", "training.tasks", "promotion.tasks",
    "audit.privacy", "candidates.privacy", "conversations.privacy", "examples.privacy", "handoff.privacy", "outbox.privacy",
    "promotion.privacy", "reviews.privacy", "roles.privacy", "training.privacy",
    "chat.verification", "feeds.links",
)  # fmt: skip
BLUEPRINTS = ("accounts", "desk", "studio", "chat", "internal", "feeds", "candidates", "privacy", "widget", "demo", "health")


def create_app(settings: Settings | None = None) -> APIFlask:
    """Build the gateway. Raises `ConfigError` if the environment is not usable."""
    settings = settings or load_settings()
    settings.var.mkdir(parents=True, exist_ok=True)
    app = APIFlask("api", title="Applicant Desk", version="1", spec_path="/api/openapi.json", docs_path=None, static_folder="static", static_url_path="/static")
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key.get_secret_value(),
        SQLALCHEMY_ENGINES={"default": {"url": settings.database, **_pool(settings)}},
        BABEL_DEFAULT_LOCALE="en",
        RATELIMIT_HEADERS_ENABLED=True,
        MAX_CONTENT_LENGTH=256 * 1024,
        MAX_FORM_MEMORY_SIZE=64 * 1024,
        OPENAPI_VERSION="3.0.3",
        VALIDATION_ERROR_STATUS_CODE=422,
        AUTO_404_RESPONSE=False,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.site.startswith("https:"),
    )
    # No view is a coroutine, and Flask asks so anew at each of a request's dozen hooks.
    app.ensure_sync = lambda function: function  # type: ignore[method-assign,assignment]
    load_company(settings.company_file)
    logs.configure(settings.log_level)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    Babel(app, default_translation_directories="translations", locale_selector=language)
    if settings.trusted_proxies:
        n = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]
    errors.register(app)
    errors.as_pages(app, console.problem_page)
    bodies.register(app)
    document.register(app)
    jobs.init_app(app)
    address.init_app(app)
    security.register(app)
    access.register(app)
    oidc.register(app)
    limits.register(app)
    for name in REGISTRATIONS:
        importlib.import_module(f"api.{name}")
    streams.init_app(app)
    for name in BLUEPRINTS:
        app.register_blueprint(importlib.import_module(f"api.{name}.views").blueprint)
    tracing.register(app)
    return app


def _pool(settings: Settings) -> dict[str, object]:
    quiet = {"hide_parameters": True}  # errors are logged, what candidates write is not
    if settings.database.startswith("sqlite"):
        return quiet | {"connect_args": {"timeout": 10}}
    kept = settings.database_connections // 4 or 1
    return quiet | {"pool_size": kept, "max_overflow": settings.database_connections - kept, "pool_recycle": 1800}
