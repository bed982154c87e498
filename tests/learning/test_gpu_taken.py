"""A GPU that another program has taken, by a stand-in for what torch says of it: work goes on on the processor."""

import numpy as np
import pytest
import torch

from lesionstudio.learning import engines
from lesionstudio.learning.engines import Batch, device_for, instead_of_gpu, usable_devices, why_not_gpu
from lesionstudio.learning.hardware import is_out_of_memory
from lesionstudio.learning.inference import Predictor
from lesionstudio.workflows.devices import devices
from tests.tiny_model import tiny_card

GIB = 2**30


def gpu(monkeypatch: pytest.MonkeyPatch, free: int | None) -> None:
    """A computer with a GPU that has so many bytes free; None: it answers nobody."""

    def told() -> tuple[int, int]:
        if free is None:
            raise RuntimeError("CUDA error: all CUDA-capable devices are busy or unavailable")
        return free, 8 * GIB

    monkeypatch.setattr(engines, "_may_have_gpu", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "mem_get_info", told)
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda: 0)


def test_a_gpu_with_room_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    gpu(monkeypatch, 6 * GIB)
    assert device_for("auto") == device_for("cuda") == usable_devices()[0] == "cuda"
    assert why_not_gpu() == "" and instead_of_gpu("auto") == []


@pytest.mark.parametrize(("free", "words"), [(GIB // 10, "taken the memory"), (None, "another program holds it")])
def test_a_taken_gpu_leaves_the_work_to_the_processor_and_it_is_said_why(
    monkeypatch: pytest.MonkeyPatch, free: int | None, words: str
) -> None:
    gpu(monkeypatch, free)
    assert device_for("auto") == device_for("cuda") == "cpu"
    assert "cuda" not in usable_devices()
    (told,) = instead_of_gpu("cuda")
    assert words in told and told.endswith("It goes on on the processor.")
    assert words in devices("auto")["why"] and words in devices("cuda")["why"], "doctor says it in the same words"
    assert instead_of_gpu("cpu") == []


class FullGpu:
    """An engine whose GPU has no room for anything, until it leaves it."""

    name, device, batch = "full", "cuda", 4

    def logits(self, pictures: Batch) -> Batch:
        if self.device == "cuda":
            raise MemoryError
        return pictures[:, :1]

    def leave_gpu(self) -> bool:
        was_there, self.device, self.batch = self.device == "cuda", "cpu", 1
        return was_there


def test_a_draft_that_no_gpu_memory_is_left_for_is_made_on_the_processor_and_that_is_said_once() -> None:
    predictor = Predictor(tiny_card(), FullGpu())
    pictures = np.random.default_rng(0).normal(0, 1, (5, 1, 256, 256)).astype(np.float32)
    found = predictor.predict(pictures)
    np.testing.assert_allclose(found[0], 1 / (1 + np.exp(-pictures[:, 0])), atol=1e-6)
    assert predictor.take_notes() == ["Memory ran out: it goes on on the processor."]
    assert predictor.take_notes() == [] and predictor.batch == 1


def test_what_the_libraries_of_a_full_gpu_say_is_heard_as_memory() -> None:
    assert is_out_of_memory(RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"))
    assert is_out_of_memory(RuntimeError("cuDNN error: CUDNN_STATUS_NOT_INITIALIZED"))
    assert not is_out_of_memory(RuntimeError("CUDA error: an illegal memory access was encountered"))
