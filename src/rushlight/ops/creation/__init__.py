"""Tensors made from nothing, from data, and from tensors of another dtype."""
