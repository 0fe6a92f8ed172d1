"""Every operation, under torch's names.

A file declares one family: values, derivative rules, torch's spellings, and the methods of Tensor that they become.
"""

from importlib import import_module as _import_module
from types import ModuleType as _ModuleType
from typing import Any as _Any

from . import later
from .creation.conversion import *
from .creation.filled import *
from .creation.from_data import *
from .creation.ranges import *
from .elementwise.activation import *
from .elementwise.arithmetic import *
from .elementwise.bounds import *
from .elementwise.combining import *
from .elementwise.comparison import *
from .elementwise.complex import *
from .elementwise.inplace_activation import *
from .elementwise.math import *
from .elementwise.powers import *
from .indexing import subscript
from .indexing.index_along import *
from .indexing.masking import *
from .indexing.scattering import *
from .indexing.sorting import *
from .indexing.writing import *
from .language import copying, protocols, subclassing
from .language.inspection import *
from .language.legacy import *
from .layout.broadcasting import *
from .layout.geometry import *
from .layout.joining import *
from .layout.rearranging import *
from .layout.shape import *
from .layout.splitting import *
from .neural.dropout import *
from .neural.loss import *
from .neural.normalization import *
from .neural.softmax import *
from .products.adding import *
from .products.einsum import *
from .products.linear import *
from .products.matmul import *
from .random.tensors import *
from .reduction.extremum import *
from .reduction.norms import *
from .reduction.scan import *
from .reduction.sums import *
from .reduction.variances import *

#: What torch has in torch.nn.functional alone.
_FUNCTIONAL = {
    "binary_cross_entropy", "elu", "elu_", "gelu", "glu", "hardsigmoid", "hardsigmoid_", "hardswish", "hardswish_",
    "hardtanh", "hardtanh_", "huber_loss", "l1_loss", "leaky_relu", "leaky_relu_", "linear", "log_sigmoid", "mish",
    "mish_", "mse_loss", "nll_loss", "nll_loss2d", "normalize", "one_hot", "relu6", "relu6_", "silu", "silu_",
    "smooth_l1_loss", "softplus", "softshrink", "softsign", "tanhshrink",
}  # fmt: skip

#: torch's own functions, and none of the files they are in. (Not assigned: type checkers can't follow, and would find none.)
_own = [
    name
    for name, value in globals().items()
    if not (name.startswith("_") or isinstance(value, _ModuleType) or name in _FUNCTIONAL)
]
globals()["__all__"] = _own


def __getattr__(name: str) -> _Any:
    if name in ("aten", "prim"):
        return getattr(_import_module(f"{__name__}.language.aten"), name)
    if name in later.FUNCTIONS:
        return getattr(later.load(later.FUNCTIONS[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
