"""What open chats cost, as SVG: small plots beside one another, a line a system. No library: lines, axes, and colours for light and dark."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

from tests.bench.plot import nice

WIDE, HIGH, LEFT, RIGHT, TOP, BOTTOM, GAP = 760, 330, 58, 26, 84, 48, 76
MARKS = ("circle", "square")
STYLE = """<style>
.sheet{fill:#fff}.text{fill:#222}.grid{stroke:#ddd}.one{stroke:#0b6e4f;fill:#0b6e4f}.two{stroke:#b5542c;fill:#b5542c}
@media (prefers-color-scheme:dark){.sheet{fill:#161b22}.text{fill:#e6e6e6}.grid{stroke:#3a4048}.one{stroke:#4fc79a;fill:#4fc79a}.two{stroke:#f0945f;fill:#f0945f}}
</style>"""
Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Panel:
    """One plot: what it shows and in which unit, and the points of each line."""

    title: str
    unit: str
    lines: dict[str, Points]


def side_by_side(title: str, across: str, panels: Sequence[Panel]) -> str:
    """The plots under one title; `across` names what grows to the right. All have the same lines."""
    width = (WIDE - LEFT - RIGHT - GAP * (len(panels) - 1)) / len(panels)
    parts = [_panel(panel, LEFT + number * (width + GAP), width, across) for number, panel in enumerate(panels)]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" role="img" font-family="system-ui, sans-serif" font-size="12">'
    sheet = f'<rect class="sheet" width="{WIDE}" height="{HIGH}"/>'
    heading = f'<text class="text" x="16" y="24" font-size="15" font-weight="600">{title}</text>'
    return "\n".join([head, f"<title>{title}</title>", STYLE, sheet, heading, _legend(list(panels[0].lines)), *parts, "</svg>", ""])


def _legend(names: list[str]) -> str:
    x, parts = 24.0, []
    for number, name in enumerate(names):
        parts.append(f'<g class="{_class(number)}">{_mark(number, x, 42)}</g><text class="text" x="{x + 10:.0f}" y="46">{name}</text>')
        x += 40 + 7 * len(name)
    return "\n".join(parts)


def _panel(panel: Panel, left: float, width: float, across: str) -> str:
    most = nice(max(y for line in panel.lines.values() for _, y in line))
    far = max(x for line in panel.lines.values() for x, _ in line)

    def at(x: float, y: float) -> tuple[float, float]:
        return left + width * x / far, HIGH - BOTTOM - (HIGH - TOP - BOTTOM) * y / most

    parts = [f'<text class="text" x="{left - 40:.1f}" y="{TOP - 14}" font-weight="600">{panel.title}</text>', _rows(panel, at, most, far), _ticks(at, far)]
    parts += [_line(number, [at(*point) for point in line]) for number, line in enumerate(panel.lines.values())]
    return "\n".join([*parts, f'<text class="text" x="{left + width / 2:.1f}" y="{HIGH - 10}" text-anchor="middle">{across}</text>'])


At = Callable[[float, float], tuple[float, float]]


def _rows(panel: Panel, at: At, most: float, far: float) -> str:
    lines = []
    for i in range(6):
        (left, y), (right, _) = at(0, most * i / 5), at(far, 0)
        lines.append(f'<line class="grid" x1="{left:.1f}" x2="{right:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>')
        lines.append(f'<text class="text" x="{left - 8:.1f}" y="{y + 4:.1f}" text-anchor="end">{ceil(most * i / 5)} {panel.unit}</text>')
    return "\n".join(lines)


def _ticks(at: At, far: float) -> str:
    places = [(at(far * i / 5, 0), far * i / 5) for i in range(6)]
    return "\n".join(f'<text class="text" x="{x:.1f}" y="{y + 18:.1f}" text-anchor="middle">{value:,.0f}</text>' for (x, y), value in places)


def _line(number: int, points: Points) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    marks = "".join(_mark(number, x, y) for x, y in points)
    return f'<g class="{_class(number)}"><polyline points="{path}" style="fill:none" stroke-width="2"/>{marks}</g>'


def _class(number: int) -> str:
    return ("one", "two")[number]


def _mark(number: int, x: float, y: float) -> str:
    if MARKS[number] == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
    return f'<rect x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8"/>'
