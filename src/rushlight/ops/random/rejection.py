"""Samplers by rejection: gamma, Poisson and binomial numbers, the same as PyTorch's on the CPU for the same seed.

How many numbers of the stream a sample takes depends on the numbers themselves, so samples are drawn one by one, from a
stream read ahead in blocks; what a sample needs of its parameters is computed for all of them at once, before.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from operator import length_hint
from typing import Any

import numpy as np

from ...arrays.dtypes import float64
from ...arrays.generator import Generator, default_generator
from .sampling import _libm, _unit

#: From so many gamma numbers on attempts are evaluated together, up to so many at once.
TOGETHER, BLOCK = 24, 1 << 13
Draw = Callable[[], float]
#: What 1/3 and Marsaglia and Tsang's 0.0331 are in PyTorch's kernel: constants in float32.
THIRD, SQUEEZE = float(np.float32(1) / np.float32(3)), float(np.float32(0.0331))


class Ahead:
    """A generator's stream of uniform numbers of [0, 1), and of normal ones made of them, one by one.

    They are read ahead from a copy of the generator; leaving the context moves the generator itself on, by as much as
    has been used.
    """

    def __init__(self, generator: Generator | None, expected: int) -> None:
        self.stream = generator or default_generator
        self.step = min(max(expected, 16), 1 << 16)
        self.blocks = 0
        self.block: Iterator[float] = iter(())

    def __enter__(self) -> Ahead:
        self.stream.lock.acquire()
        self.pending = self.stream.next_normal
        self.uniform: Draw = self._numbers(self.stream.clone_state()).__next__
        return self

    def _numbers(self, copy: Generator) -> Iterator[float]:
        while True:
            self.block = iter(_unit(copy, self.step, float64).tolist())
            self.blocks += 1
            yield from self.block

    def normal(self) -> float:
        """By the Box-Muller transform, in pairs: every second number was kept from the draw before."""
        if self.pending is not None:
            value, self.pending = self.pending, None
            return value
        angle = 2.0 * math.pi * self.uniform()
        radius = math.sqrt(-2.0 * math.log1p(-self.uniform()))
        self.pending = radius * math.sin(angle)
        return radius * math.cos(angle)

    def __exit__(self, *_: Any) -> None:
        try:
            used = self.blocks * self.step - length_hint(self.block)
            if used:
                self.stream.raw(2 * used)
            self.stream.next_normal = self.pending
        finally:
            self.stream.lock.release()


def gamma(alpha: np.ndarray, generator: Generator | None = None) -> np.ndarray:
    """Gamma numbers of shape `alpha` and scale 1, of the shape and dtype of `alpha` (float32 or float64).

    G. Marsaglia and W. Tsang, "A simple method for generating gamma variables", ACM TOMS 26 (2000). A shape below 1 is
    raised by 1, and the number multiplied by U^(1 / alpha).
    """
    flat = alpha.reshape(-1)
    one = alpha.dtype.type(1)
    with np.errstate(all="ignore"):
        low = flat < 1
        d = np.where(low, flat + one, flat) - alpha.dtype.type(THIRD)
        c = 1.0 / np.sqrt(9.0 * d.astype(np.float64))
        powers = np.where(low, one / flat, 0)
    if flat.size >= TOGETHER and not low.any():
        values = _gamma_together(d.astype(np.float64), c, generator)
    else:
        values = _gamma_one_by_one(flat.tolist(), d.tolist(), c.tolist(), powers.tolist(), generator)
    with np.errstate(over="ignore", under="ignore"):
        values = values.astype(alpha.dtype)
    tiny = np.finfo(alpha.dtype).tiny
    return np.where(values > tiny, values, tiny).reshape(alpha.shape)  # NaN becomes tiny, as in PyTorch


def _gamma_one_by_one(
    alpha: list[float], d: list[float], c: list[float], powers: list[float], generator: Generator | None
) -> np.ndarray:
    out = []
    with Ahead(generator, 3 * len(alpha)) as stream:
        for a, d_, c_, power in zip(alpha, d, c, powers):
            if a == 0:
                out.append(0.0)
                continue
            scale = _power(1 - stream.uniform(), power) if a < 1 else 1.0
            out.append(_gamma(stream, scale, d_, c_))
    return np.array(out, np.float64)


def _gamma_together(d: np.ndarray, c: np.ndarray, generator: Generator | None) -> np.ndarray:
    """The same for shapes from 1 on, of which every attempt takes a normal and a uniform number, accepted or not.

    So all attempts are known at once, but for whom they are made depends on how many were accepted before. That is
    found by guessing it, and guessing anew from what would be accepted: each round is right for one rejection more at
    least, and mostly for all. A normal number that is of no use (y <= 0) takes no uniform one: it ends a block.
    """
    stream = generator or default_generator
    count, done, out = d.size, 0, np.empty(d.size)
    with stream.lock, np.errstate(all="ignore"):
        while done < count:
            x, u, pending = _attempts(stream, min(int(1.1 * (count - done)) + 8, BLOCK))
            square = x * x
            index = np.arange(done, done + x.size)
            while True:
                whose = np.minimum(index, count - 1)
                y = 1.0 + c[whose] * x
                v = y * y * y
                accepted = ~(u >= 1.0 - SQUEEZE * square * square)
                accepted |= ~(np.log(u) >= 0.5 * square + d[whose] * (1.0 - v + np.log(v)))
                accepted &= ~(y <= 0)
                again = done + np.cumsum(accepted) - accepted
                if np.array_equal(again, index):
                    break
                index = again
            useless = np.flatnonzero((y <= 0) | (index >= count))
            used = useless[0] if useless.size else x.size
            kept = np.flatnonzero(accepted[:used])
            out[index[kept]] = d[index[kept]] * v[kept]
            done += kept.size
            _advance(stream, int(used), x, pending)
            if used < x.size and done < count:
                out[done] = _gamma_one_by_one(
                    [1.0], d[done : done + 1].tolist(), c[done : done + 1].tolist(), [0.0], stream
                )[0]
                done += 1
    return out


def _attempts(stream: Generator, count: int) -> tuple[np.ndarray, np.ndarray, bool]:
    """Normal and uniform numbers of the next attempts, and whether the first normal one is pending; nothing is used up.

    The stream holds two numbers for a pair of normal ones, then a uniform number for each of the two attempts.
    """
    pending = stream.next_normal is not None
    pairs = (count + 1) // 2
    units = _unit(stream.clone_state(), 4 * pairs + pending, float64)
    angle, height, u1, u2 = units[pending:].reshape(pairs, 4).T
    radius = np.sqrt(-2.0 * _libm("log1p", -height, float64))
    angle = 2.0 * math.pi * angle
    x = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1).reshape(-1)
    u = 1 - np.stack([u1, u2], axis=-1).reshape(-1)
    if pending:
        x, u = np.append(stream.next_normal, x), np.append(1 - units[0], u)  # type: ignore[arg-type]
    return x, u, pending


def _advance(stream: Generator, used: int, x: np.ndarray, pending: bool) -> None:
    """Uses up the first `used` attempts."""
    if not used:
        return
    pairs, half = divmod(used - pending, 2)
    stream.raw(2 * (pending + 4 * pairs + 3 * half))
    stream.next_normal = float(x[used]) if half else None


def _gamma(stream: Ahead, scale: float, d: float, c: float) -> float:
    uniform, normal = stream.uniform, stream.normal
    while True:
        x = normal()
        y = 1.0 + c * x
        if y <= 0:
            continue
        v = y * y * y
        u = 1 - uniform()
        square = x * x
        # In this form NaN is accepted, as in PyTorch.
        if not u >= 1.0 - SQUEEZE * square * square:
            return scale * d * v
        if not math.log(u) >= 0.5 * square + d * (1.0 - v + math.log(v)):
            return scale * d * v


def _power(base: float, exponent: float) -> float:
    try:
        return base**exponent
    except OverflowError:
        return math.inf


def poisson(rate: np.ndarray, generator: Generator | None = None) -> np.ndarray:
    """Poisson numbers of these means, as float64.

    From 10 on by W. Hoermann, "The transformed rejection method for generating Poisson random variables", Insurance:
    Mathematics and Economics 12 (1993); below by D. Knuth's product of uniform numbers. Raises RuntimeError for a rate
    that is negative or NaN.
    """
    if not (rate >= 0).all():
        raise RuntimeError("invalid Poisson rate, expected rate to be non-negative")
    flat = rate.reshape(-1).astype(np.float64)
    with Ahead(generator, 2 * flat.size) as stream:
        out = [
            _poisson_rejection(stream.uniform, r) if r >= 10 else _poisson_product(stream.uniform, r) if r else 0.0
            for r in flat.tolist()
        ]
    return np.array(out, np.float64).reshape(rate.shape)


def _poisson_product(uniform: Draw, rate: float) -> float:
    bound, product, count = math.exp(-rate), uniform(), 0
    while product > bound:
        product *= uniform()
        count += 1
    return float(count)


def _poisson_rejection(uniform: Draw, rate: float) -> float:
    log_rate = math.log(rate)
    b = 0.931 + 2.53 * math.sqrt(rate)
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    accepted = 0.9277 - 3.6224 / (b - 2)
    while True:
        u = uniform() - 0.5
        v = uniform()
        us = 0.5 - abs(u)
        k = _int64((2 * a / us + b) * u + rate + 0.43) if us else -(2.0**63)
        if us >= 0.07 and v <= accepted:
            return k
        if k < 0 or (us < 0.013 and v > us):
            continue
        bound = -rate + k * log_rate - math.lgamma(k + 1)
        if _log(v) + math.log(inverse_alpha) - math.log(a / (us * us) + b) <= bound:
            return k


def _int64(x: float) -> float:
    """The integer below, or where int64 does not hold it what the processor makes of it."""
    return float(math.floor(x)) if -(2.0**63) <= x < 2.0**63 else -(2.0**63)


def _log(x: float) -> float:
    return math.log(x) if x > 0 else -math.inf


def binomial(count: np.ndarray, prob: np.ndarray, generator: Generator | None = None) -> np.ndarray:
    """Numbers of successes in `count` trials of probability `prob`, arrays of one shape and dtype, as float64.

    Where 10 or more are expected (of the rarer of success and failure), by W. Hoermann, "The generation of binomial
    random variates", J. Statistical Computation and Simulation 46 (1993); else by counting the geometric gaps.
    """
    with np.errstate(all="ignore"):
        rare = np.where(prob > 0.5, 1.0 - prob.astype(np.float64), prob).astype(prob.dtype).reshape(-1)
        n = count.reshape(-1)
        table = zip(
            n.tolist(), prob.reshape(-1).tolist(), rare.tolist(), (n * rare).tolist(),
            np.sqrt(n * rare * (1 - rare)).tolist(), (rare / (1 - rare)).tolist(),
            np.floor((n + 1) * rare).tolist(), np.log1p(-rare).tolist(),
        )  # fmt: skip
    out = []
    with Ahead(generator, 2 * n.size) as stream:
        for total, p, q, mean, deviation, odds, mode, log_failure in table:
            if total <= 0 or p <= 0:
                out.append(0.0)
                continue
            if p >= 1 or p != p:
                out.append(total if p >= 1 else math.nan)
                continue
            if mean >= 10:
                k = _binomial_rejection(stream.uniform, total, q, mean, deviation, odds, mode)
            else:
                k = _binomial_gaps(stream.uniform, total, log_failure)
            out.append(k if p <= 0.5 else total - k)
    return np.array(out, np.float64).reshape(count.shape)


def _binomial_gaps(uniform: Draw, total: float, log_failure: float) -> float:
    position, successes = 0.0, 0
    while True:
        # A gap of NaN never passes the end in PyTorch either, but 0 / 0 needs a uniform number of exactly 1.
        u = uniform()
        position += math.ceil(math.log(u) / log_failure) if u else math.inf
        if position > total:
            return float(successes)
        successes += 1


def _binomial_rejection(uniform: Draw, n: float, p: float, mean: float, deviation: float, odds: float,
                        mode: float) -> float:  # fmt: skip
    b = 1.15 + 2.53 * deviation
    a = -0.0873 + 0.0248 * b + 0.01 * p
    c = mean + 0.5
    accepted = 0.92 - 4.2 / b
    alpha = (2.83 + 5.1 / b) * deviation
    while True:
        u = uniform() - 0.5
        v = uniform()
        us = 0.5 - abs(u)
        k = float(math.floor((2 * a / us + b) * u + c)) if us else -1.0
        if k < 0 or k > n:
            continue
        if us >= 0.07 and v <= accepted:
            return k
        bound = (
            (mode + 0.5) * math.log((mode + 1) / (odds * (n - mode + 1)))
            + (n + 1) * math.log((n - mode + 1) / (n - k + 1))
            + (k + 0.5) * math.log(odds * (n - k + 1) / (k + 1))
            + _stirling_tail(mode) + _stirling_tail(n - mode) - _stirling_tail(k) - _stirling_tail(n - k)
        )  # fmt: skip
        if _log(v * alpha / (a / (us * us) + b)) <= bound:
            return k


#: log k! less its first terms by Stirling, for k from 0 to 9; beyond, an expansion in 1 / (k + 1).
_TAILS = (
    0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.02079067210376509, 0.0166446911898211,
    0.0138761288230707, 0.0118967099458917, 0.0104112652619720, 0.00925546218271273, 0.00833056343336287,
)  # fmt: skip


def _stirling_tail(k: float) -> float:
    if k < len(_TAILS):
        return _TAILS[int(k)]
    square = (k + 1) * (k + 1)
    return (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / square) / square) / (k + 1)
