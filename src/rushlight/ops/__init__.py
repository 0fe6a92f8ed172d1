"""Every operation, under torch's names.

A file declares one family: values, derivative rules, torch's spellings, and the methods of Tensor that they become.
"""

from importlib import import_module as _import_module
from types import ModuleType as _ModuleType
from typing import Any as _Any

from . import copying, indexing, later
from .activation import *
from .bounds import *
from .broadcasting import *
from .combining import *
from .comparison import *
from .complex import *
from .conversion import *
from .conversion import copy_of_gradient
from .creation import *
from .dropout import *
from .einsum import *
from .elementwise import *
from .extremum import *
from .from_data import *
from .geometry import *
from .index_along import *
from .inplace_activation import *
from .inspection import *
from .joining import *
from .legacy import *
from .loss import *
from .masking import *
from .math import *
from .matmul import *
from .normalization import *
from .powers import *
from .random import *
from .ranges import *
from .rearranging import *
from .reduction import *
from .scan import *
from .scattering import *
from .shape import *
from .sorting import *
from .splitting import *
from .writing import *

#: What torch has in torch.nn.functional alone.
_FUNCTIONAL = {
    "binary_cross_entropy", "elu", "elu_", "gelu", "glu", "hardsigmoid", "hardsigmoid_", "hardswish", "hardswish_",
    "hardtanh", "hardtanh_", "huber_loss", "l1_loss", "leaky_relu", "leaky_relu_", "linear", "log_sigmoid", "mish",
    "mish_", "mse_loss", "nll_loss", "nll_loss2d", "normalize", "one_hot", "relu6", "relu6_", "silu", "silu_",
    "smooth_l1_loss", "softplus", "softshrink", "softsign", "tanhshrink",
}  # fmt: skip

#: torch's own functions, and none of the files they are in.
__all__ = [
    name
    for name, value in globals().items()
    if not (name.startswith("_") or isinstance(value, _ModuleType) or name in _FUNCTIONAL or name == "copy_of_gradient")
]


def __getattr__(name: str) -> _Any:
    if name == "aten":
        return _import_module(f"{__name__}.aten")
    if name in later.FUNCTIONS:
        return getattr(later.load(later.FUNCTIONS[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
