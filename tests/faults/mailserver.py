"""A mail server that can refuse in several ways; what it has taken is counted by the mails' own ids."""

from __future__ import annotations

from collections import Counter
from email import message_from_bytes
from typing import Any

from aiosmtpd.controller import Controller

from tests.bench.processes import free_port


class MailServer:
    """Takes every mail until it is told to refuse: `mailbox` at the receiver, `data` after the text, `gone` altogether."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()  # Message-ID -> how often
        self.refused = 0
        self._mood, self.port = "", free_port()
        self._start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def _start(self) -> None:
        self._controller: Controller | None = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def refuse(self, mood: str) -> None:
        """From now on; the empty mood takes all again."""
        if mood == "gone":
            self.close()
        elif self._controller is None:
            self._start()
        self._mood = mood

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if self._mood == "mailbox":
            self.refused += 1
            return "450 4.2.1 the mailbox is busy"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self._mood == "data":
            self.refused += 1
            return "451 4.3.0 try again later"
        self.taken[str(message_from_bytes(envelope.content)["Message-ID"])] += 1
        return "250 OK"

    def close(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None
