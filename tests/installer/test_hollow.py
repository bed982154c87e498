"""Empty libraries in the place of what others link and nothing calls: what keeps that true, and how they are made."""

import ast
import ctypes
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from installer.freezing import hollow, libraries

ROOT = Path(__file__).resolve().parents[2]
WITHOUT_EQUATIONS_OR_FILMS = [
    "CHAIN", "CMP", "CC", "COLOR", "COLORMAP", "BORDER", "DIST", "FLOODFILL", "FONT", "IMREAD", "IMWRITE", "INTER",
    "LINE", "MORPH", "RETR", "THRESH", "GaussianBlur", "LUT", "applyColorMap", "arrowedLine", "blur",
    "boundingRect", "circle", "compare", "connectedComponents", "connectedComponentsWithStats", "contourArea",
    "convexHull", "copyMakeBorder", "copyTo", "cvtColor", "dilate", "distanceTransform", "ellipse", "erode",
    "fillConvexPoly", "fillPoly", "findContours", "findNonZero", "floodFill", "getPerspectiveTransform",
    "getRotationMatrix2D", "getStructuringElement", "imdecode", "imencode", "line", "max", "medianBlur", "merge",
    "min", "morphologyEx", "putText", "remap", "resize", "setNumThreads", "threshold", "transpose", "warpAffine",
    "warpPerspective", "error",
]  # fmt: skip


def test_only_functions_of_opencv_are_used_that_need_no_equations_and_no_films() -> None:
    """Another one: look whether OpenCV solves large equations for it (LAPACK), then name it above."""
    used = set()
    for file in (ROOT / "lesionstudio").rglob("*.py"):
        used |= set(re.findall(r"\bcv2\.([A-Za-z]\w*)", file.read_text(encoding="utf-8")))
    families = {name.split("_")[0] if name[:2].isupper() else name for name in used if name != "__version__"}
    assert {re.sub(r"^(DIST|COLOR|CMP|CC)\d*$", r"\1", name) for name in families} <= set(WITHOUT_EQUATIONS_OR_FILMS)


WITHOUT_LINEAR_ALGEBRA = {
    "scipy.ndimage", "scipy.sparse.coo_matrix", "scipy.sparse.csgraph.connected_components", "scipy.spatial.ConvexHull",
    "scipy.spatial.distance.cdist", "skimage.morphology.skeletonize", "skimage.segmentation.random_walker",
    "skimage.segmentation.watershed",
}  # fmt: skip
"""random_walker in the mode cg_j alone: conjugate gradients, which need no more than products."""


def imported(library: str) -> set[str]:
    """What is taken from a library anywhere in the program, by its whole name."""
    found = set()
    for file in (ROOT / "lesionstudio").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and str(node.module).partition(".")[0] == library:
                found |= {f"{node.module}.{alias.name}" for alias in node.names}
            elif isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names if alias.name.partition(".")[0] == library}
    return {re.sub(r"^(scipy\.ndimage)\..*", r"\1", name) for name in found}


def test_only_what_solves_no_equations_is_taken_from_scipy_and_what_stands_on_it() -> None:
    """Another one: look whether it reaches scipy.linalg (LAPACK), then name it above."""
    assert imported("scipy") | imported("skimage") <= WITHOUT_LINEAR_ALGEBRA
    users = [file for file in (ROOT / "lesionstudio").rglob("*.py") if "random_walker(" in file.read_text("utf-8")]
    assert users and all('mode="cg_j"' in file.read_text("utf-8") for file in users)


THAT_CALCULATE = [
    "tests/metrics", "tests/report", *(f"tests/imaging/test_{name}.py" for name in (
        "chest", "chest_marks", "cross_cuts", "fill", "interpolate", "lasso", "letters", "morphology", "seeds",
        "splitting", "wand",
    )), *(f"tests/learning/test_{name}.py" for name in ("examples", "gradcam", "harmless", "judging", "resizing",
        "uncertainty")), "tests/workflows/test_evaluate.py", "tests/workflows/test_measure.py",
    "tests/imaging/formats/test_segments.py",
]  # fmt: skip
"""Tests of all that calculates with SciPy, scikit-image and OpenCV."""

needs_binutils = pytest.mark.skipif(
    not sys.platform.startswith("linux") or not all(map(shutil.which, ("as", "ld", "objdump"))), reason="no binutils"
)


def library(file: Path, code: str, *more: str) -> Path:
    """A small shared library."""
    file.parent.mkdir(exist_ok=True)
    made = file.with_suffix(".o")
    subprocess.run(["as", "-o", made], input=code, text=True, check=True)
    subprocess.run(["ld", "-shared", "-soname", file.name, "-o", file, made, *more], check=True)
    made.unlink()
    return file


@needs_binutils
def test_an_empty_library_offers_what_is_asked_of_it_and_answers_none(tmp_path: Path) -> None:
    folder = tmp_path / "opencv_python_headless.libs"
    film = library(
        folder / "libavcodec-1.so", ".globl open_film, unasked\nopen_film:\nunasked: mov $7, %eax\nret\n.zero 90000\n"
    )
    library(tmp_path / "cv2.so", ".globl look\nlook: jmp open_film@PLT\n", str(film))
    assert hollow.hollow_out(tmp_path) > 50_000
    assert libraries.offered_symbols(film) == {"open_film": ""}
    assert ctypes.CDLL(str(film)).open_film() == 0


@pytest.mark.slow
@needs_binutils
def test_every_number_is_right_with_the_empty_libraries(tmp_path: Path) -> None:
    site = Path(str(importlib.util.find_spec("scipy").origin)).parents[1]  # type: ignore[union-attr]
    for name in ("scipy", "scipy.libs", "cv2", "opencv_python_headless.libs"):
        shutil.copytree(site / name, tmp_path / name, ignore=shutil.ignore_patterns("tests"))
    assert hollow.hollow_out(tmp_path) > 80e6
    surroundings = {**os.environ, "PYTHONPATH": str(tmp_path)}
    which = [sys.executable, "-c", "import cv2, scipy.linalg as s; print(cv2.__file__, s.__file__)"]
    said = subprocess.run(which, env=surroundings, capture_output=True, text=True, check=True).stdout
    assert all(place.startswith(str(tmp_path)) for place in said.split())
    pytest_on = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:xdist", "-m", "not slow", *THAT_CALCULATE]
    done = subprocess.run(pytest_on, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


@needs_binutils
def test_a_library_that_nothing_asks_for_any_more_goes_and_those_below_it_too(tmp_path: Path) -> None:
    code = ".globl {0}\n{0}: ret\n"
    below = library(tmp_path / "libbelow.so", code.format("below"))
    library(tmp_path / "libunasked.so", code.format("unasked"), str(below))
    asked = library(tmp_path / "libasked.so", code.format("asked"))
    library(tmp_path / "package" / "module.so", code.format("module"), str(asked))
    assert libraries.drop_orphans(tmp_path) > 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["libasked.so", "package"]


@needs_binutils
def test_of_two_libraries_that_are_alike_one_is_a_link_to_the_other(tmp_path: Path) -> None:
    for place, code in (("numpy.libs", "same"), ("scipy.libs", "same"), ("other.libs", "other")):
        library(tmp_path / place / "libfortran.so", f".globl {code}\n{code}: ret\n")
    assert libraries.link_doubles(tmp_path) > 0
    places = ("numpy.libs", "scipy.libs", "other.libs")
    assert [(tmp_path / place / "libfortran.so").is_symlink() for place in places] == [False, True, False]
    assert ctypes.CDLL(str(tmp_path / "scipy.libs" / "libfortran.so")).same is not None
