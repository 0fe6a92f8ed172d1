"""Storages, under the name of the module in which torch has them."""

from .ops.language.storage import TypedStorage, UntypedStorage

__all__ = ["TypedStorage", "UntypedStorage"]
