"""Which functions ask for overrides, and under which name: PyTorch's namespaces, and what of them differs from the rest."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from types import FunctionType
from typing import Any

from ._overriding import NAMESPACES, QUIET, asking, hidden, replace, shown
from ._torch_function import ORIGINALS
from .autograd.function import BackwardCFunction
from .core import backward
from .core.tensor import Tensor
from .ops import later
from .ops.support.attach import copied

#: Functions of torch.* that neither classes nor modes see.
UNSEEN = frozenset((
    "are_deterministic_algorithms_enabled autocast_decrement_nesting autocast_increment_nesting broadcast_shapes "
    "clear_autocast_cache compile from_dlpack from_numpy frombuffer initial_seed install_as_torch is_anomaly_check_nan_enabled "
    "is_anomaly_enabled is_autocast_cache_enabled is_autocast_cpu_enabled is_autocast_enabled "
    "is_deterministic_algorithms_warn_only_enabled is_grad_enabled is_inference_mode_enabled is_storage is_tensor "
    "is_vulkan_available is_warn_always_enabled load manual_seed printoptions save seed thread_safe_generator to_dlpack typename "
    "use_deterministic_algorithms vmap"
).split())  # fmt: skip
UNSEEN_PREFIXES = ("get_", "set_")
#: Functions that modes see, but of which classes cannot be the reason.
FOR_MODES = frozenset(("as_tensor", "tensor"))

#: Functions that PyTorch has written in Python, by namespace: they hand their arguments on in a form of their own, and fail in
#: other words. All of torch.nn.functional are, but those of `COMPILED`.
PYTHON = {
    "torch": (
        "atleast_1d atleast_2d atleast_3d block_diag broadcast_tensors cartesian_prod cdist chain_matmul einsum lobpcg lu meshgrid "
        "norm pca_lowrank split stft svd_lowrank sym_float sym_int sym_ite sym_max sym_min sym_not sym_sqrt sym_sum tensordot "
        "unique unique_consecutive unravel_index"
    ),
    "torch.nn.init": "constant_ kaiming_uniform_ normal_ uniform_",
    "torch.autograd": "backward grad",
    "torch.Tensor": (
        "__array__ __contains__ __deepcopy__ __dlpack__ __dlpack_device__ __floordiv__ __format__ __ipow__ __len__ __pow__ "
        "__rdiv__ __reduce_ex__ __repr__ __reversed__ __rfloordiv__ __rlshift__ __rmod__ __rpow__ __rrshift__ "
        "__rsub__ __rtruediv__ backward dim_order is_shared istft lu module_load norm register_hook "
        "register_post_accumulate_grad_hook resize resize_as share_memory_ split stft storage unflatten unique unique_consecutive"
    ),
}
#: Parameters that these functions have here, and do not hand on.
EXTRA = {
    "torch.chain_matmul": "out", "torch.nn.functional.l1_loss": "weight", "torch.autograd.backward": "grad_variables",
    "torch.Tensor.norm": "out", "torch.Tensor.__array__": "copy", "torch.Tensor.dim_order": "ambiguity_check",
}  # fmt: skip
COMPILED = frozenset((
    "adaptive_avg_pool1d avg_pool1d avg_pool2d avg_pool3d bilinear celu_ channel_shuffle conv1d conv2d conv3d conv_tbc "
    "conv_transpose1d conv_transpose2d conv_transpose3d cosine_similarity elu_ gelu hardshrink hardtanh_ leaky_relu_ linear "
    "logsigmoid native_channel_shuffle one_hot pairwise_distance pdist pixel_shuffle pixel_unshuffle prelu relu_ rrelu_ "
    "scaled_dot_product_attention selu_ softplus softshrink threshold_"
).split())  # fmt: skip
#: Functions of torch.nn.functional that call others, which ask.
OF_OTHERS = frozenset("sigmoid tanh upsample upsample_bilinear upsample_nearest".split())

#: The functions that operators are, where they are not ``Tensor.__operator__`` itself.
OPERATORS = {
    "__add__": "add", "__radd__": "add", "__iadd__": "add_", "__sub__": "sub", "__isub__": "sub_", "__mul__": "mul",
    "__rmul__": "mul", "__imul__": "mul_", "__truediv__": "div", "__itruediv__": "div_", "__div__": "div", "__idiv__": "div_",
    "__ifloordiv__": "floor_divide_", "__mod__": "remainder", "__imod__": "remainder_", "__matmul__": "matmul",
    "__rmatmul__": "matmul", "__ne__": "ne", "__lt__": "lt", "__le__": "le", "__gt__": "gt", "__ge__": "ge",
    "__rand__": "bitwise_and", "__ror__": "bitwise_or", "__rxor__": "bitwise_xor", "__neg__": "neg", "__pos__": "positive",
    "__abs__": "abs",
    **{name: name for name in (
        "__eq__ __and__ __or__ __xor__ __iand__ __ior__ __ixor__ __lshift__ __rshift__ __ilshift__ __irshift__ __rsub__ __pow__ "
        "__rpow__ __ipow__ __rtruediv__ __floordiv__ __rfloordiv__ __rmod__ __rlshift__ __rrshift__"
    ).split()},
}  # fmt: skip
#: What PyTorch calls these.
TITLES = {"__pow__": "pow", "__ipow__": "pow_", "__rtruediv__": "__rdiv__"}
#: Attributes of Tensor that are no operations, or that ask through what they call.
PLAIN_METHODS = frozenset((
    "__array_function__ __array_ufunc__ __hash__ __init__ __init_subclass__ __iter__ __new__ __torch_function__ __delitem__ "
    "as_subclass"
).split())  # fmt: skip
PRIVATE = frozenset(("_base", "_version", "_backward_hooks", "_is_view", "_grad", "_grad_fn"))


#: Functions of which PyTorch says that classes cannot override them: most have no tensor among their arguments.
IGNORED = {
    "torch": (
        "arange are_deterministic_algorithms_enabled as_strided as_tensor asarray autocast_decrement_nesting "
        "autocast_increment_nesting bartlett_window blackman_window broadcast_shapes can_cast clear_autocast_cache compile empty "
        "empty_permuted empty_strided eye fill from_file from_numpy frombuffer full get_autocast_cpu_dtype get_autocast_dtype "
        "get_autocast_gpu_dtype get_default_device get_default_dtype get_deterministic_debug_mode get_device_module "
        "get_float32_matmul_precision get_num_interop_threads get_num_threads get_rng_state hamming_window hann_window "
        "initial_seed is_anomaly_check_nan_enabled is_anomaly_enabled is_autocast_cache_enabled is_autocast_cpu_enabled "
        "is_autocast_enabled is_deterministic_algorithms_warn_only_enabled is_grad_enabled is_inference_mode_enabled is_storage "
        "is_tensor is_vulkan_available is_warn_always_enabled kaiser_window linspace load logspace manual_seed normal ones "
        "promote_types rand rand_like randint randint_like randn randn_like randperm range result_type save scalar_tensor seed "
        "set_anomaly_enabled set_autocast_cache_enabled set_autocast_cpu_dtype set_autocast_cpu_enabled set_autocast_dtype "
        "set_autocast_enabled set_default_device set_default_dtype set_default_tensor_type set_deterministic_debug_mode "
        "set_float32_matmul_precision set_flush_denormal set_num_interop_threads set_num_threads set_printoptions set_rng_state "
        "set_warn_always tensor thread_safe_generator tril_indices triu_indices typename use_deterministic_algorithms vander vmap "
        "zeros"
    ),
    "torch.nn.functional": "hardsigmoid hardswish sigmoid tanh upsample upsample_bilinear upsample_nearest",
    "torch.nn.init": (
        "calculate_gain constant dirac eye kaiming_normal kaiming_uniform normal orthogonal sparse uniform xavier_normal "
        "xavier_uniform"
    ),
    "torch.Tensor": (
        "__delitem__ __init__ __init_subclass__ __iter__ __new__ _is_all_true _is_any_true _make_subclass _typed_storage "
        "as_subclass eig lstsq new new_empty new_empty_strided new_full new_ones new_tensor new_zeros reinforce solve stride "
        "symeig unflatten"
    ),
    "torch.fft": "fftfreq rfftfreq",
}
#: Functions of torch.* that PyTorch does not list.
UNLISTED = frozenset("eig lstsq matrix_rank mm native_channel_shuffle segment_reduce solve sym_int symeig".split())


def spaces() -> Iterator[tuple[str, dict[str, Any], Callable[[str], bool]]]:
    """PyTorch's namespaces of functions that ask: the name, what is in it, and whether one of these asks."""
    modules = {name: vars(_owner(name)) for name in ("torch", "torch.nn.functional", "torch.nn.init", "torch.autograd", *OTHERS)}
    yield "torch", modules.pop("torch"), lambda name: name not in UNSEEN and not name.startswith(UNSEEN_PREFIXES)
    for module, (functions, _) in later.FAMILIES.items():
        loaded = sys.modules.get(f"{__package__}.ops.{module}")
        if loaded is not None:
            yield "torch", vars(loaded), frozenset(set(functions.split()) - UNSEEN).__contains__
    yield "torch.nn.functional", modules.pop("torch.nn.functional"), lambda name: name not in OF_OTHERS
    for space in ("torch.nn.init", "torch.autograd"):
        yield space, modules.pop(space), frozenset(PYTHON[space].split()).__contains__
    for space, contents in modules.items():
        yield space, contents, lambda name: True


def install() -> None:
    """Lets every public function ask for overrides; those that are loaded later will as well. See `_overriding`."""
    from .nn import Parameter

    QUIET.add(Parameter)
    if backward.run not in ORIGINALS:
        replace(backward.run, hidden)  # type: ignore[arg-type]
        for function in (backward._hook_result, backward._with_hooks, BackwardCFunction.backward):
            replace(function, shown)  # type: ignore[arg-type]
        replace(later.load, _then_install)  # type: ignore[arg-type]
    for space, contents, asks in spaces():
        python = PYTHON.get(space, "").split()
        for name, value in list(contents.items()):
            if not isinstance(value, FunctionType) or name.startswith("_") or not asks(name):
                continue
            value = contents[name] = _in_its_space(space, name, value)
            if value not in ORIGINALS:
                NAMESPACES[value] = space
                own = name in python or (space == "torch.nn.functional" and name not in COMPILED)
                named, extra = space == "torch.nn.init", EXTRA.get(f"{space}.{name}", "")
                modes_only = name in FOR_MODES
                replace(value, partial(asking, value, python=own, modes_only=modes_only, named=named, extra=extra))
    _install_methods()


def _in_its_space(space: str, name: str, function: FunctionType) -> FunctionType:
    """`function`, or one that does the same where another namespace has it too, or this one under two names."""
    if space in OTHERS:
        alone = NAMESPACES.get(function, space) == space
    else:
        alone = function.__name__ == name or space not in ("torch", "torch.nn.functional")
    if alone:
        return function
    original = ORIGINALS.get(function, function)
    return _COPIES.setdefault((original, space if space in OTHERS else name), copied(original, name))


#: The functions that were made for a second name.
_COPIES: dict[Any, FunctionType] = {}


def _then_install(load: Callable[[str], Any]) -> Callable[[str], Any]:
    def call(module: str) -> Any:
        loaded = load(module)
        install()
        return loaded

    return call


def _install_methods() -> None:
    python = PYTHON["torch.Tensor"].split()
    for name, value in list(vars(Tensor).items()):
        if name in PLAIN_METHODS or value.__class__ is later.LaterMethod:
            continue
        if name.startswith("_") and not name.startswith("__") and name not in PRIVATE:
            continue
        if isinstance(value, property):
            _install_attribute(name, value)
        elif isinstance(value, FunctionType) and value not in ORIGINALS:
            public = getattr(Tensor, OPERATORS.get(name, name))
            NAMESPACES[value], value.__name__ = "torch.Tensor", TITLES.get(name, name)
            extra = EXTRA.get(f"torch.Tensor.{name}", "")
            replace(value, partial(asking, public, python=name in python, extra=extra, operator=_is_binary(name)))


def _is_binary(name: str) -> bool:
    return name in OPERATORS and name not in ("__neg__", "__pos__", "__abs__")


def _install_attribute(name: str, attribute: property) -> None:
    if attribute.__get__ in NAMESPACES:
        return
    if attribute.fget in ORIGINALS:  # a method is the same function, or another attribute
        attribute = property(copied(ORIGINALS[attribute.fget]), attribute.fset, attribute.fdel, attribute.__doc__)
        setattr(Tensor, name, attribute)
    parts = {"__get__": attribute.fget, "__set__": attribute.fset, "__delete__": attribute.fdel}
    for accessor, function in parts.items():
        if isinstance(function, FunctionType):
            public = getattr(attribute, accessor)
            NAMESPACES[public] = "torch.Tensor"
            replace(function, partial(asking, public, attribute=True))


# What there is.


def get_ignored_functions() -> set[Callable[..., Any]]:
    """The public functions that classes cannot override: most have no tensor among their arguments."""
    every = [getattr(_owner(space), name, None) for space, listed in IGNORED.items() for name in listed.split()]
    return {value for value in every if callable(value)}


def get_overridable_functions() -> dict[Any, list[Callable[..., Any]]]:
    """The public functions that ``__torch_function__`` can override, by the namespace, or the property, that has them."""
    found: dict[Any, list[Callable[..., Any]]] = {}
    for name in names().values():
        space, _, last = name.removesuffix(".__get__").rpartition(".")
        if last == "__set__" or last in IGNORED.get(space, "").split():
            continue
        owner = _owner(space)
        value = getattr(owner, last)
        if name.endswith(".__get__"):
            found.setdefault(value, []).append(value.__get__)
        elif owner is Tensor or not (last.endswith("_") or (space == "torch" and last in UNLISTED)):
            found.setdefault(owner, []).append(value)
    return found


def names() -> dict[Any, str]:
    """Every function that asks, and the name by which a program finds it; the last, where it has several."""
    index: dict[Any, str] = {}
    for space in ("torch", "torch.functional", "torch.nn.functional", "torch.nn.init", "torch.Tensor", *OTHERS):
        owner = _owner(space)
        listed = getattr(owner, "__all__", None)
        for name in (*later.FUNCTIONS, *vars(owner)) if space == "torch" else sorted(listed or vars(owner)):
            value = getattr(owner, name)
            if isinstance(value, property) and value.__get__ in NAMESPACES:
                index[value.__get__], index[value.__set__] = f"{space}.{name}.__get__", f"{space}.{name}.__set__"
            elif isinstance(value, FunctionType) and value in NAMESPACES:
                index[value] = f"{space}.{name}"
    return index


OTHERS = ("torch.linalg", "torch.fft", "torch.special")


def _owner(space: str) -> Any:
    if space == "torch.Tensor":
        return Tensor
    return import_module((__package__ or "") + space.removeprefix("torch"))
