"""Modules on several GPUs of one process: here, as under PyTorch without a GPU, on the one device there is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

from ..modules.module import Module

__all__ = ["DataParallel", "data_parallel"]


class DataParallel(Module):
    """Shares a batch among GPUs; without a GPU, as here, it is a module around `module`, which it calls.

    Args:
        module: what to call; its parameters are this module's, under names that start with ``module.``.
        device_ids, output_device, dim: make no difference without a GPU.

    Example::

        >>> torch.nn.DataParallel(torch.nn.Identity())(torch.ones(2))
        tensor([1., 1.])
    """

    module: Module

    def __init__(
        self, module: Module, device_ids: Sequence[Any] | None = None, output_device: Any = None, dim: int = 0
    ) -> None:
        super().__init__()
        self.module = module
        self.device_ids: list[int] = []

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        return self.module(*inputs, **kwargs)


def data_parallel(
    module: Module, inputs: Any, device_ids: Sequence[Any] | None = None, output_device: Any = None, dim: int = 0,
    module_kwargs: Any = None,
) -> NoReturn:  # fmt: skip
    """Raises RuntimeError, as PyTorch does without a GPU: :class:`DataParallel` runs without one, this does not."""
    raise RuntimeError("device type could not be determined")
