"""Responses leave in one piece, and nothing is held back for good."""

from __future__ import annotations

import socket

import gevent.socket
import pytest
from gevent.pool import Pool
from gevent.server import StreamServer

from api.gevent_worker import Named, OnePiece, _refuse

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"


class Connection:
    """What was done, in order."""

    def __init__(self) -> None:
        self.done: list[object] = []

    def sendall(self, data: bytes, *flags: int) -> None:
        self.done.append(data)

    def recv(self, size: int) -> bytes:
        self.done.append(f"recv {size}")
        return b""

    def close(self) -> None:
        self.done.append("close")


def test_head_and_body_leave_together() -> None:
    connection = Connection()
    piece = OnePiece(connection)
    piece.sendall(HEAD)
    assert connection.done == []
    piece.sendall(b"body")
    piece.sendall(b"more")
    assert connection.done == [HEAD + b"body", b"more"]


def test_a_head_without_a_body_leaves_before_the_next_request_is_read() -> None:
    connection = Connection()
    piece = OnePiece(connection)
    piece.sendall(HEAD)
    piece.recv(10)
    piece.sendall(HEAD)
    piece.close()
    assert connection.done == [HEAD, "recv 10", HEAD, "close"]


def test_a_body_that_looks_like_a_head_is_not_held_back() -> None:
    connection = Connection()
    piece = OnePiece(connection)
    piece.sendall(HEAD)
    piece.sendall(HEAD)
    assert connection.done == [HEAD + HEAD]


def test_callers_whom_the_system_has_let_in_are_served_before_the_port_is_closed() -> None:
    listener = gevent.socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    named, address = Named(listener), listener.getsockname()

    def serve(client: socket.socket, _: object) -> None:
        client.sendall(str(named.getsockname()).encode())

    server = StreamServer(listener, handle=serve, spawn=Pool(10))
    server.start()
    callers = [socket.create_connection(address, 10) for _ in range(5)]  # the server gets no chance meanwhile
    _refuse(server)
    assert server.pool.join(10)
    assert [caller.recv(100) for caller in callers] == [str(address).encode()] * 5
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, 10)
    with pytest.raises(OSError, match="Bad file descriptor"):
        listener.getsockname()
    for caller in callers:
        caller.close()
