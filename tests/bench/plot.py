"""One plot as SVG: the median turn against the length of the conversation. No library: three lines and two axes."""

from __future__ import annotations

from math import ceil, log10

WIDE, HIGH, LEFT, RIGHT, TOP, BOTTOM = 760, 400, 64, 176, 44, 52
COLOURS = {"ours": "#0b6e4f", "pg": "#7a4fa3", "bare": "#3a6ea5", "stock": "#b5542c"}
TICKS = 10
NAMES = {"ours": "Applicant Desk", "pg": "Applicant Desk, PostgreSQL", "bare": "bare assistant", "stock": "stock Rasa"}


def by_length(series: dict[str, dict[int, float]]) -> str:
    """`series`: for each system, milliseconds by turn."""
    turns = sorted({turn for line in series.values() for turn in line})
    top = nice(max(value for line in series.values() for value in line.values()))
    x = {turn: LEFT + (WIDE - LEFT - RIGHT) * i / max(1, len(turns) - 1) for i, turn in enumerate(turns)}

    def y(value: float) -> float:
        return HIGH - BOTTOM - (HIGH - TOP - BOTTOM) * value / top

    every = -(-len(turns) // TICKS)
    parts = [_grid(y, top), *(_tick(x[t], t) for t in turns[every - 1 :: every])]
    parts += [_line(name, [(x[t], y(v)) for t, v in sorted(line.items())], dots=every == 1) for name, line in series.items() if line]
    parts += _labels({name: (x[max(line)], y(line[max(line)])) for name, line in series.items() if line})
    title = '<text x="16" y="24" font-size="15" font-weight="600">Median time of a turn, by how long the conversation already is (1 client)</text>'
    axis = f'<text x="{(LEFT + WIDE - RIGHT) / 2}" y="{HIGH - 12}" text-anchor="middle">turns so far</text>'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" role="img" font-family="system-ui, sans-serif" font-size="12" fill="#222">'
    sheet = f'<rect width="{WIDE}" height="{HIGH}" fill="#fff"/>'
    return "\n".join([head, "<title>Median time of a turn by length of the conversation</title>", sheet, title, *parts, axis, "</svg>", ""])


def nice(value: float) -> float:
    """The next round number above."""
    unit = 10 ** int(log10(value))
    return next(step * unit for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10, 15) if step * unit >= value)


def _grid(y, top: float) -> str:  # type: ignore[no-untyped-def]
    lines = []
    for i in range(6):
        value = top * i / 5
        at = y(value)
        lines.append(f'<line x1="{LEFT}" x2="{WIDE - RIGHT}" y1="{at:.1f}" y2="{at:.1f}" stroke="#ddd"/>')
        lines.append(f'<text x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{ceil(value)} ms</text>')
    return "\n".join(lines)


def _tick(at: float, turn: int) -> str:
    return f'<text x="{at:.1f}" y="{HIGH - BOTTOM + 18}" text-anchor="middle">{turn}</text>'


def _line(name: str, points: list[tuple[float, float]], dots: bool) -> str:
    path = " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
    marks = "".join(f'<circle cx="{px:.1f}" cy="{py:.1f}" r="3"/>' for px, py in points) if dots else ""
    return f'<g stroke="{COLOURS[name]}" fill="{COLOURS[name]}"><polyline points="{path}" fill="none" stroke-width="2"/>{marks}</g>'


def _labels(ends: dict[str, tuple[float, float]]) -> list[str]:
    """The names at the ends of the lines, from the bottom up, none over another."""
    found, free = [], float(HIGH - BOTTOM)
    for name, (at, height) in sorted(ends.items(), key=lambda end: -end[1][1]):
        free = min(free, height + 4)
        found.append(f'<text x="{at + 9:.1f}" y="{free:.1f}" fill="{COLOURS[name]}">{NAMES[name]}</text>')
        free -= 14
    return found
