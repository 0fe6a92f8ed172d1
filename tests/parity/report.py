"""What the modules of this folder print when they are run as programs."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable


def report(
    entries: Collection[str], problems: Callable[[str], Iterable[str]], asked: list[str],
    about: Callable[[str], str] = lambda name: "", summary: Callable[[], str] = lambda: "",
) -> int:  # fmt: skip
    """Prints which of the entries (or of those `asked` for) differ, and where; 1 if any does.

    `about` says more of an entry that was run, `summary` of all of them.
    """
    failed = 0
    for name in asked or entries:
        found = list(itertools.islice(problems(name), 12 if asked else 3))
        failed += bool(found)
        print(f"{'FAIL' if found else 'ok  '} {name}{about(name)}", flush=True)
        for line in found:
            print("    " + line, flush=True)
    print(f"{failed} of {len(asked or entries)} fail{summary()}")
    return min(failed, 1)
