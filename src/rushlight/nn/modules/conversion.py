"""Changing a module's parameters and buffers all at once: their dtype, their device, their memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

from ... import ops
from ...autograd.grad_mode import no_grad
from ...core import Tensor
from ...ops.creation.conversion import _parse_to
from ...ops.support.options import warn_user
from ..parameter import Parameter


class ConversionMethods:
    """The part of :class:`Module` that converts its tensors in place."""

    _parameters: dict[str, Parameter | None]
    _buffers: dict[str, Tensor | None]
    children: Callable

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        """Replace the data of every parameter, of its grad, and every buffer by what `fn` makes of them.

        A parameter stays the same object, so that an optimizer that holds it goes on working.
        """
        if recurse:
            for module in self.children():
                module._apply(fn)
        for param in self._parameters.values():
            if param is None:
                continue
            tensors = [param] if param.grad is None else [param, param.grad]
            with no_grad():
                converted = [fn(tensor) for tensor in tensors]
            for tensor, data in zip(tensors, converted, strict=True):
                tensor.data = data
        for name, buffer in self._buffers.items():
            if buffer is not None:
                self._buffers[name] = fn(buffer)
        return self

    def _convert_floating(self, convert: Callable[[Tensor], Tensor]) -> Self:
        return self._apply(lambda t: convert(t) if t.is_floating_point() else t)

    def float(self) -> Self:
        """Cast all floating-point parameters and buffers to float32, and return the module."""
        return self._convert_floating(lambda t: t.float())

    def double(self) -> Self:
        """Cast all floating-point parameters and buffers to float64, and return the module."""
        return self._convert_floating(lambda t: t.double())

    def half(self) -> Self:
        """Cast all floating-point parameters and buffers to float16, and return the module."""
        return self._convert_floating(lambda t: t.half())

    def bfloat16(self) -> Self:
        """Cast all floating-point parameters and buffers to bfloat16, and return the module."""
        return self._convert_floating(lambda t: t.bfloat16())

    def type(self, dst_type: Any) -> Self:
        """Cast all parameters and buffers to `dst_type`, a dtype or its name, and return the module."""
        return self._apply(lambda t: t.type(dst_type))

    def cpu(self) -> Self:
        """Move all parameters and buffers to the CPU, and return the module."""
        return self._apply(lambda t: t.cpu())

    def cuda(self, device: Any = None) -> Self:
        """Move all parameters and buffers to the GPU, and return the module.

        Raises:
            AssertionError: where there is no CUDA device.
        """
        return self._apply(lambda t: t.cuda(device))

    def share_memory(self) -> Self:
        """Move all parameters and buffers to shared memory, and return the module."""
        return self._apply(lambda t: t.share_memory_())

    def to_empty(self, *, device: Any, recurse: bool = True) -> Self:
        """Move parameters and buffers to `device` without copying their values, and return the module."""
        return self._apply(lambda t: ops.empty_like(t, device=device), recurse=recurse)

    def to(self, *args: Any, **kwargs: Any) -> Self:
        """Move and cast parameters and buffers in place: ``to(device)``, ``to(dtype)``, ``to(device, dtype)`` or
        ``to(tensor)``, each with an optional ``non_blocking``.

        Only floating-point and complex tensors are cast.

        Raises:
            TypeError: if the dtype is neither floating point nor complex, or for arguments of another kind.

        Example::

            >>> nn.Linear(2, 1).to(torch.float64).weight.dtype
            torch.float64
        """
        dtype, copy, memory_format = _parse_to(args, kwargs)
        if copy:
            raise RuntimeError(".to() does not accept copy argument")
        if dtype is not None:
            if not (dtype.is_floating_point or dtype.is_complex):
                raise TypeError(
                    f"nn.Module.to only accepts floating point or complex dtypes, but got desired dtype={dtype}"
                )
            if dtype.is_complex:
                warn_user(
                    "Complex modules are a new feature under active development whose design may change, "
                    "and some modules might not work as expected when using complex tensors as parameters or buffers. "
                    "Please file an issue at https://github.com/pytorch/pytorch/issues/new?template=bug-report.yml "
                    "if a complex module does not work as expected."
                )

        def convert(t: Tensor) -> Tensor:
            cast = dtype if t.is_floating_point() or t.is_complex() else None
            return t.to(dtype=cast, memory_format=memory_format if t.ndim in (4, 5) else None)

        return self._apply(convert)
