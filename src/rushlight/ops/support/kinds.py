"""Which kinds of dtypes an operation knows: the ``promote`` of elementwise operations."""

from __future__ import annotations

from collections.abc import Callable

from ...arrays.dtypes import dtype
from .arguments import unimplemented

Promote = Callable[[dtype], dtype]


def only(kinds: str, refusal: str | Exception, promote: Promote | None = None) -> Promote:
    """Lets dtypes of these kinds pass (b bool, i integer, f floating point, c complex), on to `promote` if given.

    For others it raises torch's NotImplementedError about the kernel `refusal`, or an exception like `refusal`.
    """

    def check(d: dtype) -> dtype:
        if "bifc"[d.category] not in kinds:
            raise unimplemented(refusal, d) if isinstance(refusal, str) else type(refusal)(*refusal.args)
        return d if promote is None else promote(d)

    return check
