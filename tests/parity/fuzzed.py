"""What `parity.fuzz` calls: one function a family, which draws a call and its inputs."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import numpy as np

FLOATS = ("float32", "float64")
INTEGERS = ("int64", "int32", "int16", "int8", "uint8")
ALL = (*FLOATS, "float16", "bfloat16", *INTEGERS, "bool", "complex64", "complex128")
NUMBERS = ("2", "-1", "0", "1.5", "True", "3j")


@dataclass
class Drawn:
    """A tensor that both packages make alike."""

    shape: tuple[int, ...]
    dtype: str = "float32"
    layout: str = "contiguous"
    seed: int = 0
    values: tuple | None = None  # drawn from these, without a gradient
    smooth: bool = True  # otherwise without a gradient

    def made(self, module):
        shape = self.shape
        if self.layout == "transposed":
            shape = shape[::-1]
        elif self.layout == "stepped":
            shape = tuple(2 * n for n in shape)
        elif self.layout == "expanded" and shape:
            shape = (1, *shape[1:])
        t = module.from_numpy(self.drawn(shape)).to(getattr(module, self.dtype))
        if self.layout == "transposed":
            t = t.permute(*range(t.dim() - 1, -1, -1)) if t.dim() else t
        elif self.layout == "stepped":
            t = t[(slice(None, None, 2),) * t.dim()]
        elif self.layout == "expanded":
            t = t.expand(self.shape)
        return t.requires_grad_() if self.dtype in FLOATS and self.values is None and self.smooth else t

    def drawn(self, shape: tuple[int, ...]) -> np.ndarray:
        stream = np.random.RandomState(self.seed)
        if self.values is not None:
            return np.asarray(stream.choice(np.array(self.values), shape))
        if self.dtype == "bool":
            return np.asarray(stream.rand(*shape) < 0.5)
        if self.dtype in INTEGERS:
            return np.asarray(stream.randint(0 if self.dtype == "uint8" else -4, 6, shape), "int64")
        drawn = np.where(stream.rand(*shape) < 0.5, stream.randint(-3, 4, shape) / 2.0, stream.randn(*shape))  # ties, zeros
        return np.asarray(drawn + 1j * stream.randn(*shape) if self.dtype.startswith("complex") else drawn)


def one(r: Random, *choices):
    return r.choice(choices)


def shape(r: Random, least: int = 0, most: int = 3, sizes: tuple[int, ...] = (1, 2, 3, 3, 4)) -> tuple[int, ...]:
    return tuple(r.choice((*sizes, 0) if r.random() < 0.1 else sizes) for _ in range(r.randint(least, most)))


def tensor(r: Random, size: tuple[int, ...] | None = None, dtypes: tuple[str, ...] = ALL) -> Drawn:
    layout = one(r, "contiguous", "contiguous", "transposed", "stepped", "expanded")
    return Drawn(shape(r) if size is None else size, r.choice(dtypes), layout, r.randint(0, 10**6))


def broadcasting(r: Random, size: tuple[int, ...]) -> tuple[int, ...]:
    """A shape that broadcasts with this one, most of the time."""
    cut = size[r.randint(0, len(size)) :] if r.random() < 0.3 else size
    return tuple(1 if r.random() < 0.2 else r.choice((2, 5)) if r.random() < 0.03 else n for n in cut)


def dim(r: Random, size: tuple[int, ...]) -> int:
    n = len(size)
    return r.randint(-n - 1, n) if r.random() < 0.1 else r.randint(-max(n, 1), max(n, 1) - 1)


def dims(r: Random, size: tuple[int, ...]) -> str:
    kind = r.random()
    if kind < 0.5:
        return str(dim(r, size))
    if kind < 0.6:
        return one(r, "None", "()", "[]")
    picked = [dim(r, size) for _ in range(r.randint(1, max(len(size), 1)))]
    return str(one(r, tuple(picked), picked))


def keywords(r: Random, **chances) -> str:
    """Some of these keywords: a chance, and what to choose from."""
    return "".join(f", {k}={r.choice(values)}" for k, (chance, values) in chances.items() if r.random() < chance)


DTYPES = tuple(f"torch.{d}" for d in ALL)
BOOLEANS = ("True", "False")


def reductions(r: Random):
    x = tensor(r)
    name = one(r, "sum", "mean", "prod", "all", "any", "nansum", "nanmean", "logsumexp", "count_nonzero", "aminmax",
               "var", "std", "var_mean", "std_mean", "max", "min", "argmax", "argmin", "median", "nanmedian", "mode",
               "norm")  # fmt: skip
    single = name in ("prod", "max", "min", "argmax", "argmin", "median", "nanmedian", "mode", "aminmax")
    where = r.random()
    given = ""
    if where < 0.75:
        given = f", dim={dim(r, x.shape) if single and r.random() < 0.9 else dims(r, x.shape)}"
    if name in ("median", "nanmedian"):
        x.layout = one(r, "contiguous", "transposed", "stepped")  # PyTorch's is wrong where elements share memory
    if given and name != "count_nonzero":
        given += keywords(r, keepdim=(0.4, BOOLEANS))
    if name in ("sum", "mean", "prod", "nansum", "nanmean"):
        given += keywords(r, dtype=(0.3, DTYPES))
    if name in ("var", "std", "var_mean", "std_mean"):
        given += keywords(r, **r.choice(({"correction": (0.6, ("0", "1", "2", "0.5", "10", "-1"))}, {"unbiased": (0.6,
            BOOLEANS)})))
    if name == "norm":
        given = f", {one(r, 'None', '2', '1', '0', 'inf', '-inf', '3.5', repr('fro'), repr('nuc'))}" + given
    if r.random() < 0.3 and name not in ("std_mean", "var_mean"):
        return f"x.{name}({given.removeprefix(', ')})", {"x": x}
    return f"torch.{name}(x{given})", {"x": x}


def norms(r: Random):
    x = tensor(r, dtypes=(*FLOATS, "complex64", "int64", "bfloat16"))
    order = one(r, "2", "1", "0", "inf", "-inf", "3.5", "-1", "-2", "0.5", "None", "'fro'", "'nuc'", "'x'")
    name = one(r, "vector_norm", "norm", "matrix_norm")
    given = f", {order}" + keywords(r, dim=(0.6, (dims(r, x.shape),)), keepdim=(0.4, BOOLEANS), dtype=(0.2, DTYPES))
    return f"torch.linalg.{name}(x{given})", {"x": x}


def cumulative(r: Random):
    x = tensor(r, shape(r, 1, 3, (1, 2, 3)), (*FLOATS, *INTEGERS, "bfloat16"))
    name = one(r, "cumsum", "cumprod", "cummax", "cummin", "logcumsumexp", "diff", "flip", "roll", "trapezoid",
        "cumulative_trapezoid")
    if name == "diff":
        return f"torch.diff(x{keywords(r, n=(0.5, ('0', '1', '2', '-1')), dim=(0.6, (str(dim(r, x.shape)),)))})", {"x": x}
    if name == "flip":
        return f"torch.flip(x, {dims(r, x.shape)})", {"x": x}
    if name == "roll":
        n = r.randint(1, 2)
        source = f"torch.roll(x, {tuple(r.randint(-7, 7) for _ in range(n))}, {tuple(dim(r, x.shape) for _ in range(n))})"
        return source, {"x": x}
    if name in ("trapezoid", "cumulative_trapezoid"):
        return f"torch.{name}(x{keywords(r, dx=(0.5, ('2', '0.5')), dim=(0.6, (str(dim(r, x.shape)),)))})", {"x": x}
    dtype = keywords(r, dtype=(0.3, DTYPES)) if name in ("cumsum", "cumprod") else ""
    return one(r, f"torch.{name}(x, {dim(r, x.shape)}{dtype})", f"x.{name}(dim={dim(r, x.shape)}{dtype})"), {"x": x}


BINARY = (
    "add sub mul div true_divide floor_divide remainder fmod pow maximum minimum fmax fmin atan2 hypot logaddexp eq ne lt "
    "le gt ge logical_and logical_or logical_xor bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift "
    "copysign gcd lcm nextafter heaviside xlogy float_power ldexp isclose logaddexp2 rsub dist allclose equal"
).split()
OPERATORS = "+ - * / // % ** == != < <= > >= & | ^ << >>".split()


def binary(r: Random):
    x = tensor(r)
    y = tensor(r, broadcasting(r, x.shape))
    if r.random() < 0.3:
        y = tensor(r, ())
    kind = r.random()
    if kind < 0.5:
        operator = r.choice(OPERATORS)
        number = r.choice(NUMBERS)
        return one(r, f"x {operator} y", f"x {operator} y", f"x {operator} {number}", f"{number} {operator} x"), {"x": x,
            "y": y}
    name = r.choice(BINARY)
    extra = ""
    if name in ("add", "sub", "rsub"):
        extra = keywords(r, alpha=(0.4, NUMBERS))
    if name == "div":
        extra = keywords(r, rounding_mode=(0.6, ("'floor'", "'trunc'", "None", "'x'")))
    return one(r, f"torch.{name}(x, y{extra})", f"torch.{name}(x, {r.choice(NUMBERS)}{extra})", f"x.{name}(y{extra})"), {"x": x,
        "y": y}


def in_place(r: Random):
    x = tensor(r, shape(r))
    x.values, x.layout = (0, 1, 2, 3), one(r, "contiguous", "transposed", "stepped")
    y = tensor(r, broadcasting(r, x.shape))
    name = one(r, "add_", "sub_", "mul_", "div_", "pow_", "remainder_", "fmod_", "floor_divide_", "copysign_", "atan2_",
        "clamp_",
               "masked_fill_", "copy_", "fill_", "lerp_", "addcmul_", "logical_and_", "bitwise_and_", "clamp_min_",
               "xlogy_")  # fmt: skip
    if name == "lerp_":
        call = f"x.lerp_(y, {one(r, '0.5', '2', 'y')})"
    elif name == "addcmul_":
        call = "x.addcmul_(y, y)"
    elif name == "masked_fill_":
        call = f"x.masked_fill_(y, {r.choice(NUMBERS)})"
    elif name == "clamp_":
        call = f"x.clamp_({one(r, 'y', 'None, y', '1, 2', '0.5', 'y, y', '1.5, 1')})"
    else:
        call = f"x.{name}({one(r, 'y', 'y', r.choice(NUMBERS))})"
    return call, {"x": x, "y": y}


def ternary(r: Random):
    x = tensor(r)
    y, z = tensor(r, broadcasting(r, x.shape)), tensor(r, broadcasting(r, x.shape))
    if r.random() < 0.5:
        y.dtype = z.dtype = x.dtype
    number = lambda: r.choice(NUMBERS)
    c = tensor(r, broadcasting(r, x.shape), ("bool", "bool", "bool", "uint8"))
    source = one(r, "torch.where(c, x, y)", f"torch.where(c, x, {number()})", f"torch.where(c, {number()}, {number()})",
        "x.where(c, y)",
                 "torch.lerp(x, y, z)", f"torch.lerp(x, y, {number()})", f"torch.addcmul(x, y, z, value={number()})",
                 "torch.addcmul(x, y, z)",
                 f"torch.addcdiv(x, y, z, value={number()})", "torch.addcdiv(x, y, z)", "torch.clamp(x, y, z)",
                 f"torch.clamp(x, {number()}, {number()})",
                 f"torch.clamp(x, max={number()})", "torch.clamp(x, max=y)", f"torch.masked_fill(x, c, {number()})",
                 "torch.masked_fill(x, c, y)",
                 "torch.masked_select(x, c)", "torch.masked_scatter(x, c, y)", "torch.nan_to_num(x / y, 1.0)",
                 f"torch.threshold(x, {number()}, {number()})",
                 f"torch.isclose(x, y, {number()})", "torch.clamp_min(x, y)", "torch.where(c)",
                 f"F.hardtanh(x, {number()}, {number()})")  # fmt: skip
    return source, {"x": x, "y": y, "z": z, "c": c}


UNARY = (
    "abs neg exp log sqrt rsqrt sin cos tan tanh sigmoid relu floor ceil round trunc frac sign sgn reciprocal square exp2 "
    "expm1 log1p log2 log10 asin acos atan sinh cosh asinh acosh atanh erf erfc erfinv lgamma digamma logit isnan isinf "
    "isfinite isreal angle conj real imag logical_not bitwise_not positive signbit deg2rad rad2deg i0 sinc nan_to_num "
    "conj_physical view_as_real t ravel flatten clone special.i0e special.i1 special.i1e special.entr special.erfcx "
    "special.ndtri special.log_ndtr special.ndtr special.psi"
).split()
ACTIVATIONS = (
    "relu relu6 elu selu celu gelu silu mish softplus softsign hardtanh hardsigmoid hardswish hardshrink softshrink "
    "tanhshrink logsigmoid leaky_relu rrelu glu softmin normalize"
).split()


def unary(r: Random):
    x = tensor(r)
    if r.random() < 0.3 and 0 not in x.shape:
        return f"F.{r.choice(ACTIVATIONS)}(x)", {"x": x}
    if r.random() < 0.2 and 0 not in x.shape:
        name = one(r, "softmax", "log_softmax")
        return f"{one(r, 'F', 'torch')}.{name}(x, dim={dim(r, x.shape)}{keywords(r, dtype=(0.5, DTYPES))})", {"x": x}
    return f"torch.{r.choice(UNARY)}(x)", {"x": x}


def item_of_index(r: Random, n: int) -> str:
    kind = r.random()
    if kind < 0.3:
        return str(r.randint(-n - (r.random() < 0.1), max(n - 1, 0) + (r.random() < 0.05)))
    if kind < 0.65:
        part = lambda: r.choice(("", "", str(r.randint(-n - 2, n + 2))))
        return f"{part()}:{part()}" + one(r, "", "", ":2", ":3", ":-1" if r.random() < 0.1 else "", ":1")
    if kind < 0.8:
        return str([r.randint(-n, max(n - 1, 0)) for _ in range(r.randint(1, 3))])
    if kind < 0.95:
        return f"torch.tensor({[r.randint(-n, max(n - 1, 0)) for _ in range(2)]})"
    return str([r.random() < 0.5 for _ in range(n)])


def index(r: Random, size: tuple[int, ...]) -> str:
    items = [item_of_index(r, n) for n in size[: r.randint(0, len(size))]]
    if r.random() < 0.3:
        items.insert(r.randint(0, len(items)), "...")
    while r.random() < 0.25:
        items.insert(r.randint(0, len(items)), one(r, "None", "None", "True", "False", "torch.tensor(1)", "m"))
    return ", ".join(items) or one(r, "...", "()", "m", "m", "0", ":")


def indexing(r: Random):
    x = tensor(r, shape(r, 0, 4), (*FLOATS, "int64"))
    m = Drawn(x.shape[: r.randint(0, len(x.shape))], "bool", seed=r.randint(0, 999))
    i = index(r, x.shape)
    if r.random() < 0.6:
        return f"x[{i}]", {"x": x, "m": m}
    x.values, x.layout = (0, 1, 2, 3), "contiguous"
    v = tensor(r, one(r, (), (1,), (3,), (2,), (2, 3)), (x.dtype, x.dtype, "float32"))
    if ":" in i or "..." in i:
        return f"x[{i}].add_(v)", {"x": x, "m": m, "v": v}
    return f"(x.__setitem__(({i}), v), x)[1]", {"x": x, "m": m, "v": v}


def joining(r: Random):
    size = shape(r, 1)
    n = r.randint(1, 3)
    d = dim(r, size)
    given = {}
    for k in "xyz"[:n]:
        s = list(size)
        if r.random() < 0.4 and -len(s) <= d < len(s):
            s[d] = r.randint(0, 3)
        given[k] = tensor(r, (0,) if r.random() < 0.05 else tuple(s))
    names = ", ".join(given)
    name = one(r, "cat", "cat", "stack", "hstack", "vstack", "dstack", "column_stack", "block_diag", "broadcast_tensors",
        "concat", "cartesian_prod",
               "meshgrid", "atleast_2d")  # fmt: skip
    if name in ("cat", "concat", "stack"):
        return f"torch.{name}({one(r, f'[{names}]', f'({names},)')}{one(r, '', f', {d}', f', dim={d}')})", given
    if name in ("block_diag", "broadcast_tensors", "cartesian_prod", "atleast_2d"):
        return f"torch.{name}({names})", given
    if name == "meshgrid":
        return f"torch.meshgrid({names}, indexing={one(r, repr('ij'), repr('xy'))})", given
    return f"torch.{name}([{names}])", given


def sorting(r: Random):
    x = tensor(r, shape(r, 1))
    x.smooth = False  # among ties PyTorch takes any
    n = x.shape[-1] if x.shape else 1
    d = dim(r, x.shape)
    ways = (repr("lower"), repr("nearest"), repr("midpoint"), repr("higher"))
    order = keywords(r, dim=(0.5, (str(d),)), keepdim=(0.3, BOOLEANS), interpolation=(0.4, ways))
    source = one(r, f"torch.sort(x, dim={d}, stable=True{keywords(r, descending=(0.5, BOOLEANS))})",
        "torch.unique(x, return_counts=True)",
                 f"torch.argsort(x, dim={d}, stable=True{keywords(r, descending=(0.5, BOOLEANS))})",
                 f"torch.topk(x, {r.randint(0, n + 1)}{keywords(r, dim=(0.6, (str(d),)), largest=(0.5, BOOLEANS))})[0]",
                 f"torch.kthvalue(x, {r.randint(0, n + 1)}{keywords(r, dim=(0.6, (str(d),)), keepdim=(0.5, BOOLEANS))})[0]",
                 "torch.msort(x)",
                 f"torch.unique(x, return_inverse={one(r, *BOOLEANS)}, return_counts={one(r, *BOOLEANS)})",
                 f"torch.unique(x, dim={d}, return_inverse=True)", "torch.unique_consecutive(x, return_counts=True)",
                 f"torch.unique_consecutive(x, dim={d})", "torch.bincount(x)",
                 f"torch.bincount(x, minlength={r.randint(-1, 9)})",
                 f"torch.histc(x, {r.randint(0, 5)}, {r.randint(-3, 1)}, {r.randint(-1, 4)})",
                 f"torch.quantile(x, {one(r, '0.3', '0.5', '1', 'torch.tensor([0., 0.25])', '1.5')}{order})",
                 f"torch.nanquantile(x, 0.4{keywords(r, dim=(0.5, (str(d),)))})", "torch.nonzero(x)",
                 "torch.nonzero(x, as_tuple=True)", "torch.argwhere(x)",
                 f"torch.isin(x, {one(r, 'x', '1', 'torch.tensor([1, 2])')})", f"x.sort({d})[0]", "torch.histogram(x, 3)",
                 f"torch.renorm(x, 2, {d}, 1.0)", f"torch.cov(x{keywords(r, correction=(0.5, ('0', '1', '2')))})",
                 "torch.corrcoef(x)")  # fmt: skip
    return source, {"x": x}


def searching(r: Random):
    lead = shape(r, 0, 1)
    s = Drawn((*lead, r.randint(0, 5)), r.choice(ALL[:9]), one(r, "contiguous", "transposed", "stepped"), r.randint(0, 999),
        values=(0, 1, 2))
    x = tensor(r, (*lead, r.randint(0, 3)) if r.random() < 0.8 else (), (s.dtype, s.dtype, "int64", "float32"))
    given = keywords(r, right=(0.4, BOOLEANS), out_int32=(0.3, BOOLEANS))
    if r.random() < 0.5:
        return f"torch.bucketize({one(r, 'x', '1', '1.5')}, s.sort()[0]{given})", {"x": x, "s": s}
    given += keywords(r, side=(0.3, ("'left'", "'right'", "'x'")))
    return f"torch.searchsorted(s.sort()[0], {one(r, 'x', 'x', '1')}{given})", {"x": x, "s": s}


def scattering(r: Random):
    size = shape(r, 0, 3)
    x = tensor(r, size, (*FLOATS, "int64", "int32", "bool", "bfloat16"))
    x.layout = "contiguous"
    d = dim(r, size)
    n = size[d] if -len(size) <= d < len(size) else 1
    isize = tuple(r.randint(0, k + (r.random() < 0.05)) if r.random() < 0.3 else k for k in size)
    low = -1 if r.random() < 0.05 else 0
    i = Drawn(isize, one(r, *["int64"] * 8, "int32"), "contiguous", r.randint(0, 999), tuple(range(low, max(n, 1))))
    v = tensor(r, isize if r.random() < 0.9 else size, (x.dtype, x.dtype, x.dtype, x.dtype if 0 in isize else "float32"))
    j = Drawn((r.randint(0, 3),), i.dtype, "contiguous", i.seed, i.values)
    w = tensor(r, tuple(j.shape[0] if k == d % max(len(size), 1) else m for k, m in enumerate(size)), (x.dtype, x.dtype,
        "float32"))
    reduce = one(r, "'sum'", "'prod'", "'mean'", "'amax'", "'amin'")
    number = r.choice(NUMBERS[:-1])
    self = keywords(r, include_self=(0.4, BOOLEANS))
    source = one(r, f"torch.gather(x, {d}, i)", f"torch.scatter(x, {d}, i, v)", f"torch.scatter(x, {d}, i, {number})",
        f"torch.scatter_add(x, {d}, i, v)",
                 f"torch.scatter_reduce(x, {d}, i, v, {reduce}{self})",
                 f"torch.scatter(x, {d}, i, {one(r, 'v', number)}, reduce={one(r, repr('add'), repr('multiply'))})",
                 f"torch.index_select(x, {d}, j)", f"torch.index_add(x, {d}, j, w{keywords(r, alpha=(0.4, NUMBERS))})",
                 f"torch.index_copy(x, {d}, j, w)",
                 f"torch.index_fill(x, {d}, j, {number})", f"torch.index_reduce(x, {d}, j, w, {reduce}{self})",
                 f"torch.take_along_dim(x, i, {d})",
                 "torch.take(x, j)", f"torch.put(x, j, w{keywords(r, accumulate=(0.5, BOOLEANS))})",
                 f"torch.index_put(x, (j,), {one(r, 'w', 'v')}{keywords(r, accumulate=(0.5, BOOLEANS))})",
                 f"torch.repeat_interleave(x, {one(r, '2', '0', 'j')}{keywords(r, dim=(0.6, (str(d),)))})",
                 f"F.one_hot(i, {n})", "F.embedding(j, x)" if len(size) == 2 else "x.size()",
                 f"torch.select_scatter(x, torch.tensor(1.), {d}, 0)",
                 f"torch.narrow(x, {d}, {r.randint(-1, 2)}, {r.randint(0, 2)})")  # fmt: skip
    return source, {"x": x, "i": i, "v": v, "j": j, "w": w}


def layouts(r: Random):
    x = tensor(r, shape(r, 0, 4), ("float32", "int64"))
    n = len(x.shape)
    order = list(range(n))
    r.shuffle(order)
    sizes = [r.choice((1, 2, 3, 4, 6, -1)) for _ in range(r.randint(0, 3))]
    d, e = dim(r, x.shape), dim(r, x.shape)
    source = one(r, f"x.reshape({sizes})", f"x.view({sizes})", f"x.permute({order})", f"x.transpose({d}, {e})",
        f"x.squeeze({one(r, '', str(d), dims(r, x.shape))})", f"x.unsqueeze({d})",
                 f"x.flatten({d}, {e})", f"x.unfold({d}, {r.randint(0, 3)}, {r.randint(0, 2)})",
                 f"x.expand({[r.choice((1, 2, -1)) for _ in range(r.randint(0, 2))] + [-1] * n})",
                 f"x.repeat({[r.randint(0, 2) for _ in range(r.randint(0, n + 1))]})",
                 f"torch.tile(x, {tuple(r.randint(0, 2) for _ in range(r.randint(0, n + 1)))})",
                 f"x.chunk({r.randint(0, 4)}, {d})", f"x.split({one(r, '2', '1', '[1, 2]', '0')}, {d})",
                 f"x.tensor_split({one(r, '2', '(1, 2)', '3', '0')}, {d})", f"x.movedim({d}, {e})",
                 f"torch.rot90(x, {r.randint(-2, 3)}, {(d, e)})", f"torch.tril(x, {r.randint(-2, 2)})",
                 f"torch.triu(x, {r.randint(-2, 2)})", f"torch.diag(x, {r.randint(-2, 2)})",
                 f"torch.diagonal(x, {r.randint(-2, 2)}, {d}, {e})", f"torch.diag_embed(x, {r.randint(-2, 2)}, {d}, {e})",
                 f"x.unbind({d})", f"x.select({d}, {r.randint(-2, 2)})", f"x.swapaxes({d}, {e})",
                 f"x.unflatten({d}, {sizes})", "torch.trace(x)", "x.mT", "x.T", "x.mH", "torch.fliplr(x)", "torch.flipud(x)",
                 "x.contiguous()", "x.numpy().shape", "x.tolist()",
                 f"torch.broadcast_to(x, {(2, *x.shape)})", f"x.as_strided({(2, 2)}, {(1, 1)})", "x.adjoint()",
                 "torch.atleast_3d(x)", "torch.combinations(x)", f"torch.hsplit(x, {r.randint(1, 2)})", "torch.zeros_like(x)",
                 "x.view(torch.int32)", "x.view(torch.int16)", "x.to(memory_format=torch.channels_last)",
                 "x.new_zeros(x.shape)")  # fmt: skip
    return source, {"x": x}


def products(r: Random):
    sizes = (1, 2, 3)
    n, m, k, b = (r.choice((*sizes, 0)) if r.random() < 0.1 else r.choice(sizes) for _ in range(4))
    dtype = r.choice(("float32", "float64", "int64", "complex64", "bfloat16", "bool", "int8"))
    other = dtype if r.random() < 0.9 else r.choice(ALL)
    lead = one(r, (), (), (b,), (2, b), (1,))
    x = tensor(r, one(r, (*lead, n, m), (m,), (n, m), ()) if r.random() < 0.5 else (*lead, n, m), (dtype,))
    y = tensor(r, one(r, (*lead, m, k), (m,), (m, k), (k, m)) if r.random() < 0.5 else (*lead, m, k), (other,))
    a = tensor(r, one(r, (n, k), (k,), (), (*lead, n, k)), (dtype,))
    scale = keywords(r, beta=(0.4, ("0", "1", "2", "0.5")), alpha=(0.4, ("0", "1", "2", "0.5")))
    source = one(r, "x @ y", "torch.matmul(x, y)", "torch.mm(x, y)", "torch.bmm(x, y)", "torch.mv(x, y)", "torch.dot(x, y)",
        "torch.inner(x, y)", "torch.outer(x, y)", f"torch.addmm(a, x, y{scale})",
                 f"torch.baddbmm(a, x, y{scale})", f"torch.addmv(a, x, y{scale})", f"torch.addbmm(a, x, y{scale})",
                 f"torch.addr(a, x, y{scale})", "F.linear(x, y)", "F.linear(x, y, a)", "torch.kron(x, y)", "torch.vdot(x, y)",
                 "torch.linalg.vecdot(x, y)", "torch.linalg.multi_dot([x, y])",
                 f"torch.tensordot(x, y, {one(r, '1', '0', '2', '([-1], [0])')})", "torch.chain_matmul(x, y)",
                 "torch.linalg.cross(x, y)", "torch.cross(x, y)",
                 f"torch.cdist(x, y{keywords(r, p=(0.6, ('0.', '1.', 'inf', '3.')))})")  # fmt: skip
    return source, {"x": x, "y": y, "a": a}


EQUATIONS = ("ij,jk->ik", "ij,jk", "ij,kj->ik", "bij,bjk->bik", "...ij,...jk->...ik", "ii->i", "ii", "ij->ji", "ij->",
    "i,j->ij", "ij,ij->i", "...i,...i", "ijk->kij", "ij,j", "bij,jk", "...->...", "i...->...", "ij,jk,kl->il",
             "ii,i->i", "ij->j", "ij , jk -> ik", "Ab,bC->AC", "ij,jk->k", "...ij->...ji", "ij->ijj", "ij,jk->iz", "i,i,i->",
             "iij->j", "ij,ik->ijk", "->", ",->", "i,->i")  # fmt: skip


def einsums(r: Random):
    equation = r.choice(EQUATIONS)
    letters = {c: r.choice((2, 3) if r.random() < 0.95 else (1, 0)) for c in "ijklbACbz"}
    given, dtype = {}, r.choice(("float32", "float64", "int64", "complex64"))
    for name, part in zip("xyz", equation.split("->")[0].split(","), strict=False):
        lead = one(r, (), (2,), (1,)) if "..." in part else ()
        inside = [letters[c] if r.random() < 0.98 else 1 for c in part if c.isalpha()]
        position = part.strip().find("...")
        given[name] = tensor(r, (*inside, *lead) if position > 0 else (*lead, *inside), (dtype,))
    return f"torch.einsum({equation!r}, {', '.join(given)})", given


def sides(r: Random, n: int, *choices) -> str:
    count = n if r.random() < 0.97 else n + 1
    return str(r.choice(choices)) if r.random() < 0.6 else str(tuple(r.choice(choices) for _ in range(count)))


def convolutions(r: Random):
    n = r.randint(1, 3)
    groups = one(r, 1, 1, 1, 2)
    ins, outs = groups * r.randint(1, 2), groups * r.randint(1, 2)
    across = r.random() < 0.4
    dtype = one(r, "float32", "float64", "int64", *(() if across else ("complex64", "bfloat16")))
    spatial = tuple(r.randint(1, 6 if n < 3 else 4) for _ in range(n))
    lead = (ins,) if r.random() < 0.2 else (one(r, 1, 2), ins)
    x = tensor(r, (*lead, *spatial), (dtype,))
    kernel = tuple(r.randint(1, 3) for _ in range(n))
    w = tensor(r, (ins, outs // groups, *kernel) if across else (outs, ins // groups, *kernel),
        (dtype if r.random() < 0.95 else "float64",))
    b = tensor(r, (outs,), (dtype,))
    given = keywords(r, stride=(0.5, (sides(r, n, 1, 2, 3),)), padding=(0.5, (sides(r, n, 0, 1, 2),
        ) if across or r.random() < 0.8 else ("'same'", "'valid'")), dilation=(0.4, (sides(r, n, 1, 2),)))
    if across:
        given += keywords(r, output_padding=(0.4, (sides(r, n, 0, 1),)))
    if groups > 1:
        given += f", groups={groups}"
    return f"F.conv{'_transpose' if across else ''}{n}d(x, w{one(r, '', ', b')}{given})", {"x": x, "w": w, "b": b}


def pools(r: Random):
    n = r.randint(1, 3)
    x = tensor(r, (*((2,) if r.random() < 0.2 else (one(r, 1, 2), 2)), *(r.randint(1, 7 if n < 3 else 4) for _ in range(n))),
        (*FLOATS, "bfloat16", "int64"))
    if n == 2:
        x.layout = "contiguous"  # PyTorch writes where it should not
    kernel = sides(r, n, 1, 2, 3)
    given = keywords(r, stride=(0.5, (sides(r, n, 1, 2, 3),)), padding=(0.5, (sides(r, n, 0, 1),)), ceil_mode=(0.4, BOOLEANS))
    kind = r.random()
    if kind < 0.4:
        given += keywords(r, dilation=(0.3 * ("padding" not in given), (sides(r, n, 1, 2),)), return_indices=(0.4, BOOLEANS))
        return f"F.max_pool{n}d(x, {kernel}{given})", {"x": x}
    if kind < 0.7:
        more = keywords(r, count_include_pad=(0.4, BOOLEANS)) + (keywords(r, divisor_override=(0.3, ("1", "3",
            "0"))) if n > 1 else "")
        return f"F.avg_pool{n}d(x, {kernel}{given}{more})", {"x": x}
    if kind < 0.9:
        size = sides(r, n, 1, 2, 3, 'None') if r.random() < 0.7 else 2
        return f"F.adaptive_{one(r, 'avg', 'max')}_pool{n}d(x, {size})".replace("'None'", "None"), {"x": x}
    given = keywords(r, stride=(0.5, (sides(r, n, 1, 2),)), ceil_mode=(0.4, BOOLEANS))
    return f"F.lp_pool{n}d(x.abs() + 1, {one(r, '2', '1', '3.')}, {one(r, 1, 2, 3)}{given})", {"x": x}


def pads(r: Random):
    x = tensor(r, shape(r, 0, 5, (1, 2, 3, 4)), (*FLOATS, "int64", "complex64", "bool"))
    mode = one(r, "constant", "constant", "reflect", "replicate", "circular")
    n = len(x.shape)
    amount = [r.randint(-1 if r.random() < 0.3 else 0, 3) for _ in range(2 * r.randint(0, n) if r.random() < 0.95 else 3)]
    if mode in ("reflect", "replicate", "circular") and n > 1 and r.random() < 0.9:
        least = -1 if r.random() < 0.3 and mode != "circular" else 0
        amount = [r.randint(least, 2) for _ in range(2 * min(n - 1, r.randint(1, 3)))]
    value = keywords(r, value=(0.4, NUMBERS))
    named = f", mode={mode!r}" if mode != "constant" or r.random() < 0.3 else ""
    return f"F.pad(x, {one(r, amount, tuple(amount))}{named}{value})", {"x": x}


def interpolations(r: Random):
    n = r.randint(1, 3)
    x = tensor(r, (one(r, 1, 2), one(r, 1, 2), *(r.randint(2, 5) for _ in range(n))), (*FLOATS,
        "uint8" if r.random() < 0.1 else "float32"))
    mode = one(r, "nearest", "nearest-exact", "area", *[("linear", "bilinear", "trilinear")[n - 1]] * 2, "bicubic",
        *(["bilinear"] if r.random() < 0.1 else []))
    size = f"size={sides(r, n, 1, 2, 3, 5, 7)}" if r.random() < 0.5 else f"scale_factor={sides(r, n, 0.5, 1.5, 2, 0.7)}"
    given = keywords(r, align_corners=(0.4 if "linear" in mode or mode == "bicubic" else 0.05, BOOLEANS),
        recompute_scale_factor=(0.2, BOOLEANS), antialias=(0.2 if mode in ("bilinear", "bicubic") else 0.02, BOOLEANS))
    return f"F.interpolate(x, {size}, mode={mode!r}{given})", {"x": x}


def losses(r: Random):
    x = tensor(r, shape(r, 0, 3), FLOATS)
    y = tensor(r, x.shape if r.random() < 0.8 else broadcasting(r, x.shape), (x.dtype, x.dtype, "float32", "int64"))
    c = (x.shape[1] if len(x.shape) > 1 else x.shape[0]) if x.shape else 1
    t = Drawn((*x.shape[:1], *x.shape[2:]) if len(x.shape) > 1 else (), one(r, *["int64"] * 8, "int32"), "contiguous",
        r.randint(0, 99), (*range(max(c, 1)), *([-100] if r.random() < 0.3 else [])))
    w = tensor(r, (c,), (x.dtype,))
    given = keywords(r, reduction=(0.6, ("'mean'", "'sum'", "'none'", "'x'")))
    classes = keywords(r, weight=(0.3, ("w.abs()",)), ignore_index=(0.3, ("0", "1", "-100"))) + given
    source = one(r, f"F.mse_loss(x, y{given})", f"F.l1_loss(x, y{given})",
        f"F.smooth_l1_loss(x, y{given}{keywords(r, beta=(0.4, ('0.5', '0', '2.0', '-1.0')))})",
        f"F.huber_loss(x, y.to(x.dtype){given}{keywords(r, delta=(0.4, ('0.5', '2.0')))})",
                 f"F.cross_entropy(x, t{classes}{keywords(r, label_smoothing=(0.4, ('0.1', '0.0', '1.0')))})",
                 f"F.nll_loss(x, t{classes})", f"F.cross_entropy(x, y{given}{keywords(r, label_smoothing=(0.3, ('0.1',)))})",
                 f"F.binary_cross_entropy_with_logits(x, y{given}{keywords(r, pos_weight=(0.3, ('w',)), weight=(0.3, ('w',)))})",
                 f"F.binary_cross_entropy(x.sigmoid(), y.sigmoid(){given})",
                 f"F.kl_div(x, y{given}{keywords(r, log_target=(0.4, BOOLEANS))})",
                 f"F.hinge_embedding_loss(x, y.sign(){given})", f"F.soft_margin_loss(x, y{given})",
                 f"F.poisson_nll_loss(x, y{given}{keywords(r, log_input=(0.4, BOOLEANS), full=(0.4, BOOLEANS))})",
                 f"F.margin_ranking_loss(x, y, y.sign(){given})",
                 f"F.gaussian_nll_loss(x, y, x.abs(){given})", f"F.cosine_similarity(x, y, dim={dim(r, x.shape)})",
                 "F.pairwise_distance(x, y)", f"F.multi_margin_loss(x, t{given})", f"F.triplet_margin_loss(x, y, x + 1{given})",
                 f"F.layer_norm(x, {x.shape[r.randint(0, len(x.shape)):]})", "F.batch_norm(x, None, None, training=True)",
                 "F.group_norm(x, 1)", "F.instance_norm(x)", f"F.rms_norm(x, {x.shape[-1:]})",
                 f"F.normalize(x, dim={dim(r, x.shape)})",
                 f"F.cosine_embedding_loss(x, y, torch.tensor(1){given})", "F.local_response_norm(x, 2)")  # fmt: skip
    return source, {"x": x, "y": y, "t": t, "w": w}


def creations(r: Random):
    number = lambda: one(r, "0", "1", "5", "-2", "2.5", "0.5", "True", "2j", "None" if r.random() < 0.1 else "3")
    dtype = keywords(r, dtype=(0.4, DTYPES))
    x = tensor(r)
    source = one(r, f"torch.arange({number()}, {number()}, {number()}{dtype})", f"torch.arange({number()}{dtype})",
        f"torch.linspace({number()}, {number()}, {r.randint(-1, 5)}{dtype})",
                 f"torch.logspace({number()}, {number()}, {r.randint(0, 5)}{dtype})", f"torch.full((2,), {number()}{dtype})",
                 f"torch.full_like(x, {number()}{dtype})", f"torch.tensor([{number()}, {number()}]{dtype})",
                 f"torch.tensor([[{number()}], [{number()}]]{dtype})",
                 f"torch.eye({r.randint(-1, 3)}, {r.randint(-1, 3)}{dtype})", f"torch.zeros({r.randint(-1, 3)}, 2{dtype})",
                 f"torch.as_tensor({number()}{dtype})", f"x.to({r.choice(DTYPES)})",
                 f"torch.scalar_tensor({number()}{dtype})",
                 f"torch.tril_indices({r.randint(0, 3)}, {r.randint(0, 3)}, {r.randint(-2, 2)})",
                 f"x.new_full((2, 2), {number()}{dtype})", f"torch.ones_like(x{dtype})", f"x.type({r.choice(DTYPES)})",
                 "x.item()", "bool(x)", "int(x)", "float(x)", "len(x)", "x.tolist()", "complex(x)", "x.__index__()",
                 "[1, 2, 3][x]", "list(x)", "x in x", "round(x)", "hash(x) and 0", "format(x, '.2f')", "abs(x)", "divmod(x, 2)",
                 "1 in x")  # fmt: skip
    return source, {"x": x}


FAMILIES = {f.__name__: f for f in (reductions, norms, cumulative, binary, in_place, ternary, unary, indexing, joining, sorting,
    searching, scattering, layouts,
                                    products, einsums, convolutions, pools, pads, interpolations, losses,
                                        creations)}  # fmt: skip
