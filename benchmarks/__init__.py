"""Programs in the torch API, timed under rushlight and PyTorch in one run: `python -m benchmarks`."""
