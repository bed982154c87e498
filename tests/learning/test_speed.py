"""Speed: measured once, in turn; a coarser precision only where it is clearly quicker; nothing learned while busy."""

import time
from collections.abc import Callable

import pytest

from lesionstudio.learning import speed
from lesionstudio.learning.engines import Batch
from lesionstudio.learning.speed import quickest, remembered_times


class Sleeper:
    """An engine that takes its time."""

    device, batch = "cpu", 1

    def __init__(self, name: str, seconds: float) -> None:
        self.name, self._seconds = name, seconds

    def logits(self, pictures: Batch) -> Batch:
        time.sleep(self._seconds)
        return pictures


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "is_busy", lambda: False)


def makers(made: list[str], **seconds: float) -> dict[str, Callable[[], Sleeper]]:
    def maker(name: str) -> Callable[[], Sleeper]:
        def make() -> Sleeper:
            made.append(name)
            return Sleeper(name, seconds[name])

        return make

    return {name: maker(name) for name in seconds}


def test_the_quickest_is_taken_and_remembered() -> None:
    made: list[str] = []
    engines = makers(made, fp32=0.03, bf16=0.02, int8=0.005)
    assert quickest("unet", engines, 1).name == "int8"
    assert made == ["fp32", "bf16", "int8"]
    assert remembered_times("unet")["int8"] < remembered_times("unet")["bf16"] < remembered_times("unet")["fp32"]
    assert quickest("unet", engines, 1).name == "int8"
    assert made == ["fp32", "bf16", "int8", "int8"]


def test_a_coarser_one_that_is_hardly_quicker_is_not_taken() -> None:
    assert quickest("unet", makers([], fp32=0.02, bf16=0.0195), 1).name == "fp32"


def test_what_was_measured_with_more_serves_with_less() -> None:
    made: list[str] = []
    quickest("unet", makers(made, fp32=0.01, bf16=0.003, int8=0.001), 1)
    made.clear()
    assert quickest("unet", makers(made, fp32=0.01, bf16=0.003), 1).name == "bf16"
    assert made == ["bf16"]


def test_another_kind_of_network_is_measured_anew() -> None:
    made: list[str] = []
    quickest("unet", makers(made, fp32=0.001, bf16=0.004), 1)
    assert quickest("fpn", makers(made, fp32=0.004, bf16=0.001), 1).name == "bf16"


def test_while_the_processor_is_busy_the_coarsest_is_taken_and_nothing_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(speed, "is_busy", lambda: True)
    made: list[str] = []
    assert quickest("unet", makers(made, fp32=0.001, bf16=0.005), 1).name == "bf16"
    assert made == ["bf16"]
    assert remembered_times("unet") == {}


def test_a_damaged_memory_is_measured_anew() -> None:
    quickest("unet", makers([], fp32=0.001, bf16=0.004), 1)
    speed._memory().write_text("{", encoding="utf-8")
    assert remembered_times("unet") == {}
    assert quickest("unet", makers([], fp32=0.001, bf16=0.004), 1).name == "fp32"
