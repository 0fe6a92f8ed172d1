"""What of PyTorch's surface rushlight leaves out, or where it differs, and why. `docs/coverage.md` is made from this."""

CUDA = "runs on CUDA alone"
KERNEL = "an internal kernel of PyTorch's, reached by no public name"
SPARSE = "sparse layouts are scipy.sparse's task"
FLOAT8 = "products of 8-bit floats: NumPy has no such dtype"

#: Entries of `op_db` that do not pass, by name, with the reason.
OPERATIONS = {
    "jiterator_2inputs_2outputs": CUDA,
    "jiterator_4inputs_with_extra_args": CUDA,
    "jiterator_binary": CUDA,
    "jiterator_binary_return_by_ref": CUDA,
    "jiterator_unary": CUDA,
    "to_sparse": SPARSE,
    "sparse.mm": SPARSE,
    "sparse.sampled_addmm": SPARSE,
    "torch._scaled_mm": FLOAT8,
    "torch._scaled_mm_v2": FLOAT8,
    "torch.ops.aten._flash_attention_forward": KERNEL,
    "torch.ops.aten._efficient_attention_forward": KERNEL,
    "_chunk_cat": KERNEL,
    "_unsafe_masked_index_put_accumulate": KERNEL + "; in bfloat16 PyTorch rounds after every addition, rushlight once",
    "as_strided_scatter": "PyTorch's gradient of the input is wrong (its own gradcheck says so), rushlight's is not",
    "chalf": "complex numbers of 16-bit floats: NumPy has no such dtype",
}

#: Modules of PyTorch's `module_db` that do not pass, by name, with the reason.
MODULES: dict[str, str] = {}

#: Entries of `optim_db` that do not pass.
OPTIMIZERS = {"SparseAdam": SPARSE}

#: Entries of `op_db` whose tangents PyTorch has wrong, or not precise: rushlight's agree with PyTorch's gradients.
FORWARD = {
    "triangular_solve": "PyTorch lets the tangent of the triangle that is not read through",
    "cholesky_inverse": "PyTorch's tangents are right to five digits, next to the identity matrix too",
    "logcumsumexp": "PyTorch's tangents are right to six digits, or nan for complex numbers",
}

#: Entries of `op_db` without a derivative that behave differently in forward mode.
FORWARD_THROUGH = {
    "nonzero_static": "PyTorch refuses it, though its results are integers, which have no tangents",
    "histogramdd": "both refuse it, by different names of what PyTorch calls inside",
}

#: Entries of `op_db` that differ under vmap.
BATCHED: dict[str, str] = {}

#: Entries of `op_db` that answer some bad call with another type of error than PyTorch: the rest answer every bad call of
#: `corrupted` as PyTorch does. This list should shrink.
BAD_CALLS = (
    "bmm broadcast_shapes gradient histc histogram histogramdd index_copy index_fill index_put isin istft ldexp "
    "linalg.det linalg.eigh linalg.eigvalsh linalg.lstsq linalg.matrix_rank linalg.svd linalg.tensorinv lu_unpack "
    "max_pool2d_with_indices_backward native_batch_norm native_dropout_backward native_group_norm native_layer_norm "
    "nn.functional.adaptive_avg_pool1d nn.functional.batch_norm nn.functional.binary_cross_entropy_with_logits "
    "nn.functional.conv1d nn.functional.conv2d nn.functional.conv3d nn.functional.conv_transpose1d "
    "nn.functional.conv_transpose2d nn.functional.conv_transpose3d nn.functional.ctc_loss nn.functional.embedding_bag "
    "nn.functional.fractional_max_pool2d nn.functional.fractional_max_pool3d nn.functional.gaussian_nll_loss "
    "nn.functional.grid_sample nn.functional.huber_loss nn.functional.instance_norm nn.functional.interpolate "
    "nn.functional.linear_cross_entropy nn.functional.local_response_norm nn.functional.max_unpool1d "
    "nn.functional.max_unpool2d nn.functional.max_unpool3d nn.functional.multi_head_attention_forward "
    "nn.functional.multilabel_margin_loss nn.functional.pdist nn.functional.poisson_nll_loss nn.functional.rrelu "
    "nn.functional.scaled_dot_product_attention nn.functional.soft_margin_loss nn.functional.upsample_bilinear "
    "nn.functional.upsample_nearest pca_lowrank round slice stft svd svd_lowrank take_along_dim to unsafe_split "
).split()

#: Names whose documented examples show something else, with the reason.
DOCUMENTED = {
    "torch.BFloat16Tensor.grad_dtype": "a gradient has the dtype of its tensor",
    "torch.Event": CUDA,
    "torch.conj": "a conjugate is computed at once, not marked",
    "torch.resolve_conj": "a conjugate is computed at once, not marked",
    "torch.resolve_neg": "a negative is computed, not marked",
    "torch.set_default_dtype": "complex numbers of 16-bit floats: NumPy has no such dtype",
    "torch.set_flush_denormal": "a setting of the processor that NumPy does not reach: False, as where it is not supported",
    "torch.sort": "equal elements, in an order that is not promised",
    "torch.vmap": "a built-in function is a function here",
    "torch.fft.hfft2": "the last digit: rushlight's round trip is close, PyTorch's is not",
    "torch.fft.hfftn": "the last digit: rushlight's round trip is close, PyTorch's is not",
    "torch.func.functionalize": "PyTorch's compilers, their graphs and types",
    "torch.is_storage": "typed storages, which PyTorch has deprecated; there is `TypedStorage`",
    "torch.linalg.lu_solve": "the last digit of a solution",
    "torch.linalg.solve_ex": "the example leaves out an argument, which is named in Python's words",
    "torch.masked.is_masked_tensor": "tensors with a mask",
    "torch.nn.MaxUnpool2d": "the example gives a function for a tensor; the error names another function",
    "torch.nn.utils.skip_init": "what is in memory that nobody wrote",
}

QUANTIZED = "quantized numbers"
COMPILER = "PyTorch's compilers, their graphs and types"
PLATFORM = "another backend's own kernel"
BUILD = "about the build of PyTorch's C++"
DTYPE = "a dtype that NumPy does not have"
LEGACY_STORAGE = "typed storages, which PyTorch has deprecated; there is `TypedStorage`"
LEAKED = "a name of Python's, or of a helper, that PyTorch's module happens to show"
KINETO = "Intel's and PyTorch's own tracers; a profile here is taken by Python itself"
PROTOTYPE = "a prototype in PyTorch; the functions of torch.masked take the mask as an argument"


def each(reason: str, names: str) -> dict[str, str]:
    """One reason for several names."""
    return dict.fromkeys(names.split(), reason)


#: Public names of PyTorch that rushlight does not have, by namespace: names, or patterns of names, with the reason.
NAMES: dict[str, dict[str, str]] = {
    "torch": {
        "sparse*": SPARSE, "*_sparse_": SPARSE, "*smm": SPARSE, "s*addmm": SPARSE, "hspmm": SPARSE, "spmm": SPARSE,
        "c*_indices_copy": SPARSE, "row_indices_copy": SPARSE, "indices_copy": SPARSE, "values_copy": SPARSE,
        "native_norm": SPARSE,
        "*quant*": QUANTIZED, "q_*": QUANTIZED, "int_repr": QUANTIZED, "choose_qparams*": QUANTIZED, "per_*_affine*": QUANTIZED,
        "per_*_symmetric": QUANTIZED, "q*int*": QUANTIZED, "qscheme": QUANTIZED, "Q*Storage": QUANTIZED, "ao": QUANTIZED,
        "fbgemm_*": QUANTIZED,
        "cudnn_*": PLATFORM, "miopen_*": PLATFORM, "mkldnn_*": PLATFORM, "mtia": PLATFORM,
        "batch_norm_*": "a part of batch normalisation across GPUs",
        "sym_constrain_range*": COMPILER, "sym_fresh_size": COMPILER, "Sym*": COMPILER, "*Type": COMPILER, "Script*": COMPILER,
        "export": COMPILER, "fx": COMPILER, "cond": COMPILER,
        "while_loop": COMPILER, "library": COMPILER, "classes": COMPILER, "package": COMPILER, "fork": COMPILER, "wait": COMPILER,
        "Future": COMPILER, "futures": COMPILER, "import_ir_module*": COMPILER, "parse_*": COMPILER, "slice_inverse": COMPILER,
        "merge_type_from_type_comment": COMPILER, "unify_type_list": COMPILER, "cpp": COMPILER,
        **each(COMPILER, (
            "AVG SUM AliasDb Argument ArgumentSpec BenchmarkConfig BenchmarkExecutionStats Block BufferDict CallStack Capsule Code "
            "CompilationUnit CompleteArgumentSpec ConcreteModuleTypeBuilder DeepCopyMemoTable DeserializationStorageContext "
            "DispatchKey DispatchKeySet ErrorReport ExcludeDispatchKeyGuard ExecutionPlan FatalError FileCheck FunctionSchema "
            "Gradient Graph GraphExecutorState IODescriptor JITException LiteScriptModule LockingLogger LoggerBase ModuleDict Node "
            "NoopLogger OperatorInfo PRIVATE_OPS ParameterDict PyTorchFileReader PyTorchFileWriter SerializationStorageContext "
            "StaticModule Tag ThroughputBenchmark TracingState Type Use Value DeviceObjType"
        )),
        "*autocast_ipu*": PLATFORM, "*autocast_xla*": PLATFORM, "set_autocast_gpu_dtype": CUDA,
        "compiled_with_cxx11_abi": BUILD, "has_*": BUILD, "USE_*": BUILD, "init_num_threads": BUILD, "get_file_path": BUILD,
        "prepare_multiprocessing_environment": BUILD, "profiler_*": KINETO,
        "monitor": BUILD, "hub": "downloads",
        **each(DTYPE, "bit* int[1-7] uint[1-7] float4* float8* complex32 chalf"),
        "Storage": LEGACY_STORAGE, "StorageBase": LEGACY_STORAGE,
        "Event": CUDA, "Stream": CUDA, "StreamObjType": CUDA,
        "jagged": "nested tensors", "nested": "nested tensors",
        "quasirandom": "see scipy.stats.qmc",
        **each(LEAKED, "TYPE_CHECKING classproperty torch windows"),
    },
    "torch.Tensor": {
        "*sparse*": SPARSE, "*_indices": SPARSE, "dense_dim": SPARSE, "smm": SPARSE, "sspaddmm": SPARSE,
        "dequantize": QUANTIZED, "int_repr": QUANTIZED, "q_*": QUANTIZED, "qscheme": QUANTIZED,
        "to_mkldnn": PLATFORM, "record_stream": CUDA, "to_padded_tensor": "nested tensors", "slice_inverse": COMPILER,
        "index": COMPILER,
    },
    "torch.nn.functional": {
        **each(LEAKED, "BroadcastingList[123] Callable DType GRID_SAMPLE_* Optional TYPE_CHECKING assert_int_or_pair "
                       "boolean_dispatch reproducibility_notes sparse_support_notes tf32_notes"),
        "*torch_function*": LEAKED,
        **each("products in dtypes that NumPy does not have, or of groups on GPUs",
               "ScalingType SwizzleType grouped_mm scaled_grouped_mm scaled_mm"),
    },
    "torch.masked": {"*MaskedTensor": PROTOTYPE, "*masked_tensor": PROTOTYPE},
    "torch.nn": {"q*": QUANTIZED, "intrinsic": QUANTIZED, "factory_kwargs": "for PyTorch's own use"},
    "torch.nn.attention": {"*_flash_attention_impl*": CUDA},
    "torch.nn.parallel": each("of several GPUs", "gather parallel_apply replicate scatter"),
    "torch.optim": {"SparseAdam": SPARSE, "swap_in_optimizer_params_and_state": "for PyTorch's own use"},
    "torch.return_types": {
        "*_out": "the classes of out= are those of the results", "all_return_types": "for PyTorch's own use",
        "pytree_register_structseq": "for PyTorch's own use",
    },
    "torch.serialization": {
        "*_options": "options of PyTorch's reader", "*endianness": "files have the machine's order of bytes",
        "LoadEndianness": "files have the machine's order of bytes", "validate_*_device": "for PyTorch's own use",
        "*storage_type": LEGACY_STORAGE, "StorageType": LEGACY_STORAGE, "storage_to_tensor_type": LEGACY_STORAGE,
        **each("of PyTorch's oldest format", "SourceChangeWarning"),
        **each("there is one device", "default_restore_location location_tag register_package skip_data"),
        **each(LEAKED, "check_module_version_greater_or_equal mkdtemp"),
    },
    "torch.testing": {"FileCheck": COMPILER},
    "torch.utils": {
        **each(PLATFORM, "backend_registration *privateuse1_backend"),
        **each(BUILD, "ThroughputBenchmark throughput_benchmark cmake_prefix_path collect_env *cpp_backtrace"),
        "backcompat": "warnings of PyTorch 0.2", "deterministic": "what `torch.empty` leaves in memory is not filled",
        "set_module": "for PyTorch's own use", "swap_tensors": "modules keep their parameters, whose payload is replaced",
        "weak": "see Python's weakref",
    },
    "torch.utils.data": each(
        "pipelines of data, which PyTorch has deprecated",
        "*DataPipe DataChunk argument_validation functional_datapipe *determin* runtime_validation*",
    ),
    "torch.linalg": {"common_notes": LEAKED},
    "torch.autograd.profiler": {
        "emit_nvtx": CUDA, "load_nvprof": CUDA, "parse_nvprof_trace": CUDA, "EnforceUnique": CUDA, "emit_itt": KINETO,
        "KinetoStepTracker": KINETO, "MemRecordsAcc": KINETO,
    },
    "torch.profiler": {"ExecutionTraceObserver": KINETO},
}  # fmt: skip

#: Names that are here and raise NotImplementedError, with the reason.
REFUSED: dict[str, dict[str, str]] = {
    "torch.nn.attention.flex_attention": each(
        "PyTorch compiles a kernel of the function that changes the scores", "flex_attention create_block_mask"
    ),
    "torch.nn.parallel": {"DistributedDataParallel": "`torch.distributed` is not available"},
}
