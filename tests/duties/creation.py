"""What operations of `rushlight.ops.creation` owe no sample of, and why."""

EXCEPTIONS = {
}
