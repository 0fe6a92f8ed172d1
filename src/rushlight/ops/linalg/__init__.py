"""Linear algebra: decompositions, solvers, norms, products of matrices."""
