"""The layers, one family a file; what a file lists in its ``__all__`` is a name of `nn`."""

from __future__ import annotations

from . import activation as _activation
from . import attention as _attention
from . import batchnorm as _batchnorm
from . import conv as _conv
from . import instancenorm as _instancenorm
from . import lazy as _lazy
from . import likelihood as _likelihood
from . import linear as _linear
from . import linear_cross_entropy as _linear_cross_entropy
from . import loss as _loss
from . import margin_loss as _margin_loss
from . import utils as _utils
from .activation import *
from .adaptive import *
from .attention import *
from .batchnorm import *
from .channelshuffle import *
from .container import *
from .conv import *
from .distance import *
from .dropout import *
from .flatten import *
from .fold import *
from .instancenorm import *
from .lazy import *
from .likelihood import *
from .linear import *
from .linear_cross_entropy import *
from .loss import *
from .margin_loss import *
from .module import *
from .normalization import *
from .padding import *
from .pixelshuffle import *
from .pooling import *
from .rnn import *
from .sparse import *
from .transformer import *
from .upsampling import *

# Not the files themselves. Type checkers cannot follow a list that is made, and read the imports above without one.
globals()["__all__"] = [name for name, value in globals().items() if isinstance(value, type)]

# PyTorch keeps these layers in fewer files, and programs import them from there: ``from torch.nn.modules.loss import CTCLoss``.
for _home, _file, _prefix in (
    (_activation, _attention, ""), (_loss, _likelihood, ""), (_loss, _linear_cross_entropy, ""), (_loss, _margin_loss, ""),
    (_batchnorm, _lazy, "LazyBatchNorm"), (_conv, _lazy, "LazyConv"), (_instancenorm, _lazy, "LazyInstanceNorm"),
    (_linear, _lazy, "LazyLinear"),
):  # fmt: skip
    vars(_home).update({name: vars(_file)[name] for name in _file.__all__ if name.startswith(_prefix)})
