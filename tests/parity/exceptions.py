"""What of PyTorch's surface rushlight leaves out, or where it differs, and why. `docs/coverage.md` is made from this."""

CUDA = "runs on CUDA alone"
KERNEL = "an internal kernel of PyTorch's, reached by no public name"
SPARSE = "sparse layouts are scipy.sparse's task"

#: Entries of `op_db` that do not pass, by name, with the reason.
OPERATIONS = {
    "jiterator_2inputs_2outputs": CUDA,
    "jiterator_4inputs_with_extra_args": CUDA,
    "jiterator_binary": CUDA,
    "jiterator_binary_return_by_ref": CUDA,
    "jiterator_unary": CUDA,
    "to_sparse": SPARSE,
    "torch.ops.aten._flash_attention_forward": KERNEL,
    "torch.ops.aten._efficient_attention_forward": KERNEL,
    "_chunk_cat": KERNEL,
    "slice": KERNEL + " (torch.ops.aten.slice)",
    "_unsafe_masked_index_put_accumulate": KERNEL + "; in bfloat16 PyTorch rounds after every addition, rushlight once",
    "as_strided_scatter": "PyTorch's gradient of the input is wrong (its own gradcheck says so), rushlight's is not",
    "chalf": "complex numbers of 16-bit floats: NumPy has no such dtype",
}

#: Modules of PyTorch's `module_db` that do not pass, by name, with the reason.
MODULES: dict[str, str] = {}

#: Entries of `optim_db` that do not pass.
OPTIMIZERS = {"SparseAdam": SPARSE}

#: Entries of `op_db` whose forward mode differs.
FORWARD = {
    "slice": OPERATIONS["slice"],
    "triangular_solve": "PyTorch lets the tangent of the triangle that is not read through",
    "cov": "weights in float32 make noise in the last digits of float32",
    "logcumsumexp": "PyTorch's tangent is right to six digits, rushlight's to all",
}
