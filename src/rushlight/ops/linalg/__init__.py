"""Dense linear algebra: factorizations, solvers, determinants, spectra, on NumPy's and SciPy's LAPACK."""
