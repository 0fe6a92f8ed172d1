"""Random tensors, with PyTorch's streams."""
