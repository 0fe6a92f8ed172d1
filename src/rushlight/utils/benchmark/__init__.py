"""torch.utils.benchmark: how long a statement takes, measured often enough to be believed."""

from .utils.common import Measurement, TaskSpec
from .utils.timer import Timer

__all__ = ["Measurement", "TaskSpec", "Timer"]
