"""Attention with a score modified by a function: PyTorch compiles one kernel of it, which is not done here."""

from __future__ import annotations

from typing import Any, NoReturn

__all__ = ["create_block_mask", "flex_attention"]


def flex_attention(*args: Any, **keywords: Any) -> NoReturn:
    """Raises NotImplementedError: write the scores out, or use :func:`~nn.functional.scaled_dot_product_attention`."""
    raise NotImplementedError("flex_attention() is not supported; scaled_dot_product_attention() takes any mask")


def create_block_mask(*args: Any, **keywords: Any) -> NoReturn:
    """Raises NotImplementedError, as :func:`flex_attention` does."""
    raise NotImplementedError("create_block_mask() is not supported; scaled_dot_product_attention() takes any mask")
