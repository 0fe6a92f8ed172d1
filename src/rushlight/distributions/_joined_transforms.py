"""Transforms of the parts of a tensor, each by its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import rushlight as torch
from rushlight import Tensor

from . import constraints
from ._transform import Transform
from .utils import _sum_rightmost, lazy_property


class _Joined(Transform):
    def __init__(self, tseq: Sequence[Transform], dim: int, cache_size: int) -> None:
        if not all(isinstance(t, Transform) for t in tseq):
            raise AssertionError("All elements of tseq must be Transform instances")
        if cache_size:
            tseq = [t.with_cache(cache_size) for t in tseq]
        super().__init__(cache_size=cache_size)
        self.transforms = list(tseq)
        self.dim = dim

    @property
    def bijective(self) -> bool:
        return all(t.bijective for t in self.transforms)

    def _check(self, letter: str, size: str, length: int, **tensors: Tensor) -> None:
        """Raises AssertionError for tensors without `dim`, or of another size there."""
        for name, t in tensors.items():
            if not -t.dim() <= self.dim < t.dim():
                raise AssertionError(f"dim {self.dim} out of range for {letter or name} with {t.dim()} dimensions")
            if t.size(self.dim) != length:
                raise AssertionError(f"{name}.size({self.dim}) = {t.size(self.dim)} must equal {size} {length}")


class CatTransform(_Joined):
    """Transforms for the parts of a tensor, of the given lengths (1 each by default) along `dim`, like `torch.cat`.

    >>> x = torch.tensor([0.0, 3.0])
    >>> CatTransform([ExpTransform(), identity_transform])(x)
    tensor([1., 3.])
    """

    def __init__(self, tseq: Sequence[Transform], dim: int = 0, lengths: Sequence[int] | None = None,
                 cache_size: int = 0) -> None:  # fmt: skip
        super().__init__(tseq, dim, cache_size)
        self.lengths = [1] * len(self.transforms) if lengths is None else list(lengths)
        if len(self.lengths) != len(self.transforms):
            raise AssertionError(f"lengths ({len(self.lengths)}) must match transforms ({len(self.transforms)})")

    @lazy_property
    def event_dim(self) -> int:
        return max(t.event_dim for t in self.transforms)

    @lazy_property
    def length(self) -> int:
        return sum(self.lengths)

    def with_cache(self, cache_size: int = 1) -> Transform:
        if self._cache_size == cache_size:
            return self
        return CatTransform(self.transforms, self.dim, self.lengths, cache_size)

    def _parts(self, x: Tensor) -> list[Tensor]:
        starts = [sum(self.lengths[:i]) for i in range(len(self.lengths))]
        return [x.narrow(self.dim, start, length) for start, length in zip(starts, self.lengths)]

    def _call(self, x: Tensor) -> Tensor:
        self._check("tensor", "length", self.length, x=x)
        return torch.cat([t(part) for t, part in zip(self.transforms, self._parts(x))], dim=self.dim)

    def _inverse(self, y: Tensor) -> Tensor:
        self._check("tensor", "length", self.length, y=y)
        return torch.cat([t.inv(part) for t, part in zip(self.transforms, self._parts(y))], dim=self.dim)

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        self._check("", "length", self.length, x=x, y=y)
        parts = [
            _sum_rightmost(t.log_abs_det_jacobian(a, b), max(self.event_dim - t.event_dim, 0))
            for t, a, b in zip(self.transforms, self._parts(x), self._parts(y))
        ]
        # A batch dimension joins what it was split into; an event dimension has been summed over.
        dim = (self.dim - x.dim() if self.dim >= 0 else self.dim) + self.event_dim
        return torch.cat(parts, dim=dim) if dim < 0 else sum(parts)  # type: ignore[return-value]

    @constraints.dependent_property
    def domain(self) -> Any:
        return constraints.cat([t.domain for t in self.transforms], self.dim, self.lengths)

    @constraints.dependent_property
    def codomain(self) -> Any:
        return constraints.cat([t.codomain for t in self.transforms], self.dim, self.lengths)


class StackTransform(_Joined):
    """Transforms for the slices of a tensor along `dim`, like `torch.stack`.

    >>> x = torch.tensor([[0.0], [3.0]])
    >>> StackTransform([ExpTransform(), identity_transform])(x)
    tensor([[1.],
            [3.]])
    """

    def __init__(self, tseq: Sequence[Transform], dim: int = 0, cache_size: int = 0) -> None:
        super().__init__(tseq, dim, cache_size)

    def with_cache(self, cache_size: int = 1) -> Transform:
        return self if self._cache_size == cache_size else StackTransform(self.transforms, self.dim, cache_size)

    def _slice(self, z: Tensor) -> list[Tensor]:
        return [z.select(self.dim, i) for i in range(z.size(self.dim))]

    def _stacked(self, of: Callable[..., Tensor], *tensors: Tensor) -> Tensor:
        """``of(transform, slice...)`` for each transform."""
        slices = [self._slice(t) for t in tensors]
        return torch.stack([of(*each) for each in zip(self.transforms, *slices)], dim=self.dim)

    def _call(self, x: Tensor) -> Tensor:
        self._check("tensor", "len(transforms)", len(self.transforms), x=x)
        return self._stacked(lambda t, a: t(a), x)

    def _inverse(self, y: Tensor) -> Tensor:
        self._check("tensor", "len(transforms)", len(self.transforms), y=y)
        return self._stacked(lambda t, b: t.inv(b), y)

    def log_abs_det_jacobian(self, x: Tensor, y: Tensor) -> Tensor:
        self._check("", "len(transforms)", len(self.transforms), x=x, y=y)
        return self._stacked(lambda t, a, b: t.log_abs_det_jacobian(a, b), x, y)

    @constraints.dependent_property
    def domain(self) -> Any:
        return constraints.stack([t.domain for t in self.transforms], self.dim)

    @constraints.dependent_property
    def codomain(self) -> Any:
        return constraints.stack([t.codomain for t in self.transforms], self.dim)
