"""Special functions: those of mathematical physics and statistics, and families of polynomials."""
