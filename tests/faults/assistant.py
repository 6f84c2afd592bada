"""A stand-in for the assistant, a process of its own: `python -m tests.faults.assistant PORT FOLDER`.

It answers each text with "answer to TEXT", and asks for a request to the recruiters where the text holds "please".
The file `mood` in FOLDER makes it misbehave: hang, slow, drip, rubbish, wrong, error, cut, huge; `die` kills it in the
middle of the next turn, once.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

HANG, SLOW = 30.0, 1.0


def answer(body: dict[str, Any]) -> dict[str, Any]:
    """What a right assistant answers; the state counts the turns, so that a lost one shows."""
    said = body.get("text") or body.get("button") or ""
    turns = ((body.get("state") or {}).get("turns") or 0) + 1
    effects = [{"kind": "ask_recruiter", "topic": "faults", "question": said}] if "please" in said else []
    reply = {"text": f"answer to {said}", "language": body["language"], "buttons": [], "sources": []}
    return {
        "replies": [reply], "effects": effects, "state": {"turns": turns}, "intent": "greet", "confidence": 0.9, "alternatives": [],
        "language": body["language"], "model_id": "stand-in",
    }  # fmt: skip


class Handler(BaseHTTPRequestHandler):
    """One connection of the gateway's."""

    protocol_version = "HTTP/1.1"
    folder: Path

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        self._send(200, json.dumps({"ready": True, "model_id": "stand-in"}).encode())

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if (self.folder / "die").exists():
            (self.folder / "die").unlink(missing_ok=True)
            os.kill(os.getpid(), signal.SIGKILL)
        mood = (self.folder / "mood").read_text().strip() if (self.folder / "mood").exists() else ""
        getattr(self, f"_{mood or 'well'}")(json.dumps(answer(body)).encode())

    def _well(self, whole: bytes) -> None:
        self._send(200, whole)

    def _hang(self, whole: bytes) -> None:
        time.sleep(HANG)
        self._send(200, whole)

    def _slow(self, whole: bytes) -> None:
        time.sleep(SLOW)
        self._send(200, whole)

    def _drip(self, whole: bytes) -> None:
        """A byte now and then: never silent for long, and never done."""
        self._head(200, len(whole))
        for byte in whole:
            self.wfile.write(bytes([byte]))
            time.sleep(0.1)

    def _rubbish(self, whole: bytes) -> None:
        self._send(200, b"<html>Bad gateway</html>")

    def _wrong(self, whole: bytes) -> None:
        self._send(200, json.dumps({"replies": "none", "effects": [{"kind": "buy_shares"}]}).encode())

    def _error(self, whole: bytes) -> None:
        self._send(500, b'{"type": "turn-failed"}')

    def _huge(self, whole: bytes) -> None:
        self._send(200, b'{"replies": "' + b"x" * 3_000_000 + b'"}')

    def _cut(self, whole: bytes) -> None:
        """Half an answer, and the connection is gone."""
        self._head(200, len(whole))
        self.wfile.write(whole[: len(whole) // 2])
        self.wfile.flush()
        self.connection.close()
        self.close_connection = True

    def _head(self, status: int, length: int) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def _send(self, status: int, content: bytes) -> None:
        self._head(status, len(content))
        self.wfile.write(content)


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """The gateway has gone away: that is what is tried here."""


def main() -> None:
    """Answer until killed."""
    Handler.folder = Path(sys.argv[2])
    Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()


if __name__ == "__main__":
    main()
