"""What goes into the frozen program and what stays out: modules, data, shared libraries, each with its reason."""

import importlib.util
import json
import pkgutil
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from lesionstudio.words import _

ROOT = Path(__file__).resolve().parents[2]
UNUSED_MODULES = [
    "tkinter", "IPython", "ipykernel", "jupyter_client", "jupyter_core", "jedi", "parso", "nbformat", "nbclient",
    "pytest", "_pytest", "hypothesis", "mypy", "ruff", "babel", "debugpy", "pip", "setuptools", "wheel",
    "PyInstaller", "sphinx", "pandas", "sklearn", "numba", "tensorflow", "tensorboard", "onnx", "onnxruntime",
    "triton", "torchaudio", "pytorch_lightning", "lightning", "cupy", "dask", "xarray", "h5py", "zarr",
    "psutil", "PyQt5", "PyQt6", "PySide2",
    "PySide6.QtQml", "PySide6.QtQuick", "PySide6.QtQuickWidgets", "PySide6.QtDesigner", "PySide6.QtSql",
    "PySide6.QtHelp", "PySide6.QtUiTools", "openvino_telemetry", "openvino.torch", "openvino.tools.benchmark",
    "openvino.frontend.jax", "openvino.frontend.paddle", "openvino.frontend.onnx",
    "torch.utils.tensorboard", "pyqtgraph.examples", "pyqtgraph.opengl", "zstandard._cffi",
    "cffi", "matplotlib.tests", "networkx.algorithms.tests", "nibabel.tests", "PIL.ImageQt",
    "PIL.ImageTk", "matplotlib.backends.backend_qt", "matplotlib.backends.backend_qtagg", "torch._inductor.codegen",
    "torch._inductor.kernel", "torch._inductor.fx_passes", "torch._inductor.autoheuristic", "torch._inductor.lowering",
    "torch.testing._internal.common_utils", "torch.testing._internal.common_methods_invocations",
    "torch.testing._internal.opinfo", "torch.testing._internal.generated", "torch.testing._internal.jit_utils",
    "hf_xet", "aiohttp", "PySide6.QtNetwork", "PySide6.QtOpenGL", "PySide6.QtOpenGLWidgets", "PySide6.QtTest",
    "PIL._avif", "PIL._imagingft", "readline", "skimage.color", "skimage.filters.rank", "skimage.restoration",
    "skimage.feature", "scipy.cluster", "scipy.fft",
    "scipy.integrate", "scipy.interpolate", "scipy.io", "scipy.optimize", "scipy.signal", "scipy.stats",
    "scipy.special.cython_special",
    "torch.distributed.elastic.rendezvous.etcd_server", "torch.distributed.pipelining", "torch.distributed._tools",
]  # fmt: skip
"""Modules that something mentions and nothing here reaches: tests, notebooks, other windows, other frameworks."""

UNUSED_CODECS = [
    "aec", "apng", "avif", "bcn", "bitshuffle", "blosc", "blosc2", "brotli", "cms", "h5checksum", "lz4f", "lzf",
    "lzfse", "lzham", "lzo", "meshopt", "pcodec", "pglz", "qoi", "rcomp", "rgbe", "snappy", "sperr", "sz3", "szip",
    "ultrahdr", "zfp", "zopfli",
]  # fmt: skip
UNUSED_MODULES += [f"imagecodecs._{codec}" for codec in UNUSED_CODECS]
"""Compressions that neither TIFF nor DICOM nor any other format read here has."""

HIDDEN_MODULES = [
    "openvino.opset13", "openvino.frontend.pytorch", "unittest.mock", "matplotlib.backends.backend_svg",
    "matplotlib.backends.backend_agg",
]  # fmt: skip
"""Modules that are asked for by a name made at run time."""

PACKAGES_BY_NAME = (
    "imagecodecs", "pydicom.pixels", "pydicom.encoders", "timm.models", "timm.layers", "segmentation_models_pytorch",
    "torch._dynamo.polyfills", "lightning_fabric.accelerators", "lightning_fabric.plugins",
    "lightning_fabric.strategies",
)  # fmt: skip
"""Packages that choose among their own modules at run time."""

DATA = {"highdicom": ("_standard/*.json", "_icc_profiles/*"), "lightning_fabric": ("version.info",)}
"""Files that packages read from their own folder, where PyInstaller's own rules do not bring them."""


FREE_LICENCES = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC-BY-3.0", "CC-BY-4.0", "CC-BY-SA-3.0", "CC-BY-SA-4.0",
    "CC0-1.0", "MIT", "PDDL-1.0",
}  # fmt: skip
"""By their SPDX names: weights under them may be used by anybody for anything. All others can be left out."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Files that stay out: patterns of their place in the program, and why nothing here needs them."""

    why: str
    patterns: tuple[str, ...]


def _rule(why: str, patterns: str) -> Rule:
    return Rule(why, tuple(patterns.split()))


RULES = (
    _rule(
        "OpenVINO's plug-ins for devices that are not used",
        "*openvino_intel_gpu_plugin* *openvino_intel_npu* *openvino/libs/cache.json *openvino_auto_batch* "
        "*openvino_hetero* *openvino_auto_plugin*",
    ),
    _rule(
        "OpenVINO's readers of other frameworks' networks",
        "*openvino_onnx_frontend* *openvino_tensorflow* *openvino_paddle* *openvino_gguf* *openvino_jax* "
        "*openvino_c.so* *openvino/libs/openvino_c* *openvino/frontend/tensorflow/* *openvino/frontend/onnx/* "
        "*openvino/frontend/paddle/* *openvino/frontend/jax/*",
    ),
    _rule(
        "torch's own tests and what only builds extensions of it",
        "*torch/test/* *torch/bin/* *torch/include/* *torch/share/* *libtorchbind_test* *libjitbackend_test* "
        "*libbackend_with_compiler* *libaoti_custom_ops* *.a *torch/lib/*.lib",
    ),
    _rule(
        "torchvision's operators and picture readers (none is called)",
        "*torchvision/_C* *torchvision/image.* *torchvision.libs/*",
    ),
    _rule(
        "Qt's parts for QML, databases, networks, printing and other displays",
        "*PySide6/Qt*/qml/* *Qt6Qml* *Qt6Quick* *Qt6VirtualKeyboard* *Qt6Pdf* *Qt6Sql* *Qt6Lottie* *Qt6EglF* "
        "*Qt6OpenGLWidgets* *plugins/sqldrivers/* *plugins/qmltooling/* *plugins/qmllint/* "
        "*plugins/designer/* *plugins/egldeviceintegrations/* *plugins/platforms/libqeglfs* "
        "*plugins/platforms/libqlinuxfb* *plugins/platforms/libqvnc* *plugins/platforms/libqvkkhr* "
        "*plugins/platforms/libqminimal* *plugins/generic/* *plugins/printsupport/* *plugins/tls/* "
        "*plugins/networkinformation/* *plugins/vectorimageformats/* *plugins/wayland-graphics-integration- "
        "server/* *qtvirtualkeyboard* *imageformats/*qpdf* *PySide6/Qt*/metatypes/* *PySide6/include/* "
        "*PySide6/typesystems/* *PySide6/designer *PySide6/qml* *PySide6/linguist *PySide6/assistant",
    ),
    _rule(
        "Qt's own translations but French",
        "*PySide6/Qt*/translations/*",
    ),
    _rule(
        "Libraries that every desktop brings and that must fit its drivers",
        "libgtk-3* libgdk-3* *plugins/platformthemes/libqgtk3* libX11* libxcb.so* libxcb-dri* libdbus-1* libsystemd* "
        "libgcrypt* libgpg-error* libglib-2* libgio-2* libgobject-2* libfontconfig* libfreetype.so* libkrb5* "
        "libgssapi*",
    ),
    _rule(
        "Sample pictures, fonts for other papers and tests of the libraries",
        "*.dist-info/licenses/* *.dist-info/RECORD *mpl-data/fonts/afm/* *mpl-data/fonts/pdfcorefonts/* "
        "*mpl-data/fonts/ttf/STIX* *DejaVuSerif* */tests/* *matplotlib/mpl-data/sample_data/* "
        "*matplotlib/mpl-data/images/* *pyqtgraph/icons/peegee/* *skimage/data/* *pydicom/data/test_files/*",
    ),
)
KEPT = ("*translations/qtbase_fr.qm", "*translations/qt_fr.qm", "resources/*", "*torch/bin/torch_shm_manager*")


def resources(root: Path, *, with_models: bool) -> list[tuple[str, str]]:
    """The shipped files, as PyInstaller wants them: file, folder in the program."""
    folder = root / "resources"
    out = [folder / "screenshots", *([] if with_models else _models_of_limited_use(folder))]
    files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
    return [
        (str(file), str(file.parent.relative_to(root)))
        for file in files
        if not any(file.is_relative_to(place) for place in out)
    ]


def _models_of_limited_use(folder: Path) -> list[Path]:
    """Models whose card names no licence, or one that is not among those that allow any use."""
    cards = {file.parent: json.loads(file.read_text(encoding="utf-8")) for file in folder.glob("models/*/card.json")}
    return [place for place, card in cards.items() if card.get("licence") not in FREE_LICENCES]


def hidden_modules(root: Path) -> list[str]:
    """Modules that PyInstaller cannot see: our own verbs, and what libraries choose at run time."""
    ours = _modules_in(root / "lesionstudio", "lesionstudio")
    chosen = [name for package in PACKAGES_BY_NAME for name in _modules_of(package)]
    return [*ours, *HIDDEN_MODULES, *(name for name in chosen if name not in UNUSED_MODULES)]


def package_data() -> list[tuple[str, str]]:
    """The files of DATA, as PyInstaller wants them: file, folder in the program."""
    found = []
    for package, patterns in DATA.items():
        folder = _folder_of(package)
        files = sorted(file for pattern in patterns for file in folder.glob(pattern))
        found += [(str(file), str(Path(package) / file.parent.relative_to(folder))) for file in files]
    return found


def _modules_of(package: str) -> list[str]:
    """The modules of an installed package, none of them imported: that would take seconds for some."""
    top, *rest = package.split(".")
    return _modules_in(_folder_of(top).joinpath(*rest), package)


def _folder_of(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise SystemExit(_("{package} is not installed.").format(package=package))
    return Path(spec.origin).parent


def _modules_in(folder: Path, package: str) -> list[str]:
    """Names of all modules in a package's folder, compiled ones too, without its tests."""
    found = [package]
    for module in pkgutil.iter_modules([str(folder)]):
        name = f"{package}.{module.name}"
        if module.name != "tests":
            found += _modules_in(folder / module.name, name) if module.ispkg else [name]
    return found


def leave_out(found: Any) -> None:
    """Takes what no rule lets in out of PyInstaller's findings."""
    for kind in ("binaries", "datas"):
        setattr(found, kind, [entry for entry in getattr(found, kind) if rule_against(entry[0]) is None])


def rule_against(place: str) -> Rule | None:
    """The rule that keeps this file out; None for one that goes in."""
    place = place.replace("\\", "/")
    if _is_any(place, KEPT):
        return None
    return next((rule for rule in RULES if _is_any(place, rule.patterns)), None)


def _is_any(place: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch(place, pattern) for pattern in patterns)
