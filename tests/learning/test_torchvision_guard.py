"""torchvision beside a CPU-only torch: in a process of its own, because it can be imported only once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_networks_can_be_built_whatever_torchvision_is_installed() -> None:
    said = _run(
        "from lesionstudio.learning.torchvision_guard import segmentation_models\n"
        "models = segmentation_models()\n"
        "import torchvision, torch\n"
        "assert hasattr(torch.ops.torchvision, 'nms')\n"
        "print(models.Unet.__name__, segmentation_models() is models)"
    )
    assert said == "Unet True"


def test_the_guard_defines_nothing_before_the_plain_import_failed() -> None:
    said = _run(
        "import sys, types, torch\n"
        "from lesionstudio.learning import torchvision_guard\n"
        "sys.modules['torchvision'] = types.ModuleType('torchvision')\n"
        "torchvision_guard.import_torchvision()\n"
        "print(hasattr(torch.ops.torchvision, 'nms'))"
    )
    assert said == "False"


def test_another_failure_of_torchvision_is_not_hidden() -> None:
    said = _run(
        "import importlib\n"
        "from lesionstudio.learning import torchvision_guard\n"
        "def fail(name): raise RuntimeError('out of disk')\n"
        "importlib.import_module = fail\n"
        "try: torchvision_guard.import_torchvision()\n"
        "except RuntimeError as problem: print(problem)"
    )
    assert said == "out of disk"


def _run(code: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "OMP_WAIT_POLICY": "passive"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
