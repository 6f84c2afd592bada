"""All views of the desk, by subject."""

from __future__ import annotations

from api.desk import action_views, conversation_views, inbox_views, promises, request_views, show, status_views, stream_views, times
from api.desk.pages import blueprint

__all__ = ["action_views", "blueprint", "conversation_views", "inbox_views", "promises", "request_views", "show", "status_views", "stream_views", "times"]
