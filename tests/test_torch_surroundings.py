"""What programs ask of torch beside tensors: its version, and TorchScript, which runs as Python."""

import warnings

import pytest

import rushlight as torch


def test_scripted_programs_run_as_python():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)

        @torch.jit.script
        def double(x):
            return x * 2

        layer = torch.nn.Linear(2, 1)
        assert double(torch.ones(1)) == 2 and torch.jit.trace(layer, torch.ones(1, 2)) is layer
    assert torch.jit.ignore(double) is double and torch.jit.ignore(drop=False)(double) is double
    assert not torch.jit.is_scripting() and not torch.jit.is_tracing()
    with pytest.raises(NotImplementedError, match=r"torch\.jit\.load"):
        torch.jit.load("model.pt")


def test_versions_are_compared_as_versions():
    version = torch.torch_version.TorchVersion("1.10.0")
    assert "1.9" < version <= "1.10" and version == (1, 10) and version < "1.10.0.post1" and version > "1.10.0rc1"
    assert version < "1.10.0+cpu" and version.split(".")[0] == "1" and {version: 1}["1.10.0"] == 1
    assert (version < "a.b") == ("1.10.0" < "a.b")
    assert type(torch.__version__) is torch.torch_version.TorchVersion and torch.__version__ >= (2, 13)
