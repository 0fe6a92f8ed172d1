"""Memory that is freed is kept for the next array.

The first touch of fresh memory costs more than computing on it: the system hands it out page by page, filled with zeros.
By default glibc's ``malloc`` returns what large arrays free to the system, at once or as soon as it lies at the end of
the heap, and a training step takes it all anew. Two settings change that, for the whole process. No pool of our own could
do it with less risk: an array stays what it is, and its memory is free when NumPy frees it.

Other C libraries are left as they are, and so is a program that has set glibc's own variables.
"""

from __future__ import annotations

import ctypes
import os
from typing import Any

#: glibc's names for what `mallopt` sets.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
#: Up to so much free memory at the end of the heap is kept. Arrays larger than that come from the system and go back.
KEPT = 1 << 30
#: The most that older versions of glibc allow for arrays on the heap.
_OLD_LIMIT = 1 << 25


def _glibc() -> Any:
    """The C library, if it is glibc and nobody has tuned it."""
    tuned = "glibc.malloc." in os.environ.get("GLIBC_TUNABLES", "") or any(
        [name in os.environ for name in ("MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TOP_PAD_")]
    )
    if tuned or os.name != "posix":
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "gnu_get_libc_version") and hasattr(library, "mallopt") else None


def keep_freed() -> bool:
    """Has the process keep what it frees, up to a gigabyte or an eighth of the machine's memory. Whether it does now."""
    library = _glibc()
    if library is None:
        return False
    kept = min(KEPT, os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 8)
    if not (library.mallopt(_M_MMAP_THRESHOLD, kept) or library.mallopt(_M_MMAP_THRESHOLD, min(kept, _OLD_LIMIT))):
        return False
    return bool(library.mallopt(_M_TRIM_THRESHOLD, kept))


def give_back() -> bool:
    """Returns to the system what the process keeps free. Whether there was any."""
    library: Any = ctypes.CDLL(None) if os.name == "posix" else None
    return bool(library.malloc_trim(0)) if hasattr(library, "malloc_trim") else False
