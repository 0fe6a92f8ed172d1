"""What torch says of itself and of tensors, beside operations."""
