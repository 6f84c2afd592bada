"""How sure a share is, and whether two shares of the same messages differ by more than chance."""

from __future__ import annotations

from math import comb, sqrt

Z = 1.959964  # 95 %


def wilson(right: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson's score interval); all of it when there is nothing to count."""
    if of <= 0:
        return 0.0, 1.0
    share, square = right / of, Z * Z
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = Z * sqrt(share * (1 - share) / of + square / (4 * of * of)) / (1 + square / of)
    return max(0.0, middle - half), min(1.0, middle + half)


def by_chance(for_: int, against: int) -> float:
    """How likely chance alone gives `for_` or more of `for_ + against` coin tosses (exact McNemar test, one-sided).

    The tosses are messages that two models answer differently well: those that both get right, or both wrong, say
    nothing about which one is better.
    """
    tosses = for_ + against
    return sum(comb(tosses, k) for k in range(for_, tosses + 1)) / 2**tosses
