"""Layers that learn the sizes of their parameters from their first input."""

from __future__ import annotations

import itertools
from typing import Any

from ... import ops
from ...arrays import dtypes
from ...autograd.grad_mode import no_grad
from ...core import Tensor
from ..parameter import Parameter, UninitializedBuffer, UninitializedParameter, is_lazy
from .batchnorm import BatchNorm1d, BatchNorm2d, BatchNorm3d, _BatchNorm
from .conv import Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from .instancenorm import InstanceNorm1d, InstanceNorm2d, InstanceNorm3d, _InstanceNorm
from .linear import Linear

__all__ = [
    "LazyBatchNorm1d", "LazyBatchNorm2d", "LazyBatchNorm3d", "LazyConv1d", "LazyConv2d", "LazyConv3d", "LazyConvTranspose1d",
    "LazyConvTranspose2d", "LazyConvTranspose3d", "LazyInstanceNorm1d", "LazyInstanceNorm2d", "LazyInstanceNorm3d",
    "LazyLinear",
]  # fmt: skip


class LazyModuleMixin:
    """What makes a module lazy, before :class:`Module` among the bases: parameters begin as
    :class:`UninitializedParameter`, and the first call, or a state dict, materialises them.

    A subclass defines :meth:`initialize_parameters`. After the first call, the module's class is `cls_to_become`, if that is
    set. An optimizer is to be made after that too.

    Example::

        >>> class Scale(nn.modules.lazy.LazyModuleMixin, nn.Module):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.factor = nn.UninitializedParameter()
        ...
        ...     def initialize_parameters(self, input):
        ...         self.factor.materialize(input.shape[-1:])
        ...         nn.init.ones_(self.factor)
        ...
        ...     def forward(self, input):
        ...         return input * self.factor
        >>> Scale()(torch.ones(2, 3)).shape
        torch.Size([2, 3])
    """

    cls_to_become: type[Any] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._load_hook = self._register_load_state_dict_pre_hook(self._lazy_load_hook)  # type: ignore[attr-defined]
        self._initialize_hook = self.register_forward_pre_hook(  # type: ignore[attr-defined]
            self._infer_parameters, with_kwargs=True
        )

    def _own_tensors(self: Any) -> itertools.chain[tuple[str, Tensor | None]]:
        return itertools.chain(self._parameters.items(), self._buffers.items())

    def _save_to_state_dict(self: Any, destination: dict, prefix: str, keep_vars: bool) -> None:
        # What has no shape cannot be detached.
        for name, tensor in self._own_tensors():
            if tensor is not None and name not in self._non_persistent_buffers_set:
                destination[prefix + name] = tensor if keep_vars or is_lazy(tensor) else tensor.detach()

    def _lazy_load_hook(self, state_dict: dict, prefix: str, *rest: Any) -> None:
        """Gives tensors without a shape that of what is about to be loaded into them."""
        for name, tensor in self._own_tensors():
            loaded = state_dict.get(prefix + name)
            if is_lazy(tensor) and loaded is not None and not is_lazy(loaded):
                tensor.materialize(loaded.shape)  # type: ignore[union-attr]

    def _load_tensor(self, name: str, tensor: Tensor, key: str, loaded: Any, assign: bool) -> str | None:
        if is_lazy(tensor):  # and so is what is loaded
            return None
        return super()._load_tensor(name, tensor, key, loaded, assign)  # type: ignore[misc]

    def initialize_parameters(self, *args: Any, **kwargs: Any) -> None:
        """Materialise all parameters and give them their first values; called with the arguments of the first call."""
        raise NotImplementedError(f"initialize_parameters is not implemented for {type(self).__name__}")

    def has_uninitialized_params(self) -> bool:
        """Whether a parameter or buffer of this module has no shape yet."""
        return any(is_lazy(tensor) for _, tensor in self._own_tensors())

    @staticmethod
    def _infer_parameters(module: Any, args: Any, kwargs: Any = None) -> None:
        """The hook that runs before the first call, and takes itself away."""
        module.initialize_parameters(*args, **(kwargs or {}))
        if module.has_uninitialized_params():
            raise RuntimeError(f"module {module._get_name()} has not been fully initialized")
        for name in ("_initialize_hook", "_load_hook"):
            getattr(module, name).remove()
            delattr(module, name)
        if module.cls_to_become is not None:
            module.__class__ = module.cls_to_become


class LazyLinear(LazyModuleMixin, Linear):
    """A :class:`Linear` whose `in_features` are those of its first input.

    Args:
        out_features, bias, device, dtype: see :class:`Linear`.

    Example::

        >>> layer = nn.LazyLinear(3)
        >>> layer(torch.ones(2, 5)).shape
        torch.Size([2, 3])
        >>> layer
        Linear(in_features=5, out_features=3, bias=True)
    """

    cls_to_become = Linear

    def __init__(self, out_features: int, bias: bool = True, device: Any = None, dtype: Any = None) -> None:
        super().__init__(0, 0, False)
        self.weight: Parameter = UninitializedParameter(device=device, dtype=dtype)
        self.out_features = out_features
        if bias:
            self.bias = UninitializedParameter(device=device, dtype=dtype)

    def reset_parameters(self) -> None:
        if not self.has_uninitialized_params() and self.in_features != 0:
            super().reset_parameters()

    def initialize_parameters(self, input: Tensor) -> None:  # type: ignore[override]
        width = input.shape[-1]
        if self.has_uninitialized_params():
            self.in_features = width
            self.weight.materialize((self.out_features, width))
            if self.bias is not None:
                self.bias.materialize((self.out_features,))
            self.reset_parameters()
        elif self.in_features == 0:  # the parameters came from a state dict
            if width != self.weight.shape[-1]:
                raise AssertionError(
                    f"The in_features inferred from input: {width} is not equal to in_features from self.weight: "
                    f"{self.weight.shape[-1]}"
                )
            self.in_features = width


# Convolutions.


class _LazyConvolution(LazyModuleMixin):
    """What convolutions share: `in_channels` are those of the first input."""

    def _await_channels(self: Any, out_channels: int, bias: bool, device: Any, dtype: Any) -> None:
        self.weight = UninitializedParameter(device=device, dtype=dtype)
        self.out_channels = out_channels
        if bias:
            self.bias = UninitializedParameter(device=device, dtype=dtype)

    def reset_parameters(self: Any) -> None:
        if not self.has_uninitialized_params() and self.in_channels != 0:
            super().reset_parameters()  # type: ignore[misc]

    def initialize_parameters(self: Any, input: Tensor, *args: Any, **kwargs: Any) -> None:
        if not self.has_uninitialized_params():
            return
        batched, n = self._ndim + 2, self._ndim
        if input.dim() not in (n + 1, n + 2):
            raise RuntimeError(
                f"Expected {n + 1}D (unbatched) or {n + 2}D (batched) input to {type(self).__name__}, but got input of size: "
                f"{input.shape}"
            )
        self.in_channels = input.shape[1 if input.dim() == batched else 0]
        if self.in_channels % self.groups != 0:
            raise ValueError("in_channels must be divisible by groups")
        channels = self.in_channels, self.out_channels
        first, second = channels if self.transposed else channels[::-1]
        self.weight.materialize((first, second // self.groups, *self.kernel_size))
        if self.bias is not None:
            self.bias.materialize((self.out_channels,))
        self.reset_parameters()


class _LazyConv(_LazyConvolution):
    def __init__(
        self, out_channels: int, kernel_size: Any, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1,
        bias: bool = True, padding_mode: str = "zeros", device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(0, 0, kernel_size, stride, padding, dilation, groups, False, padding_mode, device, dtype)
        self._await_channels(out_channels, bias, device, dtype)


class _LazyConvTranspose(_LazyConvolution):
    def __init__(
        self, out_channels: int, kernel_size: Any, stride: Any = 1, padding: Any = 0, output_padding: Any = 0,
        groups: int = 1, bias: bool = True, dilation: Any = 1, padding_mode: str = "zeros", device: Any = None,
        dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(
            0, 0, kernel_size, stride, padding, output_padding, groups, False, dilation, padding_mode, device, dtype
        )
        self._await_channels(out_channels, bias, device, dtype)


class LazyConv1d(_LazyConv, Conv1d):  # type: ignore[misc]
    """A :class:`Conv1d` whose `in_channels` are those of its first input; see :class:`LazyConv2d`."""

    cls_to_become = Conv1d


class LazyConv2d(_LazyConv, Conv2d):  # type: ignore[misc]
    """A :class:`Conv2d` whose `in_channels` are those of its first input.

    The arguments are those of :class:`Conv2d` without `in_channels`.

    Raises:
        RuntimeError: in the first call, for an input of another number of dimensions.
        ValueError: in the first call, if `groups` do not divide its channels.

    Example::

        >>> layer = nn.LazyConv2d(4, 3)
        >>> layer(torch.ones(1, 2, 5, 5)).shape
        torch.Size([1, 4, 3, 3])
        >>> layer
        Conv2d(2, 4, kernel_size=(3, 3), stride=(1, 1))
    """

    cls_to_become = Conv2d


class LazyConv3d(_LazyConv, Conv3d):  # type: ignore[misc]
    """A :class:`Conv3d` whose `in_channels` are those of its first input; see :class:`LazyConv2d`."""

    cls_to_become = Conv3d


class LazyConvTranspose1d(_LazyConvTranspose, ConvTranspose1d):  # type: ignore[misc]
    """A :class:`ConvTranspose1d` whose `in_channels` are those of its first input; see :class:`LazyConv2d`."""

    cls_to_become = ConvTranspose1d


class LazyConvTranspose2d(_LazyConvTranspose, ConvTranspose2d):  # type: ignore[misc]
    """A :class:`ConvTranspose2d` whose `in_channels` are those of its first input; see :class:`LazyConv2d`."""

    cls_to_become = ConvTranspose2d


class LazyConvTranspose3d(_LazyConvTranspose, ConvTranspose3d):  # type: ignore[misc]
    """A :class:`ConvTranspose3d` whose `in_channels` are those of its first input; see :class:`LazyConv2d`."""

    cls_to_become = ConvTranspose3d


# Normalisation.


class _LazyNorm(LazyModuleMixin):
    """What normalisations share: `num_features` are the channels of the first input."""

    running_mean: Tensor | None
    running_var: Tensor | None
    num_batches_tracked: Tensor | None

    def __init__(
        self,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        options: dict[str, Any] = {"device": device, "dtype": dtype}
        super().__init__(0, eps, momentum, False, False, **options, bias=False)
        self.affine = affine
        self.track_running_stats = track_running_stats
        if affine:
            self.weight = UninitializedParameter(**options)
            if bias:
                self.bias = UninitializedParameter(**options)
        if track_running_stats:
            self.running_mean = UninitializedBuffer(**options)
            self.running_var = UninitializedBuffer(**options)
            self.num_batches_tracked = ops.tensor(0, dtype=dtypes.int64, device=device)

    def reset_parameters(self: Any) -> None:
        if not self.has_uninitialized_params() and self.num_features != 0:
            super().reset_parameters()  # type: ignore[misc]

    def initialize_parameters(self: Any, input: Tensor) -> None:  # type: ignore[override]
        if not self.has_uninitialized_params():
            return
        self.num_features = input.shape[1]
        with no_grad():
            for _, tensor in self._own_tensors():
                if is_lazy(tensor):
                    tensor.materialize((self.num_features,))
            self.reset_parameters()


class LazyBatchNorm1d(_LazyNorm, _BatchNorm):
    """A :class:`BatchNorm1d` whose `num_features` are the channels of its first input.

    The arguments are those of :class:`BatchNorm1d` without `num_features`.

    Example::

        >>> layer = nn.LazyBatchNorm1d()
        >>> layer(torch.ones(2, 3)).shape
        torch.Size([2, 3])
        >>> layer.num_features
        3
    """

    cls_to_become = BatchNorm1d
    _check_input_dim = BatchNorm1d._check_input_dim  # type: ignore[assignment]


class LazyBatchNorm2d(_LazyNorm, _BatchNorm):
    """A :class:`BatchNorm2d` whose `num_features` are the channels of its first input; see :class:`LazyBatchNorm1d`."""

    cls_to_become = BatchNorm2d
    _check_input_dim = BatchNorm2d._check_input_dim  # type: ignore[assignment]


class LazyBatchNorm3d(_LazyNorm, _BatchNorm):
    """A :class:`BatchNorm3d` whose `num_features` are the channels of its first input; see :class:`LazyBatchNorm1d`."""

    cls_to_become = BatchNorm3d
    _check_input_dim = BatchNorm3d._check_input_dim  # type: ignore[assignment]


class LazyInstanceNorm1d(_LazyNorm, _InstanceNorm):
    """An :class:`InstanceNorm1d` whose `num_features` are the channels of its first input; see :class:`LazyBatchNorm1d`."""

    cls_to_become = InstanceNorm1d
    _spatial = 1


class LazyInstanceNorm2d(_LazyNorm, _InstanceNorm):
    """An :class:`InstanceNorm2d` whose `num_features` are the channels of its first input; see :class:`LazyBatchNorm1d`."""

    cls_to_become = InstanceNorm2d
    _spatial = 2


class LazyInstanceNorm3d(_LazyNorm, _InstanceNorm):
    """An :class:`InstanceNorm3d` whose `num_features` are the channels of its first input; see :class:`LazyBatchNorm1d`."""

    cls_to_become = InstanceNorm3d
    _spatial = 3
