"""What operations hang on Tensor, for type checkers: everything, by name; and the methods that they know of by syntax."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from ...arrays.types import device as Device
    from ...core.tensor import Tensor

    class Surface:
        _make_subclass: Any
        __torch_function__: Any
        grad: Tensor | None
        data: Tensor
        retains_grad: bool

        def __init__(self, *args: Any, **keywords: Any) -> None: ...
        def __getattr__(self, name: str) -> Any: ...
        def __setitem__(self, index: Any, value: Any) -> None: ...
        def __len__(self) -> int: ...
        def __int__(self) -> int: ...
        def __index__(self) -> int: ...
        def __float__(self) -> float: ...
        def __complex__(self) -> complex: ...
        def __iter__(self) -> Iterator[Tensor]: ...
        def _unary(self) -> Tensor: ...
        def _binary(self, other: Any, /) -> Tensor: ...
        def __eq__(self, other: Any, /) -> Tensor: ...  # type: ignore[override]
        def __ne__(self, other: Any, /) -> Tensor: ...  # type: ignore[override]

        __neg__ = __pos__ = __invert__ = __abs__ = _unary
        __add__ = __sub__ = __mul__ = __truediv__ = __floordiv__ = __mod__ = __pow__ = __matmul__ = _binary
        __radd__ = __rsub__ = __rmul__ = __rtruediv__ = __rfloordiv__ = __rmod__ = __rpow__ = __rmatmul__ = _binary
        __and__ = __or__ = __xor__ = __lshift__ = __rshift__ = __rand__ = __ror__ = __rxor__ = _binary
        __getitem__ = __lt__ = __le__ = __gt__ = __ge__ = _binary

        def retain_grad(self) -> None: ...
        def register_hook(self, hook: Callable[[Tensor], Tensor | None]) -> Any: ...
        def register_post_accumulate_grad_hook(self, hook: Callable[[Tensor], None]) -> Any: ...
        def detach_(self) -> Tensor: ...
        def is_inference(self) -> bool: ...
        @property
        def device(self) -> Device: ...
        @property
        def T(self) -> Tensor: ...
        @property
        def mT(self) -> Tensor: ...
        @property
        def H(self) -> Tensor: ...
        @property
        def mH(self) -> Tensor: ...
        def dim(self) -> int: ...
        def numel(self) -> int: ...
        def numpy(self, *, force: bool = False) -> np.ndarray: ...
        def equal(self, other: Tensor) -> bool: ...
        def is_contiguous(self, memory_format: Any = ...) -> bool: ...
        def is_floating_point(self) -> bool: ...
        def is_complex(self) -> bool: ...
        def _method(self, *args: Any, **keywords: Any) -> Tensor: ...

        # What gives one tensor. (So do `bool`, `float` and `int`, but here they would hide the types of these names.)
        abs = abs_ = absolute = absolute_ = acos = acos_ = acosh = acosh_ = add = add_ = addbmm = addbmm_ = _method
        addcdiv = addcdiv_ = addcmul = addcmul_ = addmm = addmm_ = addmv = addmv_ = addr = addr_ = adjoint = _method
        all = amax = amin = angle = any = arccos = arccos_ = arccosh = arccosh_ = arcsin = arcsin_ = arcsinh = _method
        arcsinh_ = arctan = arctan2 = arctan2_ = arctan_ = arctanh = arctanh_ = argmax = argmin = argsort = _method
        argwhere = as_strided = as_strided_ = as_strided_scatter = asin = asin_ = asinh = asinh_ = atan = _method
        atan2 = atan2_ = atan_ = atanh = atanh_ = baddbmm = baddbmm_ = bernoulli = bernoulli_ = bfloat16 = _method
        bincount = bitwise_and = bitwise_and_ = bitwise_left_shift = bitwise_left_shift_ = bitwise_not = _method
        bitwise_not_ = bitwise_or = bitwise_or_ = bitwise_right_shift = bitwise_right_shift_ = bitwise_xor = _method
        bitwise_xor_ = bmm = broadcast_to = byte = cauchy_ = cdouble = ceil = ceil_ = cfloat = chalf = char = _method
        cholesky = cholesky_inverse = cholesky_solve = clamp = clamp_ = clamp_max = clamp_max_ = clamp_min = _method
        clamp_min_ = clip = clip_ = clone = conj = conj_physical = conj_physical_ = contiguous = copy_ = _method
        copysign = copysign_ = corrcoef = cos = cos_ = cosh = cosh_ = count_nonzero = cov = cpu = cross = _method
        cuda = cumprod = cumprod_ = cumsum = cumsum_ = deg2rad = deg2rad_ = det = diag = diag_embed = _method
        diagflat = diagonal = diagonal_scatter = diff = digamma = digamma_ = dist = div = div_ = divide = _method
        divide_ = dot = double = eq = eq_ = erf = erf_ = erfc = erfc_ = erfinv = erfinv_ = exp = exp2 = _method
        exp2_ = exp_ = expand = expand_as = expm1 = expm1_ = exponential_ = fill_ = fill_diagonal_ = fix = _method
        fix_ = flatten = flip = fliplr = flipud = float_power = float_power_ = floor = floor_ = floor_divide = _method
        floor_divide_ = fmax = fmin = fmod = fmod_ = frac = frac_ = gather = gcd = gcd_ = ge = ge_ = _method
        geometric_ = ger = greater = greater_ = greater_equal = greater_equal_ = gt = gt_ = half = _method
        hardshrink = hash_tensor = heaviside = heaviside_ = histc = hypot = hypot_ = i0 = i0_ = igamma = _method
        igamma_ = igammac = igammac_ = index_add = index_add_ = index_copy = index_copy_ = index_fill = _method
        index_fill_ = index_put = index_put_ = index_reduce = index_reduce_ = index_select = inner = inverse = _method
        isclose = isfinite = isinf = isnan = isneginf = isposinf = isreal = istft = kron = lcm = lcm_ = _method
        ldexp = ldexp_ = le = le_ = lerp = lerp_ = less = less_ = less_equal = less_equal_ = lgamma = _method
        lgamma_ = log = log10 = log10_ = log1p = log1p_ = log2 = log2_ = log_ = log_normal_ = log_softmax = _method
        logaddexp = logaddexp2 = logcumsumexp = logdet = logical_and = logical_and_ = logical_not = _method
        logical_not_ = logical_or = logical_or_ = logical_xor = logical_xor_ = logit = logit_ = logsumexp = _method
        long = lt = lt_ = lu_solve = masked_fill = masked_fill_ = masked_scatter = masked_scatter_ = _method
        masked_select = matmul = matrix_exp = matrix_power = maximum = mean = minimum = mm = moveaxis = _method
        movedim = msort = mul = mul_ = multinomial = multiply = multiply_ = mv = mvlgamma = mvlgamma_ = _method
        nan_to_num = nan_to_num_ = nanmean = nanquantile = nansum = narrow = narrow_copy = ne = ne_ = neg = _method
        neg_ = negative = negative_ = new_empty = new_empty_strided = new_full = new_ones = new_tensor = _method
        new_zeros = nextafter = nextafter_ = nonzero = nonzero_static = norm = normal_ = not_equal = _method
        not_equal_ = orgqr = ormqr = outer = permute = pin_memory = pinverse = polygamma = polygamma_ = _method
        positive = pow = pow_ = prelu = prod = put = put_ = quantile = rad2deg = rad2deg_ = random_ = ravel = _method
        reciprocal = reciprocal_ = relu = relu_ = remainder = remainder_ = renorm = renorm_ = repeat = _method
        repeat_interleave = requires_grad_ = reshape = reshape_as = resize = resize_ = resize_as = _method
        resize_as_ = resolve_conj = resolve_neg = roll = rot90 = round = round_ = rsqrt = rsqrt_ = scatter = _method
        scatter_ = scatter_add = scatter_add_ = scatter_reduce = scatter_reduce_ = select = select_scatter = _method
        set_ = sgn = sgn_ = share_memory_ = short = sigmoid = sigmoid_ = sign = sign_ = signbit = sin = sin_ = _method
        sinc = sinc_ = sinh = sinh_ = slice_scatter = softmax = sqrt = sqrt_ = square = square_ = squeeze = _method
        squeeze_ = std = stft = sub = sub_ = subtract = subtract_ = sum = sum_to_size = swapaxes = swapaxes_ = _method
        swapdims = swapdims_ = t = t_ = take = take_along_dim = tan = tan_ = tanh = tanh_ = tile = to = _method
        trace = transpose = transpose_ = tril = tril_ = triu = triu_ = true_divide = true_divide_ = trunc = _method
        trunc_ = type_as = unflatten = unfold = uniform_ = unsqueeze = unsqueeze_ = var = vdot = view = _method
        view_as = where = xlogy = xlogy_ = xpu = zero_ = _method
