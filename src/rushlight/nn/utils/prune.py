r"""Pruning: parameters of which some elements are held at zero by a mask.

A pruned parameter ``weight`` is replaced by a Parameter ``weight_orig`` and a buffer ``weight_mask``; ``weight`` itself becomes
their product, computed anew before every forward, so that gradients reach the elements that are left. Pruning again
combines the masks.

>>> from rushlight.nn.utils import prune
>>> layer = torch.nn.Linear(3, 2)
>>> _ = prune.l1_unstructured(layer, "weight", amount=2)
>>> int((layer.weight == 0).sum()), sorted(name for name, _ in layer.named_parameters())
(2, ['bias', 'weight_orig'])
>>> _ = prune.remove(layer, "weight")  # for good: the zeros stay, the mask goes
>>> sorted(name for name, _ in layer.named_parameters())
['bias', 'weight']

Method: Han et al. 2015, "Learning both weights and connections for efficient neural networks".
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from ... import ops
from ...core.tensor import Tensor
from ..modules.module import Module
from .convert_parameters import parameters_to_vector


class BasePruningMethod(ABC):
    """A way to choose which elements of a parameter stay: subclasses say it in :meth:`compute_mask`.

    An instance is the forward pre-hook of the module that it prunes. ``PRUNING_TYPE`` tells what `compute_mask` is shown of a
    parameter that is pruned already: the elements that are left ("unstructured"), the slices along ``self.dim`` of which
    something is left ("structured"), or everything ("global").
    """

    _tensor_name: str
    PRUNING_TYPE = "unstructured"

    def __call__(self, module: Module, inputs: Any) -> None:
        setattr(module, self._tensor_name, self.apply_mask(module))

    @abstractmethod
    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """A mask of the shape of `t`: zero where `default_mask` is, and in the places that are pruned besides."""

    def apply_mask(self, module: Module) -> Tensor:
        """The original parameter times the mask."""
        assert self._tensor_name is not None, f"Module {module} has to be pruned"
        original = getattr(module, self._tensor_name + "_orig")
        return getattr(module, self._tensor_name + "_mask").to(dtype=original.dtype) * original

    @classmethod
    def apply(cls, module: Module, name: str, *args: Any, importance_scores: Tensor | None = None, **kwargs: Any) -> Any:
        """Prunes the parameter `name` of `module` by ``cls(*args, **kwargs)``, on top of what has pruned it before.

        Elements are chosen by `importance_scores`, of the shape of the parameter, instead of by its own. Returns the method, or
        the container of all that prune it. Raises what `compute_mask` does, and changes nothing then.
        """
        key, previous = _pruning_of(module, name)
        method: BasePruningMethod = cls(*args, **kwargs)
        method._tensor_name = name
        if previous is not None:
            earlier = previous._pruning_methods if isinstance(previous, PruningContainer) else (previous,)
            method = PruningContainer(*earlier, method, name=name)
        shown = getattr(module, name)
        if importance_scores is not None:
            assert importance_scores.shape == shown.shape, (
                f"importance_scores should have the same shape as parameter {name} of {module}, got "
                f"{importance_scores.shape} vs {shown.shape}"
            )
        kept = ops.ones_like(shown) if previous is None else getattr(module, name + "_mask").detach().clone()
        mask = method.compute_mask(shown if importance_scores is None else importance_scores, default_mask=kept)
        if previous is None:
            del module._parameters[name]
            module.register_parameter(name + "_orig", shown)
        else:
            del module._forward_pre_hooks[key]
        module.register_buffer(name + "_mask", mask)
        setattr(module, name, method.apply_mask(module))
        module.register_forward_pre_hook(method)
        return method

    def prune(self, t: Tensor, default_mask: Tensor | None = None, importance_scores: Tensor | None = None) -> Tensor:
        """A tensor pruned by this method, apart from any module."""
        scores = t if importance_scores is None else importance_scores
        assert scores.shape == t.shape, "importance_scores should have the same shape as tensor t"
        return t * self.compute_mask(scores, default_mask=ops.ones_like(t) if default_mask is None else default_mask)

    def remove(self, module: Module) -> None:
        """Makes the pruning of `module` permanent: the product takes the place of the parameter, the mask goes."""
        name = self._tensor_name
        assert name is not None, f"Module {module} has to be pruned before pruning can be removed"
        pruned = self.apply_mask(module)
        if hasattr(module, name):
            delattr(module, name)
        parameter = module._parameters.pop(name + "_orig")
        assert parameter is not None
        parameter.data = pruned.data
        del module._buffers[name + "_mask"]
        setattr(module, name, parameter)


def _pruning_of(module: Module, name: str) -> tuple[int, BasePruningMethod | None]:
    """The hook that prunes the parameter `name`, and where it is registered."""
    for key, hook in module._forward_pre_hooks.items():
        if isinstance(hook, BasePruningMethod) and hook._tensor_name == name:
            return key, hook
    return -1, None


class PruningContainer(BasePruningMethod):
    """The methods that have pruned one parameter, one after the other."""

    def __init__(self, *args: BasePruningMethod, name: str | None = None) -> None:
        self._pruning_methods: tuple[BasePruningMethod, ...] = ()
        if name is not None or len(args) == 1:
            self._tensor_name = args[0]._tensor_name if name is None else name
        for method in args:
            self.add_pruning_method(method)

    def add_pruning_method(self, method: BasePruningMethod | None) -> None:
        """Adds a method, whose mask is computed next. Raises TypeError for what is none, ValueError for another parameter's."""
        if method is None:
            return
        if not isinstance(method, BasePruningMethod):
            raise TypeError(f"{type(method)} is not a BasePruningMethod subclass")
        if self._tensor_name != method._tensor_name:
            raise ValueError(
                f"Can only add pruning methods acting on the parameter named '{self._tensor_name}' to PruningContainer {self}. "
                f"Found '{method._tensor_name}'"
            )
        self._pruning_methods += (method,)

    def __len__(self) -> int:
        return len(self._pruning_methods)

    def __iter__(self) -> Iterator[BasePruningMethod]:
        return iter(self._pruning_methods)

    def __getitem__(self, idx: Any) -> Any:
        return self._pruning_methods[idx]

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """`default_mask` and the last method's, which is shown what its ``PRUNING_TYPE`` says."""
        method = self._pruning_methods[-1]
        mask = default_mask.to(dtype=t.dtype)
        if method.PRUNING_TYPE == "unstructured":
            seen: Any = mask == 1
        elif method.PRUNING_TYPE == "structured":
            dim = method.dim % t.dim()  # type: ignore[attr-defined]
            others = [d for d in range(t.dim()) if d != dim]
            seen = (slice(None),) * dim + (mask.sum(dim=others) != 0,)
        elif method.PRUNING_TYPE == "global":
            seen = (slice(None),) * t.dim()
        else:
            raise ValueError(f"Unrecognized PRUNING_TYPE {method.PRUNING_TYPE}")
        combined = mask.clone()
        combined[seen] = method.compute_mask(t[seen], default_mask=mask[seen]).to(dtype=mask.dtype)
        return combined


def _check_amount(amount: Any) -> None:
    if not isinstance(amount, (int, float, np.number)):
        raise TypeError(f"Invalid type for amount: {amount}. Must be int or float.")
    if amount < 0 or (not isinstance(amount, (int, np.integer)) and amount > 1):
        raise ValueError(f"amount={amount} should either be a float in the range [0, 1] or a non-negative integer")


def _number(amount: Any, size: int) -> int:
    """How many of `size` parts an amount is: so many, or this fraction of them."""
    if not isinstance(amount, (int, np.integer)):
        return round(amount * size)
    if amount > size:
        raise ValueError(f"amount={amount} should be smaller than the number of parameters to prune={size}")
    return int(amount)


def _channels(t: Tensor, dim: int) -> int:
    if t.dim() <= 1:
        raise ValueError(
            "Structured pruning can only be applied to multidimensional tensors. Found tensor of shape "
            f"{t.shape} with {t.dim()} dims"
        )
    if dim >= t.dim():
        raise IndexError(f"Invalid index {dim} for tensor of size {t.shape}")
    return t.shape[dim]


def _of_channels(kept: Tensor, t: Tensor, dim: int) -> Tensor:
    """The mask of the shape of `t` that is one in the slices `kept` along `dim`."""
    mask = ops.zeros_like(t)
    mask[(slice(None),) * (dim % t.dim()) + (kept,)] = 1
    return mask


class Identity(BasePruningMethod):
    """Prunes nothing, but makes the mask."""

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        return default_mask


class RandomUnstructured(BasePruningMethod):
    """Prunes elements at random: `amount` of them, a number or a fraction."""

    def __init__(self, amount: float) -> None:
        _check_amount(amount)
        self.amount = amount

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        if not _number(self.amount, t.nelement()):
            return default_mask.clone()
        return self._without(ops.rand_like(t), default_mask, largest=True)

    def _without(self, scores: Tensor, default_mask: Tensor, largest: bool) -> Tensor:
        """`default_mask` without the elements of the largest, or smallest, scores."""
        places = ops.topk(scores.reshape(-1), k=_number(self.amount, scores.nelement()), largest=largest).indices
        mask = default_mask.clone().contiguous()
        mask.view(-1)[places] = 0
        return mask


class L1Unstructured(RandomUnstructured):
    """Prunes the elements nearest to zero: `amount` of them, a number or a fraction."""

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        return self._without(ops.abs(t.detach()), default_mask, largest=False)


class RandomStructured(BasePruningMethod):
    """Prunes slices along `dim` at random: `amount` of them, a number or a fraction."""

    PRUNING_TYPE = "structured"

    def __init__(self, amount: float, dim: int = -1) -> None:
        _check_amount(amount)
        self.amount, self.dim = amount, dim

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        channels = _channels(t, self.dim)
        number = _number(self.amount, channels)
        if not number:
            return default_mask
        scores = ops.rand(channels)
        return _of_channels(scores > ops.kthvalue(scores, k=number).values, t, self.dim) * default_mask.to(t.dtype)


class LnStructured(BasePruningMethod):
    """Prunes the slices along `dim` of the smallest norm of order `n`: `amount` of them, a number or a fraction."""

    PRUNING_TYPE = "structured"

    def __init__(self, amount: float, n: Any, dim: int = -1) -> None:
        _check_amount(amount)
        self.amount, self.n, self.dim = amount, n, dim

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        channels = _channels(t, self.dim)
        number = _number(self.amount, channels)
        if not number:
            return default_mask
        others = [d for d in range(t.dim()) if d != self.dim % t.dim()]
        norms = ops.norm(t.detach(), p=self.n, dim=others)
        return _of_channels(ops.topk(norms, k=channels - number).indices, t, self.dim) * default_mask.to(t.dtype)


class CustomFromMask(BasePruningMethod):
    """Prunes by a mask of the program's own."""

    PRUNING_TYPE = "global"

    def __init__(self, mask: Tensor) -> None:
        self.mask = mask

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        assert default_mask.shape == self.mask.shape, (
            f"default_mask shape {default_mask.shape} must match self.mask shape {self.mask.shape}"
        )
        return default_mask * self.mask.to(dtype=default_mask.dtype)


def identity(module: Module, name: str) -> Module:
    """Gives the parameter `name` a mask of ones, and returns `module`."""
    Identity.apply(module, name)
    return module


def random_unstructured(module: Module, name: str, amount: float) -> Module:
    """Prunes `amount` elements at random; see :class:`RandomUnstructured`. Returns `module`."""
    RandomUnstructured.apply(module, name, amount)
    return module


def l1_unstructured(module: Module, name: str, amount: float, importance_scores: Tensor | None = None) -> Module:
    """Prunes the `amount` elements nearest to zero; see :class:`L1Unstructured`. Returns `module`."""
    L1Unstructured.apply(module, name, amount=amount, importance_scores=importance_scores)
    return module


def random_structured(module: Module, name: str, amount: float, dim: int) -> Module:
    """Prunes `amount` slices along `dim` at random; see :class:`RandomStructured`. Returns `module`."""
    RandomStructured.apply(module, name, amount, dim)
    return module


def ln_structured(
    module: Module, name: str, amount: float, n: Any, dim: int, importance_scores: Tensor | None = None
) -> Module:
    """Prunes the `amount` slices of the smallest norm; see :class:`LnStructured`. Returns `module`."""
    LnStructured.apply(module, name, amount, n, dim, importance_scores=importance_scores)
    return module


def custom_from_mask(module: Module, name: str, mask: Tensor) -> Module:
    """Prunes where `mask` is zero. Returns `module`."""
    CustomFromMask.apply(module, name, mask)
    return module


def global_unstructured(parameters: Any, pruning_method: Any, importance_scores: Any = None, **kwargs: Any) -> None:
    """Prunes several parameters as if they were one: ``pruning_method(**kwargs)`` chooses among all their elements.

    `parameters` are pairs (module, name); `importance_scores` may map such pairs to scores. Raises TypeError for other
    arguments and for a method that is not "unstructured".
    """
    if not isinstance(parameters, Iterable):
        raise TypeError("global_unstructured(): parameters is not an Iterable")
    scores = {} if importance_scores is None else importance_scores
    if not isinstance(scores, dict):
        raise TypeError("global_unstructured(): importance_scores must be of type dict")
    pairs = list(parameters)
    method = pruning_method(**kwargs)
    if method.PRUNING_TYPE != "unstructured":
        raise TypeError(
            'Only "unstructured" PRUNING_TYPE supported for the `pruning_method`. '
            f"Found method {pruning_method} of type {method.PRUNING_TYPE}"
        )
    values = [getattr(module, name) for module, name in pairs]
    shown = parameters_to_vector([scores.get(pair, value) for pair, value in zip(pairs, values)])
    masks = [getattr(module, name + "_mask", ops.ones_like(value)) for (module, name), value in zip(pairs, values)]
    method._tensor_name = "temp"
    combined = PruningContainer(method).compute_mask(shown, default_mask=parameters_to_vector(masks))
    start = 0
    for (module, name), value in zip(pairs, values):
        custom_from_mask(module, name, mask=combined[start : start + value.numel()].view_as(value))
        start += value.numel()


def remove(module: Module, name: str) -> Module:
    """Makes the pruning of the parameter `name` permanent; see :meth:`BasePruningMethod.remove`. Returns `module`.

    Raises ValueError if it is not pruned.
    """
    key, hook = _pruning_of(module, name)
    if hook is None:
        raise ValueError(f"Parameter '{name}' of module {module} has to be pruned before pruning can be removed")
    hook.remove(module)
    del module._forward_pre_hooks[key]
    return module


def is_pruned(module: Module) -> bool:
    """Whether any parameter of `module`, or of a module within, is pruned."""
    return any(isinstance(hook, BasePruningMethod) for m in module.modules() for hook in m._forward_pre_hooks.values())
