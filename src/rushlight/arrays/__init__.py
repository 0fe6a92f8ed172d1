"""What torch knows of arrays below the graph: dtypes and promotion, sizes and devices, the order of sums, strides, the
random stream, printing; large computations in blocks, on all cores. NumPy in, NumPy out; no Tensor."""
