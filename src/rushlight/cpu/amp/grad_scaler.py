"""torch.cpu.amp.GradScaler."""

from ...amp.deprecated import scaler_of

__all__ = ["GradScaler"]

GradScaler = scaler_of("cpu")
