"""How often one address or one conversation may ask."""

from __future__ import annotations

from flask import Flask, request
from flask_limiter import Limiter, RouteLimit
from flask_limiter.util import get_remote_address

from api.db import end_transaction

limiter = Limiter(get_remote_address, default_limits=["600 per minute"], headers_enabled=True)


def by_conversation() -> str:
    """Limit key: the conversation in the path, so that one address behind a school's proxy is not one candidate."""
    return f"conversation:{(request.view_args or {}).get('conversation_id', '')}"


def per_conversation(rate: str) -> RouteLimit:
    """Limit a route by conversation, besides the limit by address: whoever guesses ids tries many of them."""
    return limiter.limit(rate, key_func=by_conversation, override_defaults=False)


def register(app: Flask) -> None:
    """Turn the limits on as configured; several processes share them through Redis."""
    settings = app.config["SETTINGS"]
    app.config["RATELIMIT_ENABLED"] = settings.rate_limit == "on"
    app.config["RATELIMIT_STORAGE_URI"] = settings.redis_url or "memory://"
    app.config["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] = bool(settings.redis_url)
    limiter.init_app(app)
    app.after_request(end_transaction)  # what is registered last runs first
