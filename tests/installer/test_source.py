"""Where PyTorch comes from: PyTorch's own index where it helps, otherwise as pip is set up."""

import sys
import time

import pytest

from installer import source

PAGE = '<a href="torch-2.13.0%2Bcpu-cp311-cp311-linux.whl">x</a><a href="torch-2.13.0%2Bcu128-cp311.whl">y</a>'


def answering(address: str) -> str | None:
    """A PyTorch index that offers this version for the CPU and for CUDA 12.8."""
    return PAGE


def silent(address: str) -> str | None:
    """An index that cannot be reached."""
    return None


@pytest.fixture
def on_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")


@pytest.mark.parametrize(
    "settings",
    [
        "global.extra-index-url='https://mirror.example/simple'",
        ":env:.find-links='/media/wheels'",
        "site.index-url='https://mirror.example/simple'",
        ":env:.no-index='1'",
    ],
)
def test_a_source_that_pip_is_set_up_with_is_respected(settings: str, on_linux: None) -> None:
    chosen = source.choose_source("cpu", None, "2.13.0", settings, answering)
    assert chosen.options == ()
    assert chosen.requirements == ()


@pytest.mark.parametrize("settings", ["", "global.timeout='60'"])
def test_plain_pip_on_linux_takes_the_cpu_build_from_pytorch(settings: str, on_linux: None) -> None:
    chosen = source.choose_source("cpu", None, "2.13.0", settings, answering)
    assert chosen.options == ("--extra-index-url", "https://download.pytorch.org/whl/cpu")
    assert chosen.requirements == ("torch==2.13.0+cpu",)


def test_the_cuda_build_is_one_that_the_driver_runs_and_the_index_offers(on_linux: None) -> None:
    chosen = source.choose_source("cuda", (12, 9), "2.13.0", "", answering)
    assert chosen.requirements == ("torch==2.13.0+cu128",)


def test_an_index_that_does_not_answer_leaves_pip_as_it_is_and_the_size_says_what_comes(on_linux: None) -> None:
    chosen = source.choose_source("cpu", None, "2.13.0", "", silent)
    assert chosen.options == ()
    assert chosen.brings == "cuda"
    assert "3.4 GB" in chosen.sentence()


def test_windows_without_a_card_needs_no_other_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    chosen = source.choose_source("cpu", None, "2.13.0", "", answering)
    assert (chosen.options, chosen.brings) == ((), "cpu")


def test_the_index_is_given_up_after_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "ANSWER_WITHIN_S", 0.05)
    monkeypatch.setattr(source, "_fetch_into", lambda address, answer: time.sleep(0.5))
    began = time.monotonic()
    assert source.fetch_page("https://nowhere.invalid/") is None
    assert time.monotonic() - began < 0.4


def test_the_pinned_version_is_read_from_the_constraints() -> None:
    assert source.pinned("torchvision==0.28.0\ntorch==2.13.0\n", "torch") == "2.13.0"


def test_an_unpinned_package_ends_with_a_sentence() -> None:
    with pytest.raises(SystemExit, match="does not pin torch"):
        source.pinned("numpy==2.0\n", "torch")
