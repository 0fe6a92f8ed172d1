"""Random tensors: rand, randn, randint, randperm and their ``_like`` forms, distributions, and filling in place.

The numbers are those of PyTorch's CPU generator for the same seed: see `rushlight.ops.random.sampling`. A sample does not
depend differentiably on what it replaces, nor on the parameters of its distribution: their gradients are zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.dtypes import int64
from ...arrays.generator import (
    Generator,
    default_generator,
    get_rng_state,
    initial_seed,
    manual_seed,
    seed,
    set_rng_state,
    thread_safe_generator,
)  # fmt: skip
from ...arrays.types import preserve_format, strided
from ...core.declare import op
from ...core.tensor import Tensor
from ...core.views import assign
from ..creation.filled import check_fits, like_payload, uninitialised
from ..elementwise.comparison import zeros as zero_gradient
from ..support.arguments import check_tensor, unimplemented
from ..support.attach import methods
from ..support.checked import checked
from ..support.layered import check_fill, drawn, every_value, for_each_draw, reads_values
from ..support.no_derivative import no_derivative
from ..support.options import (
    MISSING,
    argument_error,
    as_number,
    check_integer,
    check_nonnegative,
    check_options,
    check_out,
    check_size,
    made,
    no_such_call,
    take_size,
    write_made,
)  # fmt: skip
from ..support.outputs import into
from . import sampling

__all__ = [
    "Generator", "bernoulli", "default_generator", "get_rng_state", "initial_seed", "manual_seed", "multinomial",
    "normal", "rand", "rand_like", "randint", "randint_like", "randn", "randn_like", "randperm", "seed",
    "set_rng_state", "thread_safe_generator",
]  # fmt: skip

_OPTIONS = (
    "torch.dtype dtype = None, torch.layout layout = None, torch.device device = None, bool pin_memory = False, "
    "bool requires_grad = False)"
)


def check_generator(name: str, generator: Any) -> None:
    if generator is not None and not isinstance(generator, Generator):
        raise argument_error(name, "generator", "torch.Generator", generator)


def _drawn(name: str, sample: Callable[..., Any], size: tuple[int, ...], out: Any, dtype: dtypes.dtype | None,
           default: dtypes.dtype, requires_grad: Any) -> Tensor:  # fmt: skip
    """A new tensor (or `out`) filled by ``sample(payload)``."""
    check_nonnegative(size)
    if out is not None:
        check_out(name, out, dtype)
        return write_made(out, sample(uninitialised(size, out.dtype)), requires_grad)
    return drawn(lambda size: made(_scalar(sample(uninitialised(size, dtype or default))), requires_grad), size)


def _scalar(data: Any) -> Any:
    """A 0-d array as a NumPy scalar, the payload of a 0-d tensor; others as they are."""
    return data if data.ndim or isinstance(data, dtypes.BFloat16Array) else data[()]


def _standard(name: str, sampler: Callable[..., Any]) -> Callable[..., Tensor]:
    def draw(*size: Any, generator: Generator | None = None, out: Tensor | None = None, dtype: Any = None,
             layout: Any = strided, device: Any = None, pin_memory: bool = False, requires_grad: bool = False,
             **keywords: Any) -> Tensor:  # fmt: skip
        if keywords.keys() - {"size"} or not (size or keywords) or not isinstance(generator, (Generator, type(None))):
            given = {**({} if generator is None else {"generator": generator}), **keywords}
            raise no_such_call(name, size, given, [
                f"(tuple of ints size, *, torch.Generator generator, Tensor out = None, {_OPTIONS}",
                f"(tuple of ints size, *, Tensor out = None, {_OPTIONS}",
            ])  # fmt: skip
        dtype = check_options(name, dtype, layout, device, pin_memory, requires_grad)
        size = take_size(name, size, keywords)
        default = dtypes.get_default_dtype()
        return _drawn(name, lambda data: sampler(data, 0.0, 1.0, generator), size, out, dtype, default, requires_grad)

    draw.__name__ = draw.__qualname__ = name
    return draw


rand = _standard("rand", sampling.uniform)
rand.__doc__ = "Numbers uniform on [0, 1): ``rand(2, 3)`` or ``rand((2, 3))``, of the default dtype if none is given."
randn = _standard("randn", sampling.normal)
randn.__doc__ = "Standard normal numbers: ``randn(2, 3)`` or ``randn((2, 3))``, of the default dtype if none is given."


def randint(*args: Any, generator: Generator | None = None, out: Tensor | None = None, dtype: Any = None,
            layout: Any = strided, device: Any = None, pin_memory: bool = False, requires_grad: bool = False,
            **keywords: Any) -> Tensor:  # fmt: skip
    """``randint(high, size)``, ``randint(low, high, size)``: integers from low (default 0) to high - 1, as int64.

    Raises RuntimeError if there is no such integer, or if the dtype cannot hold them.
    """
    dtype = check_options("randint", dtype, layout, device, pin_memory, requires_grad)
    check_generator("randint", generator)
    low, high, size = _randint_arguments(args, keywords)
    return _drawn("randint", lambda data: sampling.random(data, low, high, generator), size, out, dtype, int64,
                  requires_grad)  # fmt: skip


def _randint_arguments(args: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[int, int, tuple[int, ...]]:
    count = len(args) + len(keywords)
    names = ("low", "high", "size") if count == 3 else ("high", "size")
    if count not in (2, 3) or keywords.keys() - set(names[len(args) :]):
        bounds = ("int high", "int low, int high")
        raise no_such_call("randint", args, keywords, [
            f"({b}, tuple of ints size, *, {g}Tensor out = None, {_OPTIONS}"
            for b in bounds for g in ("torch.Generator generator, ", "")
        ])  # fmt: skip
    given = {**dict(zip(names, args)), **keywords}
    numbers = [check_integer("randint", name, given[name], i) for i, name in enumerate(names[:-1], 1)]
    size = check_size("randint", given["size"], len(names) if len(args) == len(names) else None)
    return (0, *numbers, size) if count == 2 else (*numbers, size)  # type: ignore[return-value]


#: Up to where all integers are numbers of a dtype, and how torch says that one more is the most for a permutation.
_EXACT = {dtypes.float16: (2**11, "2049"), dtypes.float32: (2**24, "2^24+1"), dtypes.float64: (2**53, "2^53+1")}


def randperm(n: int, *, generator: Generator | None = None, out: Tensor | None = None, dtype: Any = None,
             layout: Any = strided, device: Any = None, pin_memory: bool = False,
             requires_grad: bool = False) -> Tensor:  # fmt: skip
    """A random permutation of the integers below `n`, as int64 unless another dtype is given. Shape (n,)."""
    dtype = check_options("randperm", dtype, layout, device, pin_memory, requires_grad)
    n = check_integer("randperm", "n", n, 1)
    check_generator("randperm", generator)
    check_nonnegative((n,))
    d = dtype or (int64 if out is None else out.dtype)
    if d is dtypes.bool_ or d.is_complex:
        raise unimplemented("randperm", d)
    if n - 1 > _EXACT.get(d, (n,))[0]:
        raise RuntimeError(f"n cannot be greater than {_EXACT[d][1]} for {d.scalar_name} type.")
    check_fits(n - 1, d) if n else None
    if out is not None:
        check_out("randperm", out, dtype)
        return write_made(out, sampling.permutation(n, generator), requires_grad)

    def make(size: tuple[int, ...]) -> Tensor:
        rows = [sampling.permutation(n, generator) for _ in range(math.prod(size[:-1]))]
        return made(dtypes.cast(np.reshape(rows, size), d), requires_grad)

    return drawn(make, (n,))


def _like(name: str, x: Any, sample: Callable[..., Any], generator: Any, dtype: Any, layout: Any, device: Any,
          pin_memory: Any, requires_grad: Any, format_: Any) -> Tensor:  # fmt: skip
    check_tensor(name, x)
    dtype = check_options(name, dtype, layout, device, pin_memory, requires_grad)
    check_generator(name, generator)
    like = every_value(x._data)

    def make(size: tuple[int, ...]) -> Tensor:
        data = like_payload(like, format_, dtype) if size == like.shape else uninitialised(size, dtype or x.dtype)
        return made(_scalar(sample(data)), requires_grad)

    return drawn(make, x._data.shape)


def rand_like(input: Tensor, *, generator: Generator | None = None, dtype: Any = None, layout: Any = None,
              device: Any = None, pin_memory: bool = False, requires_grad: bool = False,
              memory_format: Any = preserve_format) -> Tensor:  # fmt: skip
    """Numbers uniform on [0, 1), in the shape and dtype of `input`."""
    return _like("rand_like", input, lambda data: sampling.uniform(data, 0.0, 1.0, generator), generator, dtype, layout,
                 device, pin_memory, requires_grad, memory_format)  # fmt: skip


def randn_like(input: Tensor, *, generator: Generator | None = None, dtype: Any = None, layout: Any = None,
               device: Any = None, pin_memory: bool = False, requires_grad: bool = False,
               memory_format: Any = preserve_format) -> Tensor:  # fmt: skip
    """Standard normal numbers, in the shape and dtype of `input`."""
    return _like("randn_like", input, lambda data: sampling.normal(data, 0.0, 1.0, generator), generator, dtype, layout,
                 device, pin_memory, requires_grad, memory_format)  # fmt: skip


def randint_like(input: Tensor, *args: int, low: int | None = None, high: int | None = None,
                 generator: Generator | None = None, dtype: Any = None, layout: Any = None, device: Any = None,
                 pin_memory: bool = False, requires_grad: bool = False,
                 memory_format: Any = preserve_format) -> Tensor:  # fmt: skip
    """``randint_like(x, high)``, ``randint_like(x, low, high)``: integers below high, in the shape and dtype of x."""
    check_tensor("randint_like", input)
    bounds = [*([] if low is None else [low]), *args, *([] if high is None else [high])]
    if len(bounds) not in (1, 2):
        optional = "torch.memory_format memory_format = None, " + _OPTIONS
        raise no_such_call("randint_like", (input, *args), {}, [
            f"(Tensor input, {b}, *, {g}{optional}"
            for b in ("int low, int high", "Tensor high", "int high") for g in ("torch.Generator generator, ", "")
        ])  # fmt: skip
    first, last = [0, *[check_integer("randint_like", "high", b, i) for i, b in enumerate(bounds, 2)]][-2:]
    return _like("randint_like", input, lambda data: sampling.random(data, first, last, generator), generator, dtype,
                 layout, device, pin_memory, requires_grad, memory_format)  # fmt: skip


# In place.


def _zero_rule(g: Any) -> Any:
    return zero_gradient(g)


def _scratch(x: Any) -> Any:
    """Memory to draw into: with gaps where that of `x` has gaps, for samplers draw otherwise into those."""
    data = like_payload(x)
    if isinstance(x, np.ndarray) and data.flags.c_contiguous and not x.flags.c_contiguous:
        data = np.repeat(data[..., None], 2, axis=-1)[..., 0]
    return data


def _filler(name: str, node: str, sampler: Callable[..., Any]) -> Callable[..., Any]:
    """The operation behind an in-place sampler: a tensor like `x`, drawn anew."""

    def forward(x: Any, parameters: tuple[Any, ...], generator: Generator | None) -> Any:
        data = sampler(_scratch(x), *parameters, generator=generator)
        return data if isinstance(x, np.ndarray) else data[()]

    return op(name, forward, node, {"x": _zero_rule})


_uniform = _filler("uniform", "UniformBackward0", sampling.uniform)
_normal = _filler("normal", "NormalBackward0", sampling.normal)
_bernoulli_number = _filler("bernoulli_number", "BernoulliBackward2", sampling.bernoulli)
_exponential = _filler("exponential", "ExponentialBackward0", sampling.exponential)
_cauchy = _filler("cauchy", "CauchyBackward0", sampling.cauchy)
_log_normal = _filler("log_normal", "LogNormalBackward0", sampling.log_normal)
_geometric = _filler("geometric", "GeometricBackward0", sampling.geometric)
_random_between = _filler("random_between", "RandomBackward0", sampling.random)
_random_below = _filler("random_below", "RandomBackward1", sampling.random)
_random = _filler("random", "RandomBackward2", sampling.random)


def _bernoulli_array(x: Any, p: Any, generator: Generator | None) -> Any:
    data = sampling.bernoulli(_scratch(x), np.asarray(p), generator)
    return data if isinstance(x, np.ndarray) else data[()]


_bernoulli_tensor = op(
    "bernoulli_tensor", _bernoulli_array, "BernoulliBackward1", {"x": _zero_rule, "p": _zero_rule}, conforms=True
)


def _fill(name: str, operation: Callable[..., Any], x: Tensor, parameters: dict[str, Any], generator: Any) -> Tensor:
    check_generator(name, generator)
    check_fill(x)
    numbers = tuple([_float(name, key, value, i) for i, (key, value) in enumerate(parameters.items(), 1)])
    return assign(x, operation, (numbers, generator))


def _float(name: str, argument: str, value: Any, position: int) -> float:
    if value.__class__ is float or value.__class__ is int:
        return value
    try:
        number = as_number(name, argument, value, position)
    except TypeError:
        raise argument_error(name, argument, "float", value, position) from None
    if isinstance(number, complex):
        raise argument_error(name, argument, "float", value, position)
    return number


def uniform_(self: Tensor, *args: float, generator: Generator | None = None, **keywords: float) -> Tensor:
    """``uniform_(from=0, to=1)``: fills with numbers uniform on [from, to).

    Raises RuntimeError if from > to, NotImplementedError for integers.
    """
    parameters = _named("uniform_", ("from", "to"), args, keywords, (0.0, 1.0))
    return _fill("uniform_", _uniform, self, parameters, generator)


def _named(name: str, names: tuple[str, ...], args: tuple[Any, ...], keywords: dict[str, Any],
           defaults: tuple[Any, ...]) -> dict[str, Any]:  # fmt: skip
    """Arguments by name: one of them is the keyword ``from``, which Python's own signatures cannot have."""
    if len(args) > len(names):
        least = "" if None in defaults else "from 0 to "
        raise TypeError(f"{name}() takes {least}{len(names)} positional arguments but {len(args)} were given")
    given = dict(zip(names, args))
    for key, value in keywords.items():
        if key not in names:
            raise TypeError(f"{name}() got an unexpected keyword argument '{key}'")
        if key in given:
            raise TypeError(f"{name}() got multiple values for argument '{key}'")
        given[key] = value
    return {key: given.get(key, default) for key, default in zip(names, defaults)}


def normal_(self: Tensor, mean: float = 0.0, std: float = 1.0, *, generator: Generator | None = None) -> Tensor:
    """Fills with normal numbers. Raises RuntimeError if std < 0, NotImplementedError for integers."""
    return _fill("normal_", _normal, self, {"mean": mean, "std": std}, generator)


def exponential_(self: Tensor, lambd: float = 1.0, *, generator: Generator | None = None) -> Tensor:
    """Fills with exponential numbers of rate `lambd`. Raises RuntimeError unless lambd > 0."""
    return _fill("exponential_", _exponential, self, {"lambd": lambd}, generator)


def cauchy_(self: Tensor, median: float = 0.0, sigma: float = 1.0, *, generator: Generator | None = None) -> Tensor:
    """Fills with Cauchy numbers. Raises RuntimeError unless sigma > 0."""
    return _fill("cauchy_", _cauchy, self, {"median": median, "sigma": sigma}, generator)


def log_normal_(self: Tensor, mean: float = 1.0, std: float = 2.0, *, generator: Generator | None = None) -> Tensor:
    """Fills with exponentials of normal numbers. Raises RuntimeError unless std > 0."""
    return _fill("log_normal_", _log_normal, self, {"mean": mean, "std": std}, generator)


def geometric_(self: Tensor, p: Any = None, *, generator: Generator | None = None) -> Tensor:
    """Fills with numbers of trials up to the first success of probability `p`. Raises RuntimeError unless 0 < p < 1."""
    if p is None:
        raise TypeError('geometric_() missing 1 required positional arguments: "p"')
    return _fill("geometric_", _geometric, self, {"p": p}, generator)


def bernoulli_(self: Tensor, p: Any = 0.5, *, generator: Generator | None = None) -> Tensor:
    """Fills with ones, each with probability `p` (a number, or a tensor that broadcasts), and zeros."""
    if not isinstance(p, Tensor):
        return _fill("bernoulli_", _bernoulli_number, self, {"p": p}, generator)
    check_generator("bernoulli_", generator)
    check_fill(self)
    return assign(self, _bernoulli_tensor, (p, generator))


def random_(self: Tensor, *args: int, generator: Generator | None = None, **keywords: int) -> Tensor:
    """``random_()``, ``random_(to)``, ``random_(from, to)``: fills with integers from `from` to to - 1."""
    check_generator("random_", generator)
    if len(args) == 1 and not keywords:
        parameters = {"from": 0, "to": args[0]}
        operation = _random_below
    else:
        parameters = _named("random_", ("from", "to"), args, keywords, (0 if "to" in keywords else None, None))
        operation = _random if parameters["from"] is None else _random_between
    for position, (name, value) in enumerate(parameters.items(), 1):
        if value is not None:
            check_integer("random_", name, value, position)
    check_fill(self)
    return assign(self, operation, (tuple(parameters.values()), generator))


# Distributions of tensors.


def _bernoulli_of(x: Any, p: float | None, generator: Generator | None) -> Any:
    data = sampling.bernoulli(like_payload(x), np.asarray(x) if p is None else p, generator)
    return data if isinstance(x, np.ndarray) else data[()]


_bernoulli = op("bernoulli", _bernoulli_of, "BernoulliBackward0", {"x": _zero_rule}, contiguous=True)
#: PyTorch knows no derivative of the form with a probability.
_bernoulli_like = op("bernoulli_like", _bernoulli_of, "NotImplemented", {"x": no_derivative("bernoulli")})


_BERNOULLI = (
    "(Tensor input, *, torch.Generator generator = None, Tensor out = None)",
    "(Tensor input, float p, *, torch.Generator generator = None)",
)


def bernoulli(input: Tensor, p: float | None = None, *, generator: Generator | None = None,
              out: Tensor | None = None) -> Tensor:  # fmt: skip
    """Ones with the probabilities in `input` (or all with probability `p`), and zeros; shape and dtype of `input`.

    Raises RuntimeError for what is no probability, NotImplementedError for integers.
    """
    check_tensor("bernoulli", input)
    check_generator("bernoulli", generator)
    if isinstance(p, str) or (isinstance(p, Tensor) and p.ndim):
        raise no_such_call("bernoulli", (input, p), {}, _BERNOULLI)
    call = _bernoulli if p is None else _bernoulli_like
    arguments = (for_each_draw(input), None if p is None else _float("bernoulli", "p", p, 2), generator)
    if out is None:
        return call(*arguments)

    def bernoulli(*arguments: Any) -> Tensor:
        return call(*arguments).to(out.dtype)

    return into(out, bernoulli, *arguments)


@checked
def multinomial(input: Tensor, num_samples: int, replacement: bool = False, *, generator: Generator | None = None,
                out: Tensor | None = None) -> Tensor:  # fmt: skip
    """Indices drawn with probabilities in proportion to `input`, (n,) or (m, n): int64, (..., num_samples).

    Raises RuntimeError for weights that are negative, infinite, or all zero, and for more samples than weights without
    replacement.
    """
    count = check_integer("multinomial", "num_samples", num_samples, 2)
    check_generator("multinomial", generator)
    if out is None:
        return _indices_drawn(for_each_draw(input), count, bool(replacement), generator)
    check_out("multinomial", out, int64)
    return write_made(out, _indices_drawn(input, count, bool(replacement), generator)._data)


@reads_values
def _indices_drawn(input: Tensor, count: int, replacement: bool, generator: Generator | None) -> Tensor:
    x = input._data
    return made(sampling.multinomial(np.asarray(x) if isinstance(x, np.generic) else x, count, replacement, generator))


def _normal_of(mean: Any, std: Any, generator: Generator | None) -> Any:
    d = dtypes.of_array(mean if hasattr(mean, "dtype") else std)
    if hasattr(std, "dtype"):
        if np.iscomplexobj(std):
            raise RuntimeError("normal expects standard deviation to be non-complex")
        if std.size and not (std >= 0).all():
            raise RuntimeError("normal expects all elements of std >= 0.0")
    elif not std >= 0:
        raise RuntimeError(f"normal expects std >= 0.0, but found std {std:g}")
    shape = np.broadcast_shapes(np.shape(mean), np.shape(std))
    sample = sampling.normal(uninitialised(shape, d), 0.0, 1.0, generator)
    return dtypes.cast(sample * std + mean, d)


_normal_mean = op("normal_mean", _normal_of, "NormalBackward1", {"mean": _zero_rule})
_normal_std = op("normal_std", _normal_of, "NormalBackward2", {"std": _zero_rule})
_normal_both = op("normal_both", _normal_of, "NormalBackward3", {"mean": _zero_rule, "std": _zero_rule}, conforms=True)

_NORMAL = [
    "(Tensor mean, Tensor std, *, torch.Generator generator = None, Tensor out = None)",
    "(Tensor mean, float std = 1, *, torch.Generator generator = None, Tensor out = None)",
    "(float mean, Tensor std, *, torch.Generator generator = None, Tensor out = None)",
    f"(float mean, float std, tuple of ints size, *, torch.Generator generator = None, Tensor out = None, {_OPTIONS}",
]  # fmt: skip


def normal(mean: Any = None, std: Any = MISSING, size: Any = None, *, generator: Generator | None = None,
           out: Tensor | None = None, dtype: Any = None, layout: Any = strided, device: Any = None,
           pin_memory: bool = False, requires_grad: bool = False) -> Tensor:  # fmt: skip
    """Normal numbers: of one mean and deviation in the shape `size`, or of tensors of means and deviations.

    Raises RuntimeError for a negative deviation, and for shapes that do not broadcast.
    """
    check_generator("normal", generator)
    if isinstance(mean, Tensor) or isinstance(std, Tensor):
        std = 1.0 if std is MISSING else std
        std_fits, mean_fits = [isinstance(v, (Tensor, int, float)) for v in (std, mean)]
        if size is not None or not std_fits or not mean_fits:
            raise no_such_call("normal", tuple([v for v in (mean, std, size) if v is not None]), {}, _NORMAL)
        mean, std = [for_each_draw(v) if isinstance(v, Tensor) else v for v in (mean, std)]
        arguments = (mean, std, generator)
        kind = _normal_both if isinstance(mean, Tensor) and isinstance(std, Tensor) else None
        kind = kind or (_normal_mean if isinstance(mean, Tensor) else _normal_std)
        _check_broadcast(mean, std, out)
        return kind(*arguments) if out is None else into(out, kind, *arguments)
    if std is MISSING:
        raise argument_error("normal", "mean", "Tensor", mean, 1)
    if size is None or mean is None or std is None:
        raise no_such_call("normal", tuple([v for v in (mean, std, size) if v is not None]), {}, _NORMAL)
    dtype = check_options("normal", dtype, layout, device, pin_memory, requires_grad)
    if not isinstance(size, (tuple, list)) or any([isinstance(v, (str, complex)) for v in (mean, std)]):
        raise no_such_call("normal", (mean, std, size), {}, _NORMAL)
    size = check_size("normal", size, 3)
    numbers = (_float("normal", "mean", mean, 1), _float("normal", "std", std, 2))
    return _drawn("normal", lambda data: sampling.normal(data, *numbers, generator), size, out, dtype,
                  dtypes.get_default_dtype(), requires_grad)  # fmt: skip


def _check_broadcast(mean: Any, std: Any, out: Any) -> None:
    from ...arrays.shapes import broadcast_shapes

    shape = broadcast_shapes(*[x._data.shape for x in (mean, std) if isinstance(x, Tensor)])
    if isinstance(out, Tensor) and out._data.size:
        broadcast_shapes(shape, out._data.shape)


methods(
    uniform_=uniform_, normal_=normal_, exponential_=exponential_, cauchy_=cauchy_, log_normal_=log_normal_,
    geometric_=geometric_, bernoulli_=bernoulli_, random_=random_, bernoulli=bernoulli, multinomial=multinomial,
)  # fmt: skip
