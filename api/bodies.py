"""JSON that no parser takes: refused with 400 before any view sees it."""

from __future__ import annotations

from flask import Flask, json, request
from werkzeug.exceptions import BadRequest


def register(app: Flask) -> None:
    """Refuse bodies nested thousands deep or with thousands of digits; Python's parser fails on them in its own way."""

    @app.before_request
    def readable() -> None:
        if not request.is_json:
            return
        try:
            json.loads(request.get_data(cache=True))
        except (ValueError, RecursionError):
            raise BadRequest from None
