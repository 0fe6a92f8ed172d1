"""How a tensor prints: `tensor([[1.0000, 2.5000]], dtype=torch.float64, grad_fn=<AddBackward0>)`.

The rules are PyTorch's. All numbers of one tensor share one style and one width, both taken from its *significant*
numbers, the finite ones that are not zero; so zeros, inf and nan may stick out, and do so in PyTorch too. A tensor with
more than `threshold` elements shows `edgeitems` at either end of each dimension, and only these are looked at: a tensor
of a billion elements prints as fast as a small one.

The module knows NumPy and no tensor: a caller passes the payload, the dtype's name and what stands in the suffixes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

import numpy as np


class PrinterOptions:
    """What `set_printoptions` sets; the defaults are the profile named "default"."""

    def __init__(
        self,
        precision: int = 4,
        threshold: float = 1000,
        edgeitems: int = 3,
        linewidth: int = 80,
        sci_mode: bool | None = None,
    ) -> None:
        self.precision = precision
        self.threshold = threshold
        self.edgeitems = edgeitems
        self.linewidth = linewidth
        self.sci_mode = sci_mode


PRINT_OPTS = PrinterOptions()

_PROFILES: dict[str, dict[str, Any]] = {
    "default": {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80},
    "short": {"precision": 2, "threshold": 1000, "edgeitems": 2, "linewidth": 80},
    "full": {"precision": 4, "threshold": math.inf, "edgeitems": 3, "linewidth": 80},
}


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Set how every tensor prints from now on, in all threads.

    Args:
        precision: digits after the point of a floating-point number (default 4).
        threshold: a tensor with more elements than this is summarised (default 1000).
        edgeitems: elements shown at either end of a summarised dimension (default 3).
        linewidth: characters in a line before it is broken (default 80).
        profile: `"default"`, `"short"` or `"full"`: sets the four above, which the other arguments then override; any
            other name sets nothing, as in PyTorch.
        sci_mode: True for scientific notation, False against it, None to let each tensor's magnitudes decide. None is
            what a call without `sci_mode` returns to; the other options stay as they were.

    Values are not checked here, as they are not in PyTorch: a wrong one raises when a tensor is printed.

    Example::

        >>> torch.set_printoptions(precision=2)
        >>> torch.tensor([1.12345])
        tensor([1.12])
    """
    given = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems, "linewidth": linewidth}
    chosen = _PROFILES.get(profile, {}) if profile is not None else {}
    for name, value in (chosen | {name: value for name, value in given.items() if value is not None}).items():
        setattr(PRINT_OPTS, name, value)
    PRINT_OPTS.sci_mode = sci_mode


def get_printoptions() -> dict[str, Any]:
    """The options in force, as keyword arguments for `set_printoptions`."""
    return dict(vars(PRINT_OPTS))


@contextmanager
def printoptions(**kwargs: Any) -> Iterator[None]:
    """Context manager: the options of `set_printoptions` for a while, then the former ones again.

    Example::

        >>> with printoptions(precision=2):
        ...     print(torch.tensor([1.12345]))
        tensor([1.12])
    """
    former = get_printoptions()
    set_printoptions(**kwargs)
    try:
        yield
    finally:
        set_printoptions(**former)


def tensor_repr(
    array: np.ndarray | np.generic,
    dtype_name: str,
    default_dtype_name: str,
    *,
    requires_grad: bool = False,
    grad_fn_name: str | None = None,
    class_name: str = "tensor",
    tangent: object | None = None,
    tensor_contents: str | None = None,
    options: PrinterOptions | None = None,
) -> str:
    """The text of a whole tensor, suffixes included.

    Args:
        array: the payload, of any shape; a NumPy scalar is a 0-d tensor.
        dtype_name: the tensor's dtype without its prefix, `"bfloat16"`; bfloat16 comes as a float32 array.
        default_dtype_name: the same of the default dtype, which (like the complex dtype that goes with it, int64 and
            bool) needs no `dtype=` unless the tensor is empty.
        requires_grad: shown as `requires_grad=True` where there is no `grad_fn_name`.
        grad_fn_name: shown as `grad_fn=<AddBackward0>`.
        class_name: what stands before the parenthesis: the class's name for a subclass of Tensor.
        tangent: the tangent of a dual tensor, or None.
        tensor_contents: text to show in place of the elements.
        options: other options than those in force.

    Example::

        >>> tensor_repr(np.float64(2.0), "float64", "float32", requires_grad=True)
        'tensor(2., dtype=torch.float64, requires_grad=True)'
    """
    options = PRINT_OPTS if options is None else options
    suffixes = []
    # The shape is named where the brackets cannot tell it; `[]` tells that of an empty tensor of one dimension.
    shape_is_lost = array.ndim != 1 if array.size == 0 else not options.edgeitems
    if shape_is_lost:
        suffixes.append(f"size={array.shape}")
    if not _is_implied_dtype(dtype_name, default_dtype_name, array.size == 0):
        suffixes.append(f"dtype=torch.{dtype_name}")
    if grad_fn_name is not None:
        suffixes.append(f"grad_fn=<{grad_fn_name}>")
    elif requires_grad:
        suffixes.append("requires_grad=True")
    if tangent is not None:
        suffixes.append(f"tangent={tangent}")

    indent = len(class_name) + 1
    if tensor_contents is None:
        tensor_contents = format_array(array, dtype_name, indent, options)
    return _append_suffixes(f"{class_name}({tensor_contents}", suffixes, indent, options.linewidth)


def _is_implied_dtype(dtype_name: str, default_dtype_name: str, empty: bool) -> bool:
    """Whether `torch.tensor` would infer this dtype from the printed elements."""
    if empty:
        return dtype_name == default_dtype_name
    default_complex = "complex128" if default_dtype_name == "float64" else "complex64"
    return dtype_name in (default_dtype_name, default_complex, "int64", "bool")


def _append_suffixes(text: str, suffixes: list[str], indent: int, linewidth: int) -> str:
    """`text` and its suffixes, each on the last line where it fits, and the closing parenthesis."""
    column = len(text) - text.rfind("\n") + 1
    for suffix in suffixes:
        if column + len(suffix) + 2 > linewidth:
            text += ",\n" + " " * indent + suffix
            column = indent + len(suffix)
        else:
            text += ", " + suffix
            column += len(suffix) + 2
    return text + ")"


def format_array(array: np.ndarray | np.generic, kind: str, indent: int, options: PrinterOptions | None = None) -> str:
    """The elements in brackets; the lines after the first start `indent` columns in, and one more for each bracket.

    `kind` is the dtype's name without its prefix. An array without elements gives `[]`, whatever its shape.

    Example::

        >>> format_array(np.array([1.0, 0.25]), "float64", 7)
        '[1.0000, 0.2500]'
    """
    options = PRINT_OPTS if options is None else options
    array = np.asarray(array)
    if array.size == 0:
        return "[]"
    summarize = array.size > options.threshold
    if summarize and array.ndim and not options.edgeitems:
        return "[...]"
    shown = array
    if summarize:
        shown = array[np.ix_(*(_shown_indices(length, options.edgeitems) for length in array.shape))]
    strings, width = _format_elements(shown.reshape(-1).tolist(), kind, options)
    return _bracket(iter(strings), width, array.shape, indent, summarize, options)


def _shown_indices(length: int, edgeitems: int) -> list[int]:
    indices = range(length)
    return [*indices[:edgeitems], *indices[-edgeitems:]] if length > 2 * edgeitems else [*indices]


def _bracket(
    strings: Iterator[str],
    width: int,
    shape: tuple[int, ...],
    indent: int,
    summarize: bool,
    options: PrinterOptions,
) -> str:
    """Take as many `strings` as an array of `shape` shows, in C order, and lay them out."""
    if not shape:
        return next(strings)
    shortened = summarize and shape[0] > 2 * options.edgeitems
    count = 2 * options.edgeitems if shortened else shape[0]
    if len(shape) > 1:
        rows = [_bracket(strings, width, shape[1:], indent + 1, summarize, options) for _ in range(count)]
        if shortened:
            rows.insert(options.edgeitems, "...")
        return "[" + ("," + "\n" * (len(shape) - 1) + " " * (indent + 1)).join(rows) + "]"

    items = list(islice(strings, count))
    if shortened:
        items.insert(options.edgeitems, " ...")
    per_line = max(1, math.floor((options.linewidth - indent) / (width + len(", "))))
    lines = [", ".join(items[start : start + per_line]) for start in range(0, len(items), per_line)]
    return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"


def _format_elements(values: list[Any], kind: str, options: PrinterOptions) -> tuple[list[str], int]:
    """The padded text of each value, and the width they share."""
    if kind.startswith("complex"):
        real, real_width = _format_floats([value.real for value in values], options)
        imag, imag_width = _format_floats([value.imag for value in values], options)
        return [_join_complex(*parts) for parts in zip(real, imag, strict=True)], real_width + imag_width + 1
    if "float" in kind:
        return _format_floats(values, options)
    strings = [str(value) for value in values]
    width = max(map(len, strings))
    return [string.rjust(width) for string in strings], width


def _join_complex(real: str, imag: str) -> str:
    imag = imag.lstrip()
    return f"{real}{imag}j" if imag.startswith("-") else f"{real}+{imag}j"


def _format_floats(values: list[float], options: PrinterOptions) -> tuple[list[str], int]:
    significant = [value for value in values if value and math.isfinite(value)]
    spec = _float_spec(significant, options)
    width = max((len(format(value, spec)) for value in significant), default=1)
    return [format(value, spec).rjust(width) for value in values], width


def _float_spec(significant: list[float], options: PrinterOptions) -> str:
    """The format specification that suits all the significant numbers of a tensor."""
    integral = "#.0f"  # the "#" keeps the point: "2."
    if not significant:
        return integral
    scientific = options.sci_mode
    if scientific is None:
        magnitudes = [abs(value) for value in significant]
        low, high = min(magnitudes), max(magnitudes)
        scientific = high / low > 1000.0 or high > 1.0e8 or low < 1.0e-4
    if scientific:
        return f".{options.precision}e"
    if all(value.is_integer() for value in significant):
        return integral
    return f".{options.precision}f"
