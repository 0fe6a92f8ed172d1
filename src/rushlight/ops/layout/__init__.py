"""Shapes, views, and tensors put together of parts."""
