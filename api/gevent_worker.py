"""gunicorn's gevent worker: each response sent in one piece, and no request lost when a gateway leaves.

gunicorn sends a response's head and body by a system call each. On the loopback each wakes the reader, who finds
half an answer and waits again: a tenth of a turn. Here the head waits for what follows it.

Leaving (SIGTERM): whoever has connected is answered, new connections are refused, so that a proxy asks another gateway;
streams end, and are taken up there; a connection that is kept open is answered once more, or ended when it has been
quiet for `QUIET` seconds, which is longer than the proxy keeps it. gunicorn's own way lets those wait that have
connected and were not accepted yet, and cuts what is still open after its time, whatever is just arriving there.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import gevent
from gevent import monkey
from gevent.event import Event
from gevent.pool import Pool
from gevent.server import StreamServer
from gunicorn.sock import ssl_context
from gunicorn.workers.ggevent import GeventWorker

from api.lean import entry_points_read_once

HEAD = b"HTTP/1."
END_OF_HEAD = b"\r\n\r\n"
QUIET = 5.0  # seconds; a proxy closes idle connections sooner (docker/Caddyfile, docs/deploy.md)
LOOK_EVERY = 0.1  # seconds


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


class Named:
    """A listening socket's name, which gunicorn asks for at each connection, also once the socket is closed."""

    def __init__(self, listener: Any) -> None:
        self._name = listener.getsockname()

    def getsockname(self) -> Any:
        return self._name


class Worker(GeventWorker):  # type: ignore[misc]
    """The gateway's worker. `leaves` is called once it has been told to stop."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.leaves: Callable[[], None] = lambda: None
        self._told: Event | None = None
        self._idle: dict[Any, float] = {}

    def patch(self) -> None:
        """Patch what the parent process (api/gunicorn.py) has left as it was, too."""
        with warnings.catch_warnings(), entry_points_read_once():
            warnings.simplefilter("ignore", monkey.MonkeyPatchWarning)
            super().patch()

    def handle_exit(self, sig: int, frame: Any) -> None:
        """SIGTERM."""
        super().handle_exit(sig, frame)
        if self._told is not None:
            self._told.set()

    def run(self) -> None:
        """Serve until told to stop, then leave."""
        self._told = Event()
        servers = [self._serve(listener) for listener in self.sockets]
        while self.alive:
            self.notify()
            self._told.wait(1.0)
        for server in servers:
            _refuse(server)
        gevent.spawn(self.leaves)
        if not self._finish(servers):
            self.log.warning("Worker graceful timeout (pid:%s)", self.pid)
            for server in servers:
                server.stop(timeout=1)

    def _serve(self, listener: Any) -> StreamServer:
        listener.setblocking(1)
        secure = {"ssl_context": ssl_context(self.cfg)} if self.cfg.is_ssl else {}
        server = StreamServer(listener, handle=partial(self.handle, Named(listener)), spawn=Pool(self.worker_connections), **secure)
        if self.cfg.workers > 1:
            server.max_accept = 1
        server.start()
        return server

    def _finish(self, servers: list[StreamServer]) -> bool:
        """Wait until all connections have ended; False if some have not in gunicorn's graceful timeout."""
        began = time.monotonic()
        while any(len(server.pool) for server in servers):
            now = time.monotonic()
            if now - began > self.cfg.graceful_timeout:
                return False
            for client, since in list(self._idle.items()):
                if now - max(began, since) > QUIET:
                    _end(client)
            self.notify()
            gevent.sleep(LOOK_EVERY)
        return True

    def handle(self, listener: Any, client: Any, addr: Any) -> None:
        """Serve a connection; TLS, where gunicorn is made to end it, is left alone."""
        connection = client if isinstance(client, ssl.SSLSocket) else OnePiece(client)
        self._idle[connection] = time.monotonic()
        try:
            super().handle(listener, connection, addr)
        finally:
            self._idle.pop(connection, None)

    def handle_request(self, listener_name: Any, req: Any, sock: Any, addr: Any) -> None:
        """Serve a request; its connection is idle before and after."""
        self._idle.pop(sock, None)
        super().handle_request(listener_name, req, sock, addr)
        self._idle[sock] = time.monotonic()


def _refuse(server: StreamServer) -> None:
    """Accept whoever has already connected, then nobody any more: whom the system has let in would be cut off unanswered."""
    with contextlib.suppress(OSError):
        while taken := server.do_read():
            server.do_handle(*taken)
    server.close()


def _end(client: Any) -> None:
    """Read no further than what has come: a request that has just arrived is still answered.

    Past gevent, whose own `shutdown` makes an error of the reading that goes on in another greenlet.
    """
    with contextlib.suppress(OSError):
        client._sock.shutdown(socket.SHUT_RD)
