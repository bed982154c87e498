"""train from a folder: neighbours as channels, a lent encoder, what is said and stored, and a real kill."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
from PIL import Image

from lesionstudio.learning.checkpoints import read_checkpoint
from lesionstudio.model_card import read_card
from lesionstudio.progress import Progress
from lesionstudio.recipe import read_recipe
from lesionstudio.workflows.evaluate import evaluate
from lesionstudio.workflows.segment import Choices
from lesionstudio.workflows.segment_files import SegmentOrder, segment_files
from lesionstudio.workflows.train import train, with_notes
from tests.learning.squares import SMALL, squares
from tests.tiny_model import save_tiny_model, tiny_card

TINY = {"encoder": "tu-resnet10t", "network": SMALL, "size": 64, "batch": 2, "epochs": 1}


def folder(place: Path, count: int = 6) -> dict[str, Path]:
    """So many pictures of a bright square with their masks."""
    for room in ("images", "masks"):
        (place / room).mkdir(parents=True)
    for n, one in enumerate(squares(count)):
        Image.fromarray((one.pixels[0].clip(0, 1) * 255).astype(np.uint8)).save(place / "images" / f"{n}.png")
        Image.fromarray(one.marks * 255).save(place / "masks" / f"{n}.png")
    return {"images": place / "images", "masks": place / "masks"}


def volume(place: Path) -> dict[str, Path]:
    """One stack of twelve slices and its mask."""
    one = squares(1)[0]
    for room, plane in (("images", (one.pixels[0] * 200).astype(np.float32)), ("masks", one.marks)):
        (place / room).mkdir(parents=True)
        stack = np.repeat(plane[:, :, None], 12, axis=2)
        nibabel.save(nibabel.Nifti1Image(stack, np.diag([1.0, 1.0, 3.0, 1.0])), place / room / "head.nii.gz")
    return {"images": place / "images", "masks": place / "masks"}


def test_neighbouring_slices_are_channels_on_the_card_and_wherever_it_is_used(tmp_path: Path) -> None:
    places = volume(tmp_path / "d")
    train(tmp_path / "m", **places, changes={**TINY, "neighbours": 1})
    card = read_card(tmp_path / "m")
    assert [one.offset for one in card.inputs] == [-1, 0, 1]
    assert card.channels == 3
    assert len(evaluate(str(tmp_path / "m"), **places)["cases"]) == 1
    written = segment_files(SegmentOrder((places["images"],), Choices(tmp_path / "m"), tmp_path / "marks"))
    assert len(written) == 1 and "error" not in written[0]


def test_a_lent_encoder_brings_its_name_its_licence_and_a_note(tmp_path: Path) -> None:
    save_tiny_model(tmp_path / "lent", tiny_card(title="Other", licence="CC BY 4.0"))
    changes = {"encoder_weights": str(tmp_path / "lent"), "network": SMALL, "size": 64, "batch": 2, "epochs": 1}
    train(tmp_path / "m", **folder(tmp_path / "d"), changes=changes)
    card = read_card(tmp_path / "m")
    assert (card.encoder, card.licence) == ("tu-resnet10t", "CC BY 4.0")
    assert card.notes == ("Its encoder began with that of Other.",)
    assert card.training["recipe"]["encoder_weights"] == "lent", "no folder of this computer on a card that travels"


def test_it_says_what_is_odd_before_it_begins_and_tells_its_curve(tmp_path: Path) -> None:
    places = folder(tmp_path / "d")
    (places["masks"] / "3.png").unlink()
    told: list[Any] = []

    def listen(progress: Progress) -> None:
        if progress.partial:
            told.append(progress.partial)

    made = train(tmp_path / "m", **places, changes={**TINY, "goal": "miss-less"}, report=listen)
    assert told[0] == {"warnings": ["Without a partner: 3.png"]} == {"warnings": made["warnings"]}
    facts = read_card(tmp_path / "m").training
    assert [row for partial in told[1:] for row in partial["curve"]] == facts["curve"]
    assert facts["goal"] == "miss-less"
    assert read_recipe(tmp_path / "m" / "recipe.json").goal == "miss-less"
    assert facts["command"].startswith("lesionstudio train --images images --masks masks --recipe recipe.json")
    assert facts["best"]["threshold"] == read_card(tmp_path / "m").threshold
    assert facts["split"] == {"by": "block", "learned": 4, "held_out": 1}
    assert facts["ended"] == "It ended after its only epoch."
    assert facts["libraries"]["torch"]


def test_the_brain_network_with_several_labels_says_that_it_is_not_the_plain_one() -> None:
    plain = tiny_card(architecture="unet-baseline", encoder="", network={})
    assert with_notes(plain, None).notes == ()
    assert with_notes(replace(plain, labels=("A", "B")), None).notes == (
        "Not the plain network of the brain work: 1 inputs, 2 outputs, so its ends are larger.",
    )


@pytest.mark.slow
def test_a_killed_run_goes_on_and_ends_with_the_curve_of_an_unbroken_one(tmp_path: Path) -> None:
    places = folder(tmp_path / "d", 10)
    recipe = {**TINY, "epochs": 12, "look_every": 4, "precision": "fp32"}
    (tmp_path / "r.json").write_text(json.dumps(recipe), encoding="utf-8")
    options = ["--images", places["images"], "--masks", places["masks"], "--recipe", tmp_path / "r.json"]
    command = [sys.executable, "-m", "lesionstudio", "train", *map(str, options)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    running = subprocess.Popen([*command, "--out", str(tmp_path / "killed")], env=environment)
    while not (tmp_path / "killed" / "checkpoint.safetensors").is_file():
        assert running.poll() is None
        time.sleep(0.01)
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert read_checkpoint(tmp_path / "killed" / "best.safetensors")[1]["step"] >= 4
    for out, more in (("killed", ["--resume"]), ("whole", [])):
        subprocess.run([*command, "--out", str(tmp_path / out), *more], env=environment, check=True)
    curves = [read_card(tmp_path / out).training["curve"] for out in ("killed", "whole")]
    for row in curves[0] + curves[1]:
        del row["minutes"]
    assert curves[0] == curves[1]
