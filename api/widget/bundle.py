"""The widget as one script: its modules joined in the order they need each other, comments and indents taken out.

The sources under `static/` run in a browser as they are; joined, they are one request and a third smaller.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import rcssmin
import rjsmin

SOURCES = Path(__file__).parent / "static"
_IMPORT = re.compile(r"^import .+? from '\./([\w/.]+)';\n", re.MULTILINE)
_EXPORT = re.compile(r"^export ", re.MULTILINE)
_TEMPLATE = re.compile(r"`([^`]*)`")


@dataclass(frozen=True)
class Bundle:
    """The script, plain and gzipped, and a tag that changes when it does."""

    plain: bytes
    gzipped: bytes
    etag: str


@cache
def bundle(entry: str = "widget.js") -> Bundle:
    """Join `entry` and all it imports. Made once a process; sources don't change under a running gateway."""
    parts: dict[str, str] = {}
    _collect(entry, parts)
    plain = rjsmin.jsmin("\n".join(parts.values())).encode()
    return Bundle(plain, gzip.compress(plain, 9, mtime=0), hashlib.sha256(plain).hexdigest()[:20])


def _collect(name: str, parts: dict[str, str]) -> None:
    source = (SOURCES / name).read_text(encoding="utf-8")
    for needed in _IMPORT.findall(source):
        path = str((Path(name).parent / needed).as_posix())
        if path not in parts:
            _collect(path, parts)
    source = _EXPORT.sub("", _IMPORT.sub("", source))
    parts[name] = _TEMPLATE.sub(_style, source) if name == "styles.js" else source


def _style(found: re.Match[str]) -> str:
    return "`" + rcssmin.cssmin(found[1]) + "`"
