"""What operations of `rushlight.ops.products` owe no sample of, and why."""

EXCEPTIONS = {
    "0-d": {
        "takes vectors or matrices": """
            mm vdot mv dot vm folded_mm folded_mv bmm bmm_broadcast linear linear_without_bias
        """,
    },
}
