"""The results of functions that return several tensors: tuples whose parts have names.

>>> torch.tensor([[1., 3.], [4., 2.]]).max(dim=1)
torch.return_types.max(
values=tensor([3., 4.]),
indices=tensor([1, 0]))
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter
from typing import TYPE_CHECKING, Any

__all__: list[str] = []

if TYPE_CHECKING:  # the classes are made by `_define`

    def __getattr__(name: str) -> Any: ...


class NamedTuple(tuple):
    """A tuple of fixed length whose parts are attributes too, made of one sequence. TypeError for another length."""

    __slots__ = ()
    n_fields = n_sequence_fields = n_unnamed_fields = 0
    _names: tuple[str, ...] = ()

    def __new__(cls, sequence: Iterable[Any]) -> NamedTuple:
        parts = tuple(sequence)
        if len(parts) != cls.n_fields:
            raise TypeError(f"{cls._qualified()}() takes a {cls.n_fields}-sequence ({len(parts)}-sequence given)")
        return tuple.__new__(cls, parts)

    @classmethod
    def _qualified(cls) -> str:
        return f"torch.return_types.{cls.__name__}"

    def __repr__(self) -> str:
        parts = ",\n".join([f"{name}={part!r}" for name, part in zip(self._names, self)])
        return f"{self._qualified()}(\n{parts})"

    def __reduce__(self) -> Any:
        return _made, (type(self).__name__, tuple(self))


def _made(name: str, parts: tuple[Any, ...]) -> NamedTuple:
    """What a pickled result is loaded through."""
    return globals()[name](parts)


def _define(fields: str, *names: str) -> None:
    parts = tuple(fields.split())
    for name in names:
        attributes: dict[str, Any] = {part: property(itemgetter(i)) for i, part in enumerate(parts)}
        attributes |= {"__slots__": (), "n_fields": len(parts), "n_sequence_fields": len(parts), "_names": parts}
        globals()[name] = type(name, (NamedTuple,), {**attributes, "__module__": "torch.return_types"})
        __all__.append(name)


_define("values indices", "cummax", "cummin", "kthvalue", "max", "median", "min", "mode", "nanmedian", "sort", "topk")
_define("min max", "aminmax", "aminmax_out")
_define("mantissa exponent", "frexp", "frexp_out")
_define("L info", "linalg_cholesky_ex", "linalg_cholesky_ex_out")
_define("sign logabsdet", "linalg_slogdet", "linalg_slogdet_out", "slogdet", "slogdet_out")
_define("inverse info", "linalg_inv_ex", "linalg_inv_ex_out")
_define("result info", "linalg_solve_ex", "linalg_solve_ex_out")
_define("solution cloned_coefficient", "triangular_solve", "triangular_solve_out")
_define("P L U", "linalg_lu", "linalg_lu_out", "lu_unpack", "lu_unpack_out")
_define("LU pivots", "linalg_lu_factor", "linalg_lu_factor_out")
_define("LU pivots info", "linalg_lu_factor_ex", "linalg_lu_factor_ex_out", "_lu_with_info")
_define("Q R", "linalg_qr", "linalg_qr_out", "qr", "qr_out")
_define("a tau", "geqrf", "geqrf_out")
_define("LD pivots", "linalg_ldl_factor", "linalg_ldl_factor_out")
_define("LD pivots info", "linalg_ldl_factor_ex", "linalg_ldl_factor_ex_out")
_define("U S V", "svd", "svd_out")
_define("U S Vh", "linalg_svd", "linalg_svd_out")
_define("eigenvalues eigenvectors", "linalg_eig", "linalg_eig_out", "linalg_eigh", "linalg_eigh_out")
_define("solution residuals rank singular_values", "linalg_lstsq", "linalg_lstsq_out")
_define("hist bin_edges", "histogram", "histogram_out", "histogramdd")
