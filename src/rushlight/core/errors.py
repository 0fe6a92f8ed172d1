"""torch's words for what goes wrong, where more than one place says them."""

from __future__ import annotations

INFERENCE_SAVED = (
    "Inference tensors cannot be saved for backward. Please do not use Tensors created in inference mode in "
    "computation tracked by autograd. To work around this, you can make a clone to get a normal tensor and use it in "
    "autograd, or use `torch.no_grad()` instead of `torch.inference_mode()`."
)
INFERENCE_INPLACE = (
    "Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone to get a normal "
    "tensor before doing inplace update.See https://github.com/pytorch/rfcs/pull/17 for more details."
)
LEAF_INPLACE = "a leaf Variable that requires grad is being used in an in-place operation."
LEAF_USED_INPLACE = "a leaf Variable that requires grad has been used in an in-place operation."
LEAF_VIEW_INPLACE = "a view of a leaf Variable that requires grad is being used in an in-place operation."
COMPUTED = "you can only change requires_grad flags of leaf variables."
DETACH = (
    "If you want to use a computed variable in a subgraph that doesn't require differentiation use var_no_grad = "
    "var.detach()."
)
OVERLAPPING_WRITE = (
    "unsupported operation: more than one element of the written-to tensor refers to a single memory location. Please "
    "clone() the tensor before performing the operation."
)
OVERLAPPING_INPUT = (
    "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single memory "
    "location. Please clone() the tensor before performing the operation."
)

#: How a view was made, where that forbids to rewrite its history; DEFAULT_VIEW: it does not.
DEFAULT_VIEW, NO_GRAD_VIEW, INFERENCE_VIEW, MULTI_VIEW, CUSTOM_VIEW = range(5)
_AMBIGUOUS = (
    "Given that this use case is ambiguous and error-prone, it is forbidden. You can clarify your code by moving both "
    "the view and the inplace either both inside the {} block (if you don't want the inplace to be tracked) or both "
    "outside (if you want the inplace to be tracked)."
)
_WHY_NOT = {
    NO_GRAD_VIEW: _AMBIGUOUS.format("no_grad"),
    INFERENCE_VIEW: _AMBIGUOUS.format("inference_mode"),
    MULTI_VIEW: (
        "This view is the output of a function that returns multiple views. Such functions do not allow the output "
        "views to be modified inplace. You should replace the inplace operation by an out-of-place one."
    ),
    CUSTOM_VIEW: (
        "This view was created inside a custom Function (or because an input was returned as-is) and the autograd "
        "logic to handle view+inplace would override the custom backward associated with the custom Function, leading "
        "to incorrect gradients. This behavior is forbidden. You can fix this by cloning the output of the custom "
        "Function."
    ),
}


def view_error(creation: int, indirect: bool, node: str | None, nr: int) -> RuntimeError:
    """The error for a view that was changed in place, itself or (`indirect`) through its base, and may not be.

    `node` is the short name of the view's node, if it has one.
    """
    changed = "its base or another view of its base has been" if indirect else "is being"
    inference = creation == INFERENCE_VIEW
    mode, end = ("inference mode", " in normal mode") if inference else ("no_grad mode", " with grad mode enabled")
    if node is None:
        what = f"A view was created in {mode} and {changed} modified inplace{end}. "
    elif creation in (NO_GRAD_VIEW, INFERENCE_VIEW):
        what = f"Output {nr} of {node} is a view of a view which was created in {mode} and {changed} modified inplace"
        what += f"{end}. "
    else:
        what = f"Output {nr} of {node} is a view and {changed} modified inplace. "
    return RuntimeError(what + _WHY_NOT[creation])
