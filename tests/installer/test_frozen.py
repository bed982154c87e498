"""The frozen program: made once, then asked to do the sample study, and looked at for what it must hold."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from installer.freezing import contents
from installer.freezing.frozen import Frozen, Wanted, freeze
from tests.benchmarks import bench_frozen

ROOM_MB = 900
GPL_ALONE = ("libreadline", "libgdbm", "pylibjpeg-libjpeg", "PyMaxflow")
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the workflows build and try the others")


@pytest.fixture(scope="module")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Frozen]:
    """Frozen from the Python of the tests; it takes minutes and 1 GB."""
    work = tmp_path_factory.mktemp("frozen")
    yield freeze(Path(sys.executable), Wanted(), work)
    shutil.rmtree(work)


def ask(frozen: Frozen, home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """What the program says, with nothing of Python in its surroundings."""
    told = {"PATH": "/usr/bin:/bin", "HOME": str(home), "LESIONSTUDIO_HOME": str(home), "LANG": "C.UTF-8"}
    command = [str(frozen.folder / "lesionstudio"), *words]
    return subprocess.run(
        command, env={**told, "QT_QPA_PLATFORM": "offscreen"}, capture_output=True, text=True, timeout=600, check=False
    )


@pytest.mark.slow
def test_the_frozen_program_segments_the_sample_exports_and_shows_its_window(frozen: Frozen, tmp_path: Path) -> None:
    done = ask(frozen, tmp_path / "häuslich", "demo", "--out", str(tmp_path / "aus gabe"), "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["dice"] > 0.5
    assert all(Path(mask).stat().st_size for mask in said["masks"])
    assert Path(said["screenshot"]).stat().st_size > 10_000


@pytest.mark.slow
def test_it_is_small_enough_and_names_what_others_wrote_with_the_texts(frozen: Frozen) -> None:
    resources = frozen.folder / "_internal" / "resources"
    assert frozen.megabytes() <= ROOM_MB
    parts = {part["name"]: part for part in json.loads((resources / "licences.json").read_text("utf-8"))}
    assert {"torch", "openvino", "PySide6_Essentials", "numpy", "Python", "Inter"} <= parts.keys()
    assert [name for name, part in parts.items() if not part["file"]] == []
    assert all((resources / "licences" / part["file"]).is_file() for part in parts.values())
    assert [name for name in parts if name.startswith(GPL_ALONE)] == []


@pytest.mark.slow
def test_its_window_is_painted_in_half_as_much_time_again_as_from_source_at_most(frozen: Frozen) -> None:
    if not shutil.which("Xvfb"):
        pytest.skip("no Xvfb here")
    ratio = bench_frozen.measure(frozen.folder / "lesionstudio", rounds=5)
    assert ratio.times <= bench_frozen.ALLOWED, ratio.line()


@pytest.mark.parametrize(
    ("place", "stays_out"),
    [
        ("openvino/libs/libopenvino_intel_gpu_plugin.so", True),
        ("openvino/libs/libopenvino_intel_cpu_plugin.so", False),
        ("PySide6/Qt/plugins/platforms/libqxcb.so", False),
        ("PySide6/Qt/plugins/platforms/libqoffscreen.so", False),
        ("PySide6/Qt/translations/qtbase_fr.qm", False),
        ("PySide6/Qt/translations/qtbase_de.qm", True),
        ("torch/lib/libtorch_cpu.so", False),
        ("torch/test/test_api", True),
        ("resources/models/lung-lesions/weights.safetensors", False),
    ],
)
def test_what_nothing_uses_stays_out_and_what_is_used_goes_in(place: str, stays_out: bool) -> None:
    assert (contents.rule_against(place) is not None) is stays_out


def shipped(root: Path, *, with_models: bool) -> set[str]:
    return {str(Path(place) / Path(file).name) for file, place in contents.resources(root, with_models=with_models)}


def test_a_build_without_models_leaves_out_weights_whose_data_forbid_other_use_and_nothing_else(tmp_path: Path) -> None:
    terms = {"lungs": "CC-BY-3.0", "brain": "Research use only, not commercial", "bones": "CC-BY-NC-4.0", "unsaid": ""}
    for name, licence in terms.items():
        folder = tmp_path / "resources" / "models" / name
        folder.mkdir(parents=True)
        (folder / "card.json").write_text(json.dumps({"licence": licence}), encoding="utf-8")
        (folder / "weights.safetensors").touch()
    (tmp_path / "resources" / "sample.png").touch()
    lungs = {"resources/models/lungs/card.json", "resources/models/lungs/weights.safetensors"}
    assert shipped(tmp_path, with_models=False) == {*lungs, "resources/sample.png"}
    assert len(shipped(tmp_path, with_models=True)) == 9


def test_each_starter_model_says_under_which_licence_its_weights_are() -> None:
    cards = [json.loads(file.read_text("utf-8")) for file in (contents.ROOT / "resources/models").glob("*/card.json")]
    assert cards and all(card["licence"] for card in cards)


def test_a_package_says_in_its_name_what_is_unlike_the_usual_one(tmp_path: Path) -> None:
    wanted = Wanted("cuda", "1.2", with_models=False)
    assert Frozen(tmp_path, wanted, "", "").stem == "lesionstudio-1.2-cuda-without-models"
