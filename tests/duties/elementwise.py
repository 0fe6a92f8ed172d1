"""What operations of `rushlight.ops.elementwise` owe no sample of, and why."""

EXCEPTIONS = {
    "float64": {
        "complex numbers only": "view_as_real conj conj_physical",
    },
    "complex128": {
        "real numbers only": """
            copysign copysign_number div_floor div_trunc remainder fmod remainder_number fmod_number
            sign deg2rad rad2deg hypot atan2 logaddexp2 xlogy xlogy_number xlogy_of_number erf erfc
            erfinv lgamma digamma polygamma mvlgamma i0 special_i1 floor ceil trunc round frac logit
            nan_to_num prelu_kernel relu threshold leaky_relu hardtanh hardsigmoid hardswish
            hardshrink softshrink elu celu gelu gelu_tanh mish softplus log_sigmoid softmax
            log_softmax maximum minimum fmax fmin clamp clamp_tensors clamp_tensor_min
            clamp_tensor_max clamp_min clamp_max clamp_min_tensor clamp_max_tensor view_as_complex
            complex polar glu elu_ celu_ leaky_relu_ threshold_ rrelu_with_noise_ divided_by_power frexp
            round_decimals threshold_backward leaky_relu_backward hardtanh_backward
            hardsigmoid_backward hardswish_backward hardshrink_backward elu_double_backward
            elu_backward gelu_backward gelu_tanh_backward softplus_backward log_sigmoid_backward
            softmax_backward_data log_softmax_backward_data nextafter
        """,
    },
    "0-d": {
        "takes vectors or matrices": "glu view_as_complex",
    },
    "broadcast": {
        "one input is a number": """
            copysign_number rsub_number remainder_number fmod_number xlogy_number xlogy_of_number
        """,
    },
    "zeros": {
        "its sample has a formula": "pow xlogy nextafter frexp divided_by_power",
        "zero by convention: near by it is unbounded, on one side": "sgn",
        "PyTorch's 0 / 0": "hypot",
    },
    "infinities": {
        "its sample has a formula": "nan_to_num divided_by_power",
    },
}
