"""rushlight: PyTorch's automatic differentiation, in readable Python on NumPy.

>>> import rushlight as torch
>>> x = torch.tensor(3.0, requires_grad=True)
>>> y = x ** 2
>>> y.backward()
>>> x.grad
tensor(6.)

The names here are PyTorch's. Start reading at `rushlight.core`.
"""

from importlib import import_module as _import_module
from math import e as e
from math import inf as inf
from math import nan as nan
from math import pi as pi
from typing import Any as _Any

# (X as X: to type checkers, a name of this package too.)
from . import autograd as autograd
from ._torch_alias import install_as_torch as install_as_torch
from .arrays import dtypes as _dtypes
from .arrays.dtypes import dtype as dtype
from .arrays.memory import keep_freed as _keep_freed
from .arrays.threads import rest_soon as _rest_soon
from .arrays.types import Size as Size
from .arrays.types import contiguous_format as contiguous_format
from .arrays.types import device as device
from .arrays.types import finfo as finfo
from .arrays.types import iinfo as iinfo
from .arrays.types import layout as layout
from .arrays.types import memory_format as memory_format
from .autograd.grad_mode import enable_grad as enable_grad
from .autograd.grad_mode import inference_mode as inference_mode
from .autograd.grad_mode import no_grad as no_grad
from .autograd.grad_mode import set_grad_enabled as set_grad_enabled
from .core import is_grad_enabled as is_grad_enabled
from .core import is_inference_mode_enabled as is_inference_mode_enabled
from .core.tensor import Tensor as Tensor
from .ops import *
from .ops import later as _later
from .torch_version import __version__ as __version__

_keep_freed()
_rest_soon()
globals().update(_dtypes.NAMES)
newaxis = None
legacy_contiguous_format = contiguous_format

#: Modules that are loaded when they are first asked for.
_LAZY = {
    "_C", "accelerator", "amp", "backends", "cli", "compiler", "cpu", "cuda", "distributed", "distributions", "fft", "func",
    "functional", "jit", "linalg", "masked", "mps", "multiprocessing", "nn", "optim", "overrides", "profiler", "random",
    "return_types", "serialization", "signal", "special", "storage", "testing", "torch_version", "types", "utils",
    "version", "view", "xpu",
}  # fmt: skip
#: Names that stand in such modules.
_LENT = {
    "DisableTorchFunction": "_C", "DisableTorchFunctionSubclass": "_C", "GradScaler": "amp", "autocast": "amp",
    "compile": "compiler", "load": "serialization", "save": "serialization", "vmap": "func",
    **dict.fromkeys(
        ["autocast_decrement_nesting", "autocast_increment_nesting", "clear_autocast_cache", "get_autocast_cpu_dtype",
         "get_autocast_dtype", "get_autocast_gpu_dtype", "is_autocast_cache_enabled", "is_autocast_cpu_enabled",
         "is_autocast_enabled", "set_autocast_cache_enabled", "set_autocast_cpu_dtype", "set_autocast_cpu_enabled",
         "set_autocast_dtype", "set_autocast_enabled"], "amp.autocast_mode"),
}  # fmt: skip


def __getattr__(name: str) -> _Any:
    if name in _LAZY:
        try:
            return _import_module(f"{__name__}.{name}")
        except ModuleNotFoundError as error:
            if error.name != f"{__name__}.{name}":
                raise
    if name in _LENT:
        return getattr(_import_module(f"{__name__}.{_LENT[name]}"), name)
    if name in _later.FUNCTIONS:
        globals()[name] = function = getattr(_later.load(_later.FUNCTIONS[name]), name)
        return function
    from ._torch_alias import lacking

    failure = AttributeError(f"module 'torch' has no attribute {name!r}", name=name)
    failure.add_note(lacking(f"torch.{name}"))
    raise failure


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY, *_later.FUNCTIONS, *_LENT})
