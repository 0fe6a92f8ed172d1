"""What operations of `rushlight.ops.signals` owe no sample of, and why."""

EXCEPTIONS = {
    "float64": {
        "takes complex numbers only": "_fft_c2c _fft_c2r fft_r2c_backward",
    },
    "complex128": {
        "takes real numbers only": "_fft_r2c fft_c2r_backward",
    },
    "0-d": {
        "takes vectors or matrices": "_fft_r2c _fft_c2r fft_r2c_backward fft_c2r_backward",
    },
}
