"""The gateway for gunicorn: `gunicorn -c api/gunicorn.py api.wsgi:app`."""

from __future__ import annotations

from api.app import create_app

app = create_app()
