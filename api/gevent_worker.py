"""gunicorn's gevent worker, with each response sent in one piece.

gunicorn sends a response's head and body by a system call each. On the loopback each wakes the reader, who finds
half an answer and waits again: a tenth of a turn. Here the head waits for what follows it.
"""

from __future__ import annotations

import ssl
from typing import Any

from gunicorn.workers.ggevent import GeventWorker

HEAD = b"HTTP/1."
END_OF_HEAD = b"\r\n\r\n"


class OnePiece:
    """A connection whose response heads are held back until their body comes, or nothing more does."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._head = b""

    def sendall(self, data: Any, *flags: int) -> None:
        """Send, together with a head that waits; a head alone waits."""
        data = self._head + bytes(data)
        if not self._head and data.startswith(HEAD) and data.endswith(END_OF_HEAD):
            self._head = data
            return
        self._head = b""
        self._connection.sendall(data, *flags)

    def __getattr__(self, name: str) -> Any:
        """Whatever else is done with the connection (read, closed, handed a file), the head goes out first."""
        if self._head:
            head, self._head = self._head, b""
            self._connection.sendall(head)
        return getattr(self._connection, name)


class Worker(GeventWorker):  # type: ignore[misc]
    """The gateway's worker."""

    def handle(self, listener: Any, client: Any, addr: Any) -> None:
        """Serve a connection; TLS, where gunicorn is made to end it, is left alone."""
        super().handle(listener, client if isinstance(client, ssl.SSLSocket) else OnePiece(client), addr)
