"""The one command that makes packages: what its words ask for. What it makes, test_frozen.py and test_linux.py tell."""

import json
from pathlib import Path
from typing import Any

import pytest

from installer import build, ready
from installer.freezing.frozen import Frozen, Wanted


class Asked:
    """What the command asked of those who do the work; `cuda`: what the installed PyTorch would be built for."""

    def __init__(self, patch: pytest.MonkeyPatch, place: Path, cuda: str = "") -> None:
        self.set: list[Any] = []
        self.wanted: list[Wanted] = []
        self._patch, self._place = patch, place
        patch.setattr(ready, "make_ready", lambda device, **more: self.set.append((device, more)) or Path("python"))
        patch.setattr(build, "freeze", self._freeze)
        patch.setattr(build, "_look_for", lambda tools: None)
        patch.setattr(build, "cuda_of", lambda python: cuda)

    def by(self, *words: str) -> int:
        """Runs the command with these words, up to the packages."""
        places = ["--work", str(self._place), "--out", str(self._place / "out"), "--only-freeze"]
        self._patch.setattr("sys.argv", ["build.py", *words, *places])
        return build.main()

    def _freeze(self, python: Path, wanted: Wanted, work: Path) -> Frozen:
        self.wanted.append(wanted)
        for name in ("left-out.md", "left-out.json"):
            (work / name).write_text(json.dumps({}), encoding="utf-8")
        return Frozen(work / "dist", wanted, "abc", "2026-01-01")


def test_without_a_word_it_packs_pytorch_for_the_processor_and_all_models(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = Asked(monkeypatch, tmp_path)
    assert asked.by() == 0
    assert asked.set == [("cpu", {"for_builds": True})]
    assert asked.wanted == [Wanted("cpu", with_models=True)]


@pytest.mark.parametrize("word", ["--cuda", "--device=cuda"])
def test_for_nvidia_cards_it_asks_for_pytorch_with_cuda(
    word: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = Asked(monkeypatch, tmp_path, cuda="13.0")
    assert asked.by(word, "--without-models") == 0
    assert asked.set == [("cuda", {"for_builds": True})]
    assert asked.wanted == [Wanted("cuda", with_models=False)]


def test_a_pytorch_without_cuda_is_not_packed_as_one_with_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked = Asked(monkeypatch, tmp_path)
    with pytest.raises(SystemExit, match="works without CUDA"):
        asked.by("--cuda")
    assert asked.wanted == []


def test_what_is_missing_to_make_packages_is_named_before_anything_takes_time() -> None:
    with pytest.raises(SystemExit, match="install first: binutils xz-utils"):
        build._look_for({"no-xz": "xz-utils", "no-ld": "binutils", "no-ar": "binutils"})
