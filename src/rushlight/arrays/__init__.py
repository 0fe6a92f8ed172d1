"""What torch knows of arrays below the graph: dtypes and promotion, sizes and devices, the order of sums, strides, the
random stream, printing. NumPy in, NumPy out; no Tensor."""
