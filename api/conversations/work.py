"""What a turn begins with, and what comes of it in this process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from api.conversations.models import Stored


@dataclass(frozen=True)
class Work:
    """What a turn needs, read before the assistant is called."""

    turn_id: str
    message_id: str
    seq: int
    root: str | None
    version: int
    body: dict[str, Any]


@dataclass
class Told:
    """What a run has said in this process, in order. `idle`: at its end no turn was left waiting."""

    messages: list[Stored] = field(default_factory=list)
    idle: bool = False
