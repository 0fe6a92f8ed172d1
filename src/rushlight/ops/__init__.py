"""Every operation, under torch's names.

A file declares one family: values, derivative rules, torch's spellings, and the methods of Tensor that they become.
"""

from types import ModuleType as _ModuleType

from .comparison import *
from .elementwise import *
from .powers import *
from .bounds import *
from .combining import *
from .math import *
from .complex import *
from .writing import *
from .creation import *
from .ranges import *
from .from_data import *
from .legacy import *
from .conversion import *
from .conversion import copy_of_gradient
from .inspection import *
from .random import *
from .shape import *
from .broadcasting import *
from .geometry import *
from .joining import *
from .splitting import *
from .rearranging import *
from .index_along import *
from .scattering import *
from .masking import *
from .reduction import *
from .scan import *
from .extremum import *
from .sorting import *
from .matmul import *
from .activation import *
from .loss import *
from .einsum import *
from .normalization import *
from .dropout import *
from .inplace_activation import *
from . import copying, indexing

#: torch's functions, and none of the files they are in.
__all__ = [name for name, value in globals().items() if not name.startswith("_") and not isinstance(value, _ModuleType)]
