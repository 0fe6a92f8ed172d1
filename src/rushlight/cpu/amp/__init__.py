"""torch.cpu.amp: deprecated names of what `torch.amp` has, for "cpu"."""

from .autocast_mode import autocast
from .grad_scaler import GradScaler

__all__ = ["GradScaler", "autocast"]
