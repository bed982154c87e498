"""RootPainter's own trainer (root-painter-trainer from PyPI), a correction at a time; run by its own Python.

Its network, loss, optimizer, patches and augmentation, one patch a step as it does on a processor; nothing of it is
changed. Left out, to its advantage: it shows a new model only after an epoch of 612 patches, here its weights are taken
as they are when its time is over. Reads JSON lines and answers each with one:
{"learn": seconds of processor time} -> {"steps", "seconds"}; {"segment": [pictures], "to": folder} -> {"seconds"}.

    PEER/bin/python root_painter_side.py FOLDER PATCH SEED

FOLDER has pictures in ds/ and annotations in ta/ (RGBA, red is marked, green is not); state.pt is where it stands.
"""

import contextlib
import importlib.util
import io
import json
import random
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

BORDER = 72
LIBRARY = torch.library.Library("torchvision", "FRAGMENT")


class Side:
    """The trainer's parts, joined as its own Trainer joins them."""

    def __init__(self, folder: Path, patch: int, seed: int) -> None:
        import datasets  # type: ignore[import-not-found]
        import model_utils  # type: ignore[import-not-found]

        self._folder, self._patch, self._utils, self._seed = folder, patch, model_utils, seed
        torch.manual_seed(seed)
        (folder / "models").mkdir(exist_ok=True)
        self.model = model_utils.create_first_model_with_random_weights(str(folder / "models"))
        self._optimizer = torch.optim.SGD(self.model.parameters(), lr=0.01, momentum=0.99, nesterov=True)
        self._patches = datasets.TrainDataset(str(folder / "ta"), str(folder / "ds"), patch, patch - BORDER)
        self.steps, self.seconds = 0, 0.0
        self._restore()

    def learn(self, seconds: float) -> dict[str, float]:
        """Steps of one patch until the time is over."""
        random.seed(self._seed * 1000 + self.steps)
        np.random.seed(self._seed * 1000 + self.steps)
        began, before = time.process_time(), self.steps
        loader = torch.utils.data.DataLoader(self._patches, 1, shuffle=True)

        def counted() -> None:
            self.steps += 1

        while time.process_time() - began < seconds:
            with contextlib.redirect_stdout(io.StringIO()):
                self._utils.epoch(
                    self.model, loader, 1, self._optimizer, counted, lambda: time.process_time() - began >= seconds
                )
        took = time.process_time() - began
        self.seconds += took
        self._save()
        return {"steps": self.steps - before, "seconds": took}

    @torch.no_grad()
    def segment(self, pictures: list[str], to: Path) -> dict[str, float]:
        """Marks as its client gets them: the picture and its mirror image, averaged."""
        import im_utils  # type: ignore[import-not-found]

        began = time.process_time()
        path = self._folder / "models" / "now.pkl"
        torch.save(self.model.state_dict(), path)
        for name in pictures:
            image = im_utils.load_image(name)
            marks = self._utils.ensemble_segment([str(path)], image, 1, self._patch, self._patch - BORDER)
            np.save(to / f"{Path(name).stem}.npy", np.asarray(marks, bool))
        path.unlink()
        return {"seconds": time.process_time() - began}

    def _save(self) -> None:
        state = {"model": self.model.state_dict(), "optimizer": self._optimizer.state_dict()}
        torch.save({**state, "steps": self.steps, "seconds": self.seconds}, self._folder / "state.tmp")
        (self._folder / "state.tmp").replace(self._folder / "state.pt")

    def _restore(self) -> None:
        if not (self._folder / "state.pt").is_file():
            return
        state = torch.load(self._folder / "state.pt", weights_only=True)
        self.model.load_state_dict(state["model"])
        self._optimizer.load_state_dict(state["optimizer"])
        self.steps, self.seconds = state["steps"], state["seconds"]


def answer(side: Side, asked: dict[str, Any]) -> dict[str, float]:
    """What one line asks for."""
    if "learn" in asked:
        return side.learn(asked["learn"])
    return side.segment(asked["segment"], Path(asked["to"]))


def import_torchvision() -> None:
    """Beside a torch for processors torchvision may lack its operators; empty ones in their place are enough here."""
    try:
        import torchvision  # noqa: F401
    except RuntimeError:
        for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
            del sys.modules[name]
        for name in ("nms", "qnms"):
            LIBRARY.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")


def main() -> None:
    found = importlib.util.find_spec("root_painter_trainer")
    assert found is not None and found.origin is not None
    sys.path.insert(0, str(Path(found.origin).parent))
    torch.set_num_threads(1)
    import_torchvision()
    answers, sys.stdout = sys.stdout, sys.stderr
    side = Side(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
    print(json.dumps({"ready": True, "steps": side.steps, "seconds": side.seconds}), file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(side, json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main()
