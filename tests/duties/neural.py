"""What operations of `rushlight.ops.neural` owe no sample of, and why."""

EXCEPTIONS = {
    "float64": {
        "16 bits alone": "native_layer_norm_narrow",
    },
    "second order": {
        "16 bits alone": "native_layer_norm_narrow",
        "its gradient has no derivative, as in PyTorch": """
            ctc_loss linear_cross_entropy_batch_chunked
            linear_cross_entropy_batch_chunked_no_reduction multi_margin_loss multilabel_margin_loss
        """,
    },
    "complex128": {
        "real numbers only": """
            rrelu_with_noise mse_loss smooth_l1_loss huber_loss binary_cross_entropy_with_logits
            nll_loss nll_loss2d native_layer_norm avg_pool2d_backward avg_pool2d avg_pool3d_backward
            avg_pool3d max_pool2d_taken max_pool2d_backward max_pool2d max_pool3d_taken
            max_pool3d_backward max_pool3d max_pool2d_with_indices max_pool3d_with_indices_backward
            max_pool3d_with_indices adaptive_avg_pool2d_backward adaptive_avg_pool3d_backward
            adaptive_avg_pool3d adaptive_max_pool2d_backward adaptive_max_pool2d
            adaptive_max_pool3d_backward adaptive_max_pool3d fractional_max_pool2d_backward
            fractional_max_pool2d fractional_max_pool3d_backward fractional_max_pool3d safe_softmax
            scaled_dot_product_attention native_batch_norm_legit native_batch_norm_legit_no_stats
            native_group_norm convolution_input_gradient transposed_convolution_input_gradient
            convolution_weight_gradient ctc_loss embedding_bag embedding_bag_max
            unpooled_elements_backward unpooled_elements max_unpool2d max_unpool3d grid_sampler_2d
            grid_sampler_3d affine_grid_generator upsample_linear1d upsample_bilinear2d
            upsample_trilinear3d upsample_bicubic2d upsample_bilinear2d_aa upsample_bicubic2d_aa
            upsample_lanczos2d_aa upsample_nearest1d upsample_nearest2d upsample_nearest3d
            upsample_nearest_exact1d upsample_nearest_exact2d upsample_nearest_exact3d
            multi_margin_loss multilabel_margin_loss mse_loss_backward smooth_l1_loss_backward
            huber_loss_backward binary_cross_entropy_backward nll_loss_backward nll_loss2d_backward
            adaptive_avg_pool2d native_batch_norm batch_norm_with_update take_pixels put_pixels
            upsample_linear1d_backward upsample_bilinear2d_backward upsample_trilinear3d_backward
            upsample_bicubic2d_backward upsample_bilinear2d_aa_backward
            upsample_bicubic2d_aa_backward upsample_lanczos2d_aa_backward
            upsample_nearest1d_backward upsample_nearest2d_backward upsample_nearest3d_backward
            upsample_nearest_exact1d_backward upsample_nearest_exact2d_backward
            upsample_nearest_exact3d_backward soft_margin_loss_backward binary_cross_entropy
            ctc_loss_backward linear_cross_entropy_batch_chunked
            linear_cross_entropy_batch_chunked_no_reduction multi_margin_loss_backward
            multilabel_margin_loss_backward
        """,
        "16 bits alone": "native_layer_norm_narrow",
        "complex numbers are convolved as three of real ones": """
            transposed_convolution convolution_of_examples transposed_convolution_of_examples
            weight_gradient_of_examples
        """,
        "of complex numbers it is three of real ones, as in PyTorch": "convolution",
    },
    "0-d": {
        "takes vectors or matrices": """
            nll_loss nll_loss2d native_layer_norm embedding avg_pool2d_backward avg_pool2d
            avg_pool3d_backward avg_pool3d max_pool2d_taken max_pool2d_backward max_pool2d
            max_pool3d_taken max_pool3d_backward max_pool3d max_pool2d_with_indices
            max_pool3d_with_indices_backward max_pool3d_with_indices max_pool2d_indices_backward
            adaptive_avg_pool2d_backward adaptive_avg_pool2d adaptive_avg_pool3d_backward
            adaptive_avg_pool3d adaptive_max_pool2d_backward adaptive_max_pool2d
            adaptive_max_pool3d_backward adaptive_max_pool3d fractional_max_pool2d_backward
            fractional_max_pool2d fractional_max_pool3d_backward fractional_max_pool3d
            scaled_dot_product_attention native_batch_norm native_batch_norm_legit
            native_batch_norm_legit_no_stats native_group_norm constant_pad_nd reflection_pad1d
            reflection_pad2d reflection_pad3d replication_pad1d replication_pad2d replication_pad3d
            circular_pad convolution transposed_convolution convolution_input_gradient
            transposed_convolution_input_gradient convolution_weight_gradient conv_tbc ctc_loss
            embedding_bag embedding_bag_max im2col col2im unpooled_elements_backward
            unpooled_elements max_unpool2d max_unpool3d grid_sampler_2d grid_sampler_3d
            affine_grid_generator upsample_linear1d upsample_bilinear2d upsample_trilinear3d
            upsample_bicubic2d upsample_bilinear2d_aa upsample_bicubic2d_aa upsample_lanczos2d_aa
            upsample_nearest1d upsample_nearest2d upsample_nearest3d upsample_nearest_exact1d
            upsample_nearest_exact2d upsample_nearest_exact3d linear_cross_entropy_batch_chunked
            linear_cross_entropy_batch_chunked_no_reduction pack_padded_sequence pad_packed_sequence
            native_layer_norm_narrow embedding_dense_backward batch_norm_with_update
            reflection_pad1d_backward reflection_pad2d_backward reflection_pad3d_backward
            replication_pad1d_backward replication_pad2d_backward replication_pad3d_backward
            circular_pad_backward take_pixels put_pixels upsample_linear1d_backward
            upsample_bilinear2d_backward upsample_trilinear3d_backward upsample_bicubic2d_backward
            upsample_bilinear2d_aa_backward upsample_bicubic2d_aa_backward
            upsample_lanczos2d_aa_backward upsample_nearest1d_backward upsample_nearest2d_backward
            upsample_nearest3d_backward upsample_nearest_exact1d_backward
            upsample_nearest_exact2d_backward upsample_nearest_exact3d_backward linear_of_examples
            vectors_of_examples convolution_of_examples transposed_convolution_of_examples weight_gradient_of_examples
            ctc_loss_backward rnn_layer lstm_layer gru_layer
        """,
    },
    "empty": {
        "16 bits alone": "native_layer_norm_narrow",
        "refuses it, as PyTorch does": """
            affine_grid_generator pack_padded_sequence native_batch_norm_legit_no_stats
            batch_norm_with_update ctc_loss
        """,
        "left to what it is made of": "scaled_dot_product_attention",
        "only tangents pass, as in PyTorch": """
            ctc_loss_backward multi_margin_loss_backward multilabel_margin_loss_backward
        """,
    },
    "non-contiguous": {
        "16 bits alone": "native_layer_norm_narrow",
    },
    "zeros": {
        "its sample has a formula": "binary_cross_entropy",
        "of float16": "native_layer_norm_narrow",
        "which of equal elements is taken is not a matter of what is near": "max_pool2d_taken max_pool3d_taken",
    },
    "ties": {
        "of float16": "native_layer_norm_narrow",
        "which of equal elements is taken is not a matter of what is near": "max_pool2d_taken max_pool3d_taken",
    },
}
