"""torch's functions under the name by which programs call those that have no public one: ``torch._VF.lstm``."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    from . import ops

    return getattr(ops, name)
