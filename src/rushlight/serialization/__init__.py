"""``torch.save`` and ``torch.load``: checkpoints in PyTorch's zip format (.pt) and in safetensors.

What is written here loads in PyTorch with ``weights_only=True``, and the other way round. Loading runs no code from the
file: tensors, numbers, strings and containers come back, everything else is refused by name. Only who says
``weights_only=False`` gets what the file asks for, whatever it is.
"""

from .reader import get_unsafe_globals_in_checkpoint, load
from .trust import add_safe_globals, clear_safe_globals, get_safe_globals, safe_globals
from .writer import save

__all__ = [
    "add_safe_globals", "clear_safe_globals", "get_safe_globals", "get_unsafe_globals_in_checkpoint", "load", "safe_globals",
    "save",
]  # fmt: skip
