"""The widget as one script: its modules joined in the order they need each other, and made small.

The sources under `static/` run in a browser as they are; joined, they are one request. Set-up makes them smaller still
(see the Makefile): terser shortens the joined source, zopfli packs the outcome more tightly than zlib can. What it made
is sent if it is of these very sources, otherwise the joined ones with comments and indents taken out.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import rcssmin
import rjsmin

SOURCES = Path(__file__).parent / "static"
MADE = Path(__file__).parents[1] / "static" / "vendor" / "widget.js"
PACKED = MADE.with_suffix(".js.gz")
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
    """`entry` and all it imports. Made once a process; sources don't change under a running gateway."""
    source = joined(entry)
    plain = (made_of(source) or rjsmin.jsmin(source)).encode()
    return Bundle(plain, packed_of(plain) or gzip.compress(plain, 9, mtime=0), hashlib.sha256(plain).hexdigest()[:20])


def joined(entry: str = "widget.js") -> str:
    """One module without imports, for people to read and for terser."""
    parts: dict[str, str] = {}
    _collect(entry, parts)
    return "\n".join(parts.values())


def made_of(source: str) -> str | None:
    """What terser made of this very source, if it did: the first line says of which."""
    if not MADE.is_file():
        return None
    mark, _, text = MADE.read_text(encoding="utf-8").partition("\n")
    return text if mark == mark_of(source) else None


def packed_of(plain: bytes) -> bytes | None:
    """What set-up packed, if it is this."""
    packed = PACKED.read_bytes() if PACKED.is_file() else b""
    return packed if packed and gzip.decompress(packed) == plain else None


def make(small: str) -> None:
    """Keep what terser made of the sources as they are now, and packed."""
    import zopfli.gzip  # takes most of a second, so only here

    MADE.write_text(f"{mark_of(joined())}\n{small}", encoding="utf-8")
    PACKED.write_bytes(zopfli.gzip.compress(small.encode(), numiterations=30))


def mark_of(source: str) -> str:
    """The first line of what was made of `source`."""
    return f"// {hashlib.sha256(source.encode()).hexdigest()}"


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


if __name__ == "__main__":  # `join`: gives the source; `make`: takes what terser made of it
    if sys.argv[1:] == ["make"]:
        make(sys.stdin.read().strip())
    else:
        sys.stdout.write(joined())
