"""torch.cpu.amp.autocast."""

from ...amp.deprecated import autocast_of
from ...arrays import dtypes

__all__ = ["autocast"]

autocast = autocast_of("cpu", dtypes.bfloat16)
