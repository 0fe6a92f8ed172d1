"""Parametrizations that keep a weight orthogonal, of norm one in its largest direction, or as direction and length."""

from __future__ import annotations

from typing import Any

from ... import linalg, ops
from ...arrays.types import finfo
from ...autograd.grad_mode import no_grad
from ...core import Tensor
from ...ops.linalg.qr import geqrf
from ...ops.neural.weight_norm import _weight_norm, norm_except_dim
from .. import functional as F
from ..modules.conv import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from ..modules.module import Module
from .parametrize import register_parametrization

__all__ = ["orthogonal", "spectral_norm", "weight_norm"]

_MAPS = ("matrix_exp", "cayley", "householder")


def _weight_of(module: Module, name: str) -> Tensor:
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    return weight


def _is_orthogonal(q: Tensor) -> bool:
    n, k = q.shape[-2:]
    return ops.allclose(q.mH @ q, ops.eye(k, dtype=q.dtype), atol=10.0 * n * finfo(q.dtype).eps)


def _made_orthogonal(a: Tensor) -> Tensor:
    """The nearest orthogonal columns, by their QR decomposition."""
    reflectors, tau = geqrf(a)
    return linalg.householder_product(reflectors, tau) * reflectors.diagonal(dim1=-2, dim2=-1).sgn().unsqueeze(-2)


class _Orthogonal(Module):
    """Orthogonal matrices as functions of any (M. Lezcano-Casado, arXiv:1909.09501)."""

    def __init__(self, weight: Tensor, orthogonal_map: str, *, use_trivialization: bool = True) -> None:
        super().__init__()
        if weight.is_complex() and orthogonal_map == "householder":
            raise ValueError("The householder parametrization does not support complex tensors.")
        self.shape = weight.shape
        self.orthogonal_map = orthogonal_map
        if use_trivialization:
            self.register_buffer("base", None)

    def forward(self, X: Tensor) -> Tensor:
        turned = X.size(-2) < X.size(-1)
        if turned:
            X = X.mT
        q = self._by_reflections(X) if self.orthogonal_map == "householder" else self._of_skew(X)
        if hasattr(self, "base"):
            q = self.base @ q
        return q.mT if turned else q

    def _of_skew(self, x: Tensor) -> Tensor:
        """The exponential, or the Cayley transform, of the skew-symmetric matrix below the diagonal of x."""
        n, k = x.shape[-2:]
        x = x.tril()
        if n != k:
            x = ops.cat([x, x.new_zeros(n, n - k).expand(*x.shape[:-2], -1, -1)], dim=-1)
        a = x - x.mH
        if self.orthogonal_map == "matrix_exp":
            q = linalg.matrix_exp(a)
        else:
            one = ops.eye(n, dtype=a.dtype)
            q = linalg.solve(ops.add(one, a, alpha=-0.5), ops.add(one, a, alpha=0.5))
        return q if n == k else q[..., :k]

    def _by_reflections(self, x: Tensor) -> Tensor:
        """A product of reflections at the columns below the diagonal, the signs on it."""
        a = x.tril(diagonal=-1)
        tau = 2.0 / (1.0 + (a * a).sum(dim=-2))
        return linalg.householder_product(a, tau) * x.diagonal(dim1=-2, dim2=-1).int().unsqueeze(-2)

    def right_inverse(self, Q: Tensor) -> Tensor:
        if Q.shape != self.shape:
            raise ValueError(
                f"Expected a matrix or batch of matrices of shape {self.shape}. Got a tensor of shape {Q.shape}."
            )
        with no_grad():
            turned = Q.size(-2) < Q.size(-1)
            tall = Q.mT if turned else Q
            if hasattr(self, "base"):
                self.base = self._base(tall)
                below = ops.zeros_like(Q)
                below.diagonal(dim1=-2, dim2=-1).fill_(-1.0)
                return below
            if self.orthogonal_map != "householder":
                raise NotImplementedError(
                    "It is not possible to assign to the matrix exponential or the Cayley parametrizations when "
                    "use_trivialization=False."
                )
            a, tau = geqrf(tall)
            diagonal = a.diagonal(dim1=-2, dim2=-1)
            diagonal.sign_()
            diagonal[tau == 0.0] *= -1  # no reflection there
            return a.mT if turned else a

    def _base(self, q: Tensor) -> Tensor:
        """The square orthogonal matrix from which to start: `q`, with more columns if it is not square."""
        n, k = q.shape[-2:]
        if n == k:
            return q.clone() if _is_orthogonal(q) else _made_orthogonal(q)
        more = ops.randn((*q.shape[:-2], n, n - k), dtype=q.dtype)
        return _made_orthogonal(ops.cat([q, more], dim=-1))


def orthogonal(
    module: Module, name: str = "weight", orthogonal_map: str | None = None, *, use_trivialization: bool = True
) -> Module:
    r"""Keep the matrix (or batch of matrices) `name` of a module orthogonal: with orthonormal rows, or columns if there are
    fewer of these.

    Args:
        module: the module.
        name: the name of the tensor.
        orthogonal_map: ``"matrix_exp"`` or ``"cayley"``, of a skew-symmetric matrix, or ``"householder"``, a product of
            reflections. If left out, the first for square and complex matrices, the last for others.
        use_trivialization: whether to start from the matrix as it is, so that any orthogonal matrix can be assigned.

    Returns:
        The module.

    Raises:
        ValueError: if there is no such tensor or map, or it is no matrix.

    Example::

        >>> layer = nn.utils.parametrizations.orthogonal(nn.Linear(4, 2))
        >>> torch.allclose(layer.weight @ layer.weight.T, torch.eye(2), atol=1e-5)
        True
    """
    weight = _weight_of(module, name)
    if weight.ndim < 2:
        raise ValueError(f"Expected a matrix or batch of matrices. Got a tensor of {weight.ndim} dimensions.")
    if orthogonal_map is None:
        square = weight.size(-2) == weight.size(-1)
        orthogonal_map = "matrix_exp" if square or weight.is_complex() else "householder"
    if orthogonal_map not in _MAPS:
        raise ValueError(
            f'orthogonal_map has to be one of "matrix_exp", "cayley", "householder". Got: {orthogonal_map}'
        )
    parametrization = _Orthogonal(weight, orthogonal_map, use_trivialization=use_trivialization)
    return register_parametrization(module, name, parametrization, unsafe=True)


class _WeightNorm(Module):
    def __init__(self, dim: int | None = 0) -> None:
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, weight_g: Tensor, weight_v: Tensor) -> Tensor:
        return _weight_norm(weight_v, weight_g, self.dim)

    def right_inverse(self, weight: Tensor) -> tuple[Tensor, Tensor]:
        return norm_except_dim(weight, 2, self.dim), weight


def weight_norm(module: Module, name: str = "weight", dim: int | None = 0) -> Module:
    r"""Make the weight `name` of a module a direction times a length, :math:`w = g v / \|v\|` (T. Salimans, D. Kingma,
    arXiv:1602.07868), which are trained as ``original0`` and ``original1`` of its parametrizations.

    Args:
        module: the module.
        name: the name of the weight.
        dim: the dimension along which there are several lengths; None for one of the whole weight.

    Returns:
        The module. It also loads states of the older :func:`~nn.utils.weight_norm`.

    Example::

        >>> nn.utils.parametrizations.weight_norm(nn.Linear(20, 40)).parametrizations.weight.original0.size()
        torch.Size([40, 1])
    """
    register_parametrization(module, name, _WeightNorm(dim), unsafe=True)

    def rename(state_dict: dict, prefix: str, *rest: Any) -> None:
        old = f"{prefix}{name}_g", f"{prefix}{name}_v"
        if all(key in state_dict for key in old):
            for i, key in enumerate(old):
                state_dict[f"{prefix}parametrizations.{name}.original{i}"] = state_dict.pop(key)

    module._register_load_state_dict_pre_hook(rename)
    return module


class _SpectralNorm(Module):
    def __init__(self, weight: Tensor, n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12) -> None:
        super().__init__()
        ndim = weight.ndim
        if not -ndim <= dim < ndim:
            raise IndexError(
                f"Dimension out of range (expected to be in range of [-{ndim}, {ndim - 1}] but got {dim})"
            )
        if n_power_iterations <= 0:
            raise ValueError(
                f"Expected n_power_iterations to be positive, but got n_power_iterations={n_power_iterations}"
            )
        self.dim = dim if dim >= 0 else dim + ndim
        self.eps = eps
        if ndim > 1:
            self.n_power_iterations = n_power_iterations
            matrix = self._as_matrix(weight)
            for buffer, size in zip(("_u", "_v"), matrix.size()):
                self.register_buffer(buffer, matrix.new_empty(size).normal_(0, 1))
            with no_grad():
                for buffer in ("_u", "_v"):
                    setattr(self, buffer, F.normalize(getattr(self, buffer), dim=0, eps=eps))
            self._power_method(matrix, 15)

    def _as_matrix(self, weight: Tensor) -> Tensor:
        if self.dim != 0:
            weight = weight.permute(self.dim, *[d for d in range(weight.ndim) if d != self.dim])
        return weight.flatten(1)

    def _power_method(self, matrix: Tensor, count: int) -> None:
        with no_grad():
            for _ in range(count):
                F.normalize(ops.mv(matrix, self._v), dim=0, eps=self.eps, out=self._u)
                F.normalize(ops.mv(matrix.mH, self._u), dim=0, eps=self.eps, out=self._v)

    def forward(self, weight: Tensor) -> Tensor:
        if weight.ndim == 1:
            return F.normalize(weight, dim=0, eps=self.eps)
        matrix = self._as_matrix(weight)
        if self.training:
            self._power_method(matrix, self.n_power_iterations)
        # The buffers are written again in the next call, perhaps before backward.
        return weight / ops.vdot(self._u.clone(), ops.mv(matrix, self._v.clone()))

    def right_inverse(self, value: Tensor) -> Tensor:
        return value


def spectral_norm(
    module: Module, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> Module:
    r"""Divide the weight `name` of a module by its largest singular value (T. Miyato et al., arXiv:1802.05957), which power
    iteration follows during training.

    Args:
        module: the module.
        name: the name of the weight.
        n_power_iterations: iterations in each call.
        eps: the least norm by which vectors are divided.
        dim: the dimension of the weight's rows, when it is seen as a matrix; 0, or 1 for transposed convolutions, if left out.

    Returns:
        The module.

    Raises:
        ValueError: if there is no such weight, or `n_power_iterations` is not positive.
        IndexError: if there is no dimension `dim`.

    Example::

        >>> layer = nn.utils.parametrizations.spectral_norm(nn.Linear(20, 40))
        >>> bool(torch.linalg.matrix_norm(layer.weight, 2) < 1.2)
        True
    """
    weight = _weight_of(module, name)
    if dim is None:
        dim = 1 if isinstance(module, (ConvTranspose1d, ConvTranspose2d, ConvTranspose3d)) else 0
    return register_parametrization(module, name, _SpectralNorm(weight, n_power_iterations, dim, eps))
