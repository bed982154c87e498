"""A run on pictures of a folder: from examples, card and recipe to a model and its curve, in one process or several."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.multiprocessing.spawn import ProcessRaisedException

from lesionstudio.errors import LesionStudioError, NotEnoughExamples
from lesionstudio.learning.batches import Batches, PictureBatches, SceneBatches
from lesionstudio.learning.checkpoints import read_checkpoint
from lesionstudio.learning.clean import CleanPicture
from lesionstudio.learning.course import BEST_NAME, Course, Standing, forget, hardware_of
from lesionstudio.learning.examples import Example
from lesionstudio.learning.fabric_trainer import FabricTrainer, Pupil
from lesionstudio.learning.finetuning import begun_network
from lesionstudio.learning.hardware import FABRIC_PRECISION, Hardware
from lesionstudio.learning.judging import Judge, looked
from lesionstudio.learning.losses import loss_named
from lesionstudio.learning.model import SegmentationModel
from lesionstudio.learning.networks import BASELINE, build_network, start_encoder
from lesionstudio.learning.resizing import Frame
from lesionstudio.model_card import ModelCard
from lesionstudio.progress import Progress, Reporter, silent
from lesionstudio.recipe import Recipe
from lesionstudio.words import _

_USUAL_SIDE, _LARGEST_WHOLE, _SIDE_STEP, _BASELINE_SIDE, _WHOLE = 256, 320, 32, 320, 1.5
_BATCH, _SMALL_BATCH, _LARGE = 8, 4, 224


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """All that a run needs, so that it can be sent to another process. `start`: folder of the model that goes on."""

    examples: Sequence[Example]
    held_out: Sequence[Example]
    card: ModelCard
    recipe: Recipe
    out: Path
    device: str = "cpu"
    devices: int = 1
    start: Path | None = None
    clean: Sequence[CleanPicture] = ()
    taught: tuple[bool, ...] = ()
    resume: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Finished:
    """A run that is over: the model with the best weights, where it stood, and the scores on all that was held out.

    `scores`: {"score", "threshold", "dice", "f1", ...} of the best weights, at that threshold; {} where nothing was.
    """

    model: SegmentationModel
    standing: Standing
    scores: dict[str, Any]


def settled(recipe: Recipe, shapes: Sequence[tuple[int, int]]) -> Recipe:
    """The recipe with the sizes that it leaves to the pictures (rows, columns), and a batch for them.

    Pictures up to 320 pixels are shown whole at their own scale, of larger ones pieces of 256. A size that a person
    names shows pictures whole, scaled to it, where half of them are up to one and a half times as long; else pieces.
    The network of the brain work sees 320. Batches of 4 learn more in the same time where patches are large.
    """
    recipe = _with_size(recipe, [max(shape) for shape in shapes])
    return replace(recipe, batch=recipe.batch or (_SMALL_BATCH if recipe.size >= _LARGE else _BATCH))


def _with_size(recipe: Recipe, sides: Sequence[int]) -> Recipe:
    """With a size for pictures of these long sides."""
    if recipe.surroundings == "chest":
        return replace(recipe, size=recipe.size or 224)
    named = recipe.size or (_BASELINE_SIDE if recipe.architecture == BASELINE else 0)
    if not named:
        whole = -(-max(sides) // _SIDE_STEP) * _SIDE_STEP
        return replace(recipe, size=whole if max(sides) <= _LARGEST_WHOLE else _USUAL_SIDE)
    size = -(-named // _SIDE_STEP) * _SIDE_STEP
    is_whole = recipe.long_side == (0, 0) and sorted(sides)[len(sides) // 2] <= _WHOLE * size
    return replace(recipe, size=size, long_side=(size, size) if is_whole else recipe.long_side)


def trained(order: Order, report: Reporter) -> Finished:
    """Runs the order and gives the model. Raises LesionStudioError; a resumed run goes on from its last round."""
    if not order.examples:
        raise NotEnoughExamples(
            _("There is nothing to train on."), hint=_("Give pictures with masks, and check the split's names.")
        )
    order.out.mkdir(parents=True, exist_ok=True)
    if not order.resume:
        forget(order.out)
    standing = _shared(order) if order.devices > 1 else course_for(order).run(report)
    return _finished(order, standing, report)


def _finished(order: Order, standing: Standing, report: Reporter) -> Finished:
    """The best weights, looked at once more on all that was held out, which chooses the threshold."""
    network = build_network(order.card)
    tensors, facts = read_checkpoint(order.out / BEST_NAME)
    network.load_state_dict(tensors)
    hardware = Hardware(**standing.hardware)
    model = SegmentationModel(network.to(hardware.device).eval(), order.card, hardware.device)
    judge = _judge(order)
    if judge is None:
        return Finished(model, standing, {})
    judging = Progress(None, _("Judging the best weights"))
    last = looked(judge, model.network, hardware, lambda: report(judging))
    score, threshold = last.best(order.recipe.goal)
    dice = round(last.dice(threshold), 5)
    scores = {"score": round(score, 5), "threshold": threshold, "dice": dice, **last.row(threshold)}
    card = replace(order.card, threshold=threshold)
    return Finished(SegmentationModel(model.network, card, model.device), standing, {**scores, "step": facts["step"]})


def course_for(order: Order, fabric: Any = None) -> Course:
    """A course ready to run: begun anew, or where an earlier one stopped."""
    recipe, card = order.recipe, order.card
    torch.manual_seed(recipe.seed)
    hardware = hardware_of(order.out, Hardware.of(order.device, recipe.precision, recipe.batch))
    is_first = fabric is None or fabric.global_rank == 0
    trainer = FabricTrainer(_pupil(order), _batches(order), recipe, hardware, build_network(card), fabric)
    course = Course(trainer, len(order.examples), _judge(order) if is_first else None, order.out, shared=fabric)
    if order.resume:
        course.resume()
    return course


def _pupil(order: Order) -> Pupil:
    recipe, card = order.recipe, order.card
    network = begun_network(card, order.start, new=order.start is None, seed=recipe.seed)
    start_encoder(network, card, recipe.encoder_weights)
    taught = order.taught or (True,) * len(card.labels)
    return Pupil(network, card, taught, knows=recipe.encoder_weights not in ("", "none"))


def _batches(order: Order) -> Batches:
    recipe, labels = order.recipe, len(order.card.labels)
    if recipe.surroundings == "chest":
        return SceneBatches(order.examples, recipe, labels, order.clean)
    return PictureBatches([at_scale(one, order.card.long_side) for one in order.examples], recipe, labels)


def _judge(order: Order) -> Judge | None:
    """Who looks at what is held out; none for chests, whose recipe names the threshold and keeps the last weights."""
    if not order.held_out or order.recipe.surroundings == "chest":
        return None
    loss = loss_named(order.recipe.loss)
    return Judge(order.held_out, order.card.long_side, len(order.card.labels), loss)


def at_scale(example: Example, long_side: tuple[int, int]) -> Example:
    """The example as large as the network sees it."""
    import cv2

    frame = Frame.of((example.marks.shape[0], example.marks.shape[1]), long_side)
    if frame.scaled == frame.picture:
        return example
    pixels = frame.to_network(example.pixels)[:, : frame.scaled[0], : frame.scaled[1]]
    marks = cv2.resize(example.marks, frame.scaled[::-1], interpolation=cv2.INTER_NEAREST)
    return replace(example, pixels=np.ascontiguousarray(pixels), marks=np.asarray(marks, np.uint8))


def _shared(order: Order) -> Standing:
    """The run by several processes, each with a device and its part of every batch."""
    from lightning_fabric import Fabric

    batch = order.recipe.batch
    if batch % order.devices:
        raise LesionStudioError(
            _("A batch of {batch} cannot be shared by {n} devices.").format(batch=batch, n=order.devices),
            hint=_("Choose a batch that is a multiple of the number of devices."),
        )
    logging.getLogger("lightning_fabric").setLevel(logging.WARNING)
    precision: Any = FABRIC_PRECISION[Hardware.of(order.device, order.recipe.precision, batch).precision]
    kind = "gpu" if order.device == "cuda" else order.device
    fabric = Fabric(accelerator=kind, devices=order.devices, strategy="ddp_spawn", precision=precision)
    launch: Any = fabric.launch
    try:
        standing: Standing = launch(partial(one_of_many, order=order))
    except ProcessRaisedException as problem:
        raise LesionStudioError(
            _("One of the processes that train stopped: {reason}").format(reason=str(problem).strip().splitlines()[-1]),
            hint=_("What was saved is safe. Go on with --resume, or on one device."),
        ) from problem
    return standing


def one_of_many(fabric: Any, order: Order) -> Standing:
    """What each of several processes runs; all give the same standing.

    They take leave of each other: one whose threads still listen when it ends is aborted by the system.
    """
    standing = course_for(order, fabric).run(silent)
    fabric.barrier()
    torch.distributed.destroy_process_group()
    return standing
