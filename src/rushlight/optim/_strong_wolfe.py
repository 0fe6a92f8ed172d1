"""Line search: how far to go along a direction of descent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ..core import Tensor


class Trial(NamedTuple):
    """What is known at ``x + t * d``."""

    t: Any
    loss: float
    gradient: Tensor
    #: The derivative of the loss by t.
    slope: Tensor


class _Wolfe(NamedTuple):
    """The two conditions, from what is known at t = 0."""

    start: Trial
    c1: float
    c2: float

    def too_high(self, x: Trial) -> bool:
        """Whether the loss falls too little: the condition of Armijo fails."""
        return bool(x.loss > self.start.loss + self.c1 * x.t * self.start.slope)

    def flat(self, x: Trial) -> bool:
        """Whether the slope is flat enough: the curvature condition."""
        return bool(abs(x.slope) <= -self.c2 * self.start.slope)


def strong_wolfe(
    trial: Callable[[Any], Trial],
    start: Trial,
    t: Any,
    d_norm: Tensor,
    most: int,
    c1: float = 1e-4,
    c2: float = 0.9,
    tolerance: float = 1e-9,
) -> tuple[Trial, int]:
    """Find a step size that satisfies the strong Wolfe conditions.

    They ask that the loss falls by at least c1 times what the slope at the start promises, and that the slope has become
    flatter than c2 times that at the start::

        loss(t) <= loss(0) + c1 * t * slope(0)          abs(slope(t)) <= c2 * abs(slope(0))

    First t grows until an interval is known to hold such a point; then the interval is narrowed by the minimum of a cubic
    through its ends. (Nocedal and Wright, "Numerical Optimization", 2nd edition, algorithms 3.5 and 3.6)

    Args:
        trial: evaluates a step size.
        start: what is known at t = 0.
        t: the first step size to try.
        d_norm: the largest element of the direction, by its absolute value.
        most: the largest number of trials after the first.
        tolerance: stop where the interval, times `d_norm`, is smaller.

    Returns:
        The best trial, and the number of trials.
    """
    wolfe = _Wolfe(start, c1, c2)
    ends, count = _bracket(trial, wolfe, t, most)
    if len(ends) == 1:
        return ends[0], count + 1
    best, count = _zoom(trial, wolfe, ends, count, most, lambda width: width * d_norm < tolerance)
    return best, count + 1


def _bracket(trial: Callable[[Any], Trial], wolfe: _Wolfe, t: Any, most: int) -> tuple[list[Trial], int]:
    """The ends of an interval that holds a good step size, or such a one alone; and the number of trials after the first."""
    previous, current, count = wolfe.start, trial(t), 0
    while count < most:
        if wolfe.too_high(current) or (count > 1 and current.loss >= previous.loss):
            return [previous, current], count
        if wolfe.flat(current):
            return [current], count
        if current.slope >= 0:
            return [previous, current], count
        bounds = current.t + 0.01 * (current.t - previous.t), current.t * 10
        t = _cubic_minimum(previous, current, bounds)
        previous, current = current, trial(t)
        count += 1
    return [wolfe.start, current], count


def _zoom(
    trial: Callable[[Any], Trial], wolfe: _Wolfe, ends: list[Trial], count: int, most: int, small: Callable[[Any], Any]
) -> tuple[Trial, int]:
    """The better end of the interval after it was narrowed, and the number of trials; `small` says which width is enough."""
    low = 0 if ends[0].loss <= ends[1].loss else 1
    stalled = False
    while count < most and not small(abs(ends[1].t - ends[0].t)):
        t, stalled = _between(ends, stalled)
        new = trial(t)
        count += 1
        if wolfe.too_high(new) or new.loss >= ends[low].loss:
            ends[1 - low] = new
            low = 0 if ends[0].loss <= ends[1].loss else 1
            continue
        done = wolfe.flat(new)
        if not done and new.slope * (ends[1 - low].t - ends[low].t) >= 0:
            ends[1 - low] = ends[low]
        ends[low] = new
        if done:
            break
    return ends[low], count


def _between(ends: list[Trial], stalled: bool) -> tuple[Any, bool]:
    """The next step size inside the interval; and whether it came close to an end, which may happen once in a row."""
    t = _cubic_minimum(ends[0], ends[1])
    lower, upper = min(ends[0].t, ends[1].t), max(ends[0].t, ends[1].t)
    margin = 0.1 * (upper - lower)
    if min(upper - t, t - lower) >= margin:
        return t, False
    if not (stalled or t >= upper or t <= lower):
        return t, True
    return (upper - margin if abs(t - upper) < abs(t - lower) else lower + margin), False


def _cubic_minimum(a: Trial, b: Trial, bounds: tuple[Any, Any] | None = None) -> Any:
    """Where the cubic through two points, with the slopes there, is smallest; within the bounds, or between them."""
    lower, upper = bounds or ((a.t, b.t) if a.t <= b.t else (b.t, a.t))
    d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t)
    square = d1**2 - a.slope * b.slope
    if not square >= 0:
        return (lower + upper) / 2.0
    root = square.sqrt()
    if a.t > b.t:
        a, b = b, a
    t = b.t - (b.t - a.t) * ((b.slope + root - d1) / (b.slope - a.slope + 2 * root))
    return min(max(t, lower), upper)
