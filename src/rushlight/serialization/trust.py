"""Which names in a checkpoint may be used: a program's own additions to the short list of the reader."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

PACKAGE = __name__.partition(".")[0]
_added: list[Any] = []


def add_safe_globals(safe_globals: Sequence[Any]) -> None:
    """Allows `load` to use these classes and functions (or pairs of one and the full name that a file has for it).

    Their code runs on what the file says: only add what can bear any argument.
    """
    _added.extend(safe_globals)


def get_safe_globals() -> list[Any]:
    """What was added."""
    return list(_added)


def clear_safe_globals() -> None:
    """Forgets what was added."""
    _added.clear()


class safe_globals:
    """`add_safe_globals` for the time of a ``with`` block."""

    def __init__(self, safe_globals: Sequence[Any]) -> None:
        self.globals = safe_globals

    def __enter__(self) -> None:
        self.before = get_safe_globals()
        add_safe_globals(self.globals)

    def __exit__(self, *exc: object) -> None:
        _added[:] = self.before


def added() -> dict[str, Any]:
    """What was added, by the full name that a file has for it: what is of this package, by its torch name too."""
    found: dict[str, Any] = {}
    for entry in _added:
        if isinstance(entry, tuple):
            found[entry[1]] = entry[0]
            continue
        package, dot, rest = f"{entry.__module__}.{entry.__qualname__}".partition(".")
        for name in ("torch", PACKAGE) if package in ("torch", PACKAGE) else (package,):
            found[f"{name}{dot}{rest}"] = entry
    return found
