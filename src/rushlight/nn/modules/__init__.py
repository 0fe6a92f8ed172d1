"""The layers, one family a file; what a file lists in its ``__all__`` is a name of `nn`."""

from __future__ import annotations

from . import utils as _utils
from .activation import *
from .adaptive import *
from .attention import *
from .batchnorm import *
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
from .pooling import *
from .rnn import *
from .shuffle import *
from .sparse import *
from .transformer import *
from .upsampling import *

# Not the files themselves. Type checkers cannot follow a list that is made, and read the imports above without one.
globals()["__all__"] = [name for name, value in globals().items() if isinstance(value, type)]
