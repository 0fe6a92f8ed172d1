"""Modules on several devices. There is one here, the CPU, and on it PyTorch's :class:`DataParallel` just calls the module."""

from .data_parallel import DataParallel, data_parallel
from .distributed import DistributedDataParallel

__all__ = ["DataParallel", "DistributedDataParallel", "data_parallel"]
