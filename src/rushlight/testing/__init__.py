"""torch.testing: comparisons that say what differs, and random tensors to compare on."""

from ._comparison import assert_allclose, assert_close
from ._creation import make_tensor

__all__ = ["assert_allclose", "assert_close", "make_tensor"]
