"""torch.cuda.amp: deprecated names. As CUDA is never available, what they make is disabled, with PyTorch's warnings."""

from .autocast_mode import autocast, custom_bwd, custom_fwd
from .grad_scaler import GradScaler

__all__ = ["GradScaler", "autocast", "custom_bwd", "custom_fwd"]
