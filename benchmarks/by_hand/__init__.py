"""Programs of the table by hand in NumPy, derivatives included: no tensors, no graph, no checks.

That is the least that a library which calls NumPy can take: `python -m benchmarks --by-hand` times them beside the others.
"""
