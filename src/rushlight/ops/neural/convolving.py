"""The three products of a convolution, on raw payloads, and by which way. See Note [Three products] in `convolution`.

Copying each window to a column (`columns`) takes long where rows have few windows, for each tap of a row is a copy of its
own. Copying rows of windows (`rows_of_windows`) does not depend on their number, but on what a window sees side by side, and
lays the weight and the result out anew. Where all windows together have few numbers, one call copies them (`placed`).
"""

from __future__ import annotations

import math
from typing import Any

from ...arrays import dtypes
from ..support.precision import wide
from .columns import convolved_by_columns, of_weight_by_columns, transposed_by_phases
from .placed import SMALL, convolved_by_places, of_weight_by_places, transposed_by_places
from .rows_of_windows import convolved_by_rows, of_weight_by_rows, transposed_by_rows
from .sliding import Ints

#: Rows of up to so many windows are short,
_SHORT = 16
#: and so many numbers side by side are worth their copy.
_LONG = 16


def _goes_by_rows(count: int, channels: int, filters: int, kernel: Ints, size: Ints) -> bool:
    """Whether a convolution of `count` samples, `channels` to `filters` in a group, is computed by rows of windows."""
    long = channels * math.prod(kernel[1:])
    return len(size) > 1 and size[-1] <= _SHORT and long >= _LONG and count * math.prod(size[:-1]) >= filters


def _falls_by_rows(channels: int, filters: int, kernel: Ints, n: Ints, size: Ints) -> bool:
    """Whether a transposed convolution from `n` to `size` is: it has fewer products where it reads less than it writes."""
    fewer = math.prod(size) * 3 > math.prod(n) * 4 or filters * 4 < channels
    return fewer and channels * kernel[0] >= _LONG


def _is_small(x: Any, kernel: Ints, windows: Ints) -> bool:
    """Whether the columns of all windows of `x` are so small that the calls that make them take longer than their numbers."""
    return 0 < x.shape[0] * x.shape[1] * math.prod(kernel) * math.prod(windows) <= SMALL


def convolved(
    x: Any, weight: Any, bias: Any, size: Ints, stride: Ints, padding: Ints, dilation: Ints, groups: int
) -> Any:
    if _is_small(x, weight.shape[2:], size):
        return convolved_by_places(x, weight, bias, size, stride, padding, dilation, groups)
    by_rows = _goes_by_rows(len(x), weight.shape[1], len(weight) // groups, weight.shape[2:], size)
    way = convolved_by_rows if by_rows else convolved_by_columns
    return way(x, weight, bias, size, stride, padding, dilation, groups)


def of_weight(g: Any, x: Any, size: Ints, stride: Ints, padding: Ints, dilation: Ints, groups: int) -> Any:
    if _is_small(x, size, g.shape[2:]):
        return of_weight_by_places(g, x, size, stride, padding, dilation, groups)
    by_rows = _goes_by_rows(len(x), x.shape[1] // groups, g.shape[1] // groups, size, g.shape[2:])
    way = of_weight_by_rows if by_rows else of_weight_by_columns
    return way(g, x, size, stride, padding, dilation, groups)


def transposed(
    x: Any, weight: Any, bias: Any, size: Ints, stride: Ints, padding: Ints, dilation: Ints, groups: int
) -> Any:
    dtype, sums = dtypes.of_array(x), _sums_in(x, weight.shape[2:], size, stride, padding, dilation)
    x, weight = wide(x), wide(weight)
    by_rows = _falls_by_rows(x.shape[1] // groups, weight.shape[1], weight.shape[2:], x.shape[2:], size)
    if sums is dtypes.of_array(x) and _is_small(x, weight.shape[2:], size):
        out = transposed_by_places(x, weight, bias, size, stride, padding, dilation, groups)
    elif by_rows or sums is not dtypes.of_array(x):
        out = transposed_by_rows(x, weight, bias, size, stride, padding, dilation, groups, sums)
    else:
        out = transposed_by_phases(x, weight, bias, size, stride, padding, dilation, groups, convolved)
    return dtypes.cast(out, dtype)


def _sums_in(x: Any, kernel: Ints, size: Ints, stride: Ints, padding: Ints, dilation: Ints) -> dtypes.dtype:
    """The dtype in which a transposed convolution sums up: float32 for 16 bits, as everywhere. Only where the output is
    padded by a stride or more, torch has a kernel that sums up in 16 bits."""
    reach = [(m - 1) * s - 2 * p + d * (k - 1) + 1 for m, s, p, d, k in zip(x.shape[2:], stride, padding, dilation, kernel)]
    return dtypes.of_array(x if any([n - m >= s for n, m, s in zip(size, reach, stride)]) else wide(x))
