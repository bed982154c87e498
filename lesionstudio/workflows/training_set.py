"""What train learns from: every slice as the network will see it, what is held out of it, and what is odd about it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lesionstudio.errors import LesionStudioError, NotEnoughExamples
from lesionstudio.imaging.intensity import LUMINANCE, for_encoder, network_inputs, rule_named
from lesionstudio.imaging.pairs import Pairs
from lesionstudio.imaging.scan import Scan
from lesionstudio.model_card import ChestRule, IntensityRule, ModelCard, ModelInput
from lesionstudio.progress import Reporter, Steps
from lesionstudio.recipe import Recipe
from lesionstudio.words import _, number
from lesionstudio.workflows.labelled import first_of, labelled_slices
from lesionstudio.workflows.score import label_names
from lesionstudio.workflows.splitting import Held, split_off, written_split

if TYPE_CHECKING:
    from lesionstudio.learning.examples import Example

_LITTLE, _NAMED = 0.001, 5


@dataclass(frozen=True, slots=True)
class Question:
    """How pictures are to be read: channels, the grey that is the structure, what was added to HU."""

    channels: str = ""
    structure: int | None = None
    hu_offset: float | None = None


@dataclass(slots=True, eq=False)
class TrainingSet:
    """Examples to learn from and examples held out, the card they are seen by, sentences about what is odd.

    `held` says how they were told apart.
    """

    learned: list["Example"]
    held_out: list["Example"]
    card: ModelCard
    held: Held
    warnings: list[str] = field(default_factory=list)

    @property
    def taught(self) -> tuple[bool, ...]:
        """For each of the card's labels whether any mask has it."""
        marked = {int(n) for example in self.learned for n in np.unique(example.marks)}
        return tuple(n in marked for n in range(1, len(self.card.labels) + 1))

    def facts(self) -> dict[str, Any]:
        """What the card says of it: the split, and how much of the pictures each label covers, in percent."""
        pixels = sum(example.marks.size for example in self.learned)
        share = {
            name: round(100 * sum(int((one.marks == n).sum()) for one in self.learned) / pixels, 4)
            for n, name in enumerate(self.card.labels, 1)
        }
        return {"split": self.held.facts(), "marked_percent": share}


def training_set(pairs: Pairs, plan: Recipe, begun: ModelCard | str, asked: Question, report: Reporter) -> TrainingSet:
    """Reads every pair of the parts train and val; where there is no part val, some is split off (splitting.py).

    `begun` is the card to go on with, or the name of a new one. Raises NotEnoughExamples, GridMismatch, UnreadableFile.
    """
    has_parts = any(pair.part for pair in pairs.pairs)
    wanted = replace(pairs, pairs=tuple(one for one in pairs.pairs if one.part in ("train", "val") or not has_parts))
    reader = _Reader(plan, begun, asked)
    examples = reader.read(wanted, report)
    _refuse_unmarked(examples["train"])
    if plan.whole:
        examples = {"train": examples["train"] + examples["val"], "val": []}
    held = _held(examples, plan)
    learned, held_out = held.parted(examples["train"]) if held.by != "part" else (examples["train"], examples["val"])
    card = _with_crop_side(reader.named_card(examples["train"] + examples["val"]), examples["train"])
    found = TrainingSet(learned, held_out, card, replace(held, learned=len(learned), held_out=len(held_out)))
    found.warnings = [*_unpaired(pairs), *reader.warnings, *_oddities(found)]
    return found


def _held(examples: dict[str, list["Example"]], plan: Recipe) -> Held:
    """What tells the pictures held out apart."""
    if plan.whole:
        return Held("nothing")
    return Held("part") if examples["val"] else split_off(examples["train"], plan.seed)


def _with_crop_side(card: ModelCard, examples: Sequence["Example"]) -> ModelCard:
    """A model made from crops knows how large they were: the middle one of their long sides."""
    if card.view != "crop" or card.crop_side:
        return card
    return replace(card, crop_side=sorted(max(one.marks.shape) for one in examples)[len(examples) // 2])


class _Reader:
    """Reads pairs into examples; drafts a card from the first scan where none is given."""

    def __init__(self, plan: Recipe, begun: ModelCard | str, asked: Question) -> None:
        self._plan, self._asked, self.warnings, self.slices = plan, asked, list[str](), 0
        self._is_new = isinstance(begun, str)
        self._card = ModelCard(begun, begun, ("Lesion",), ()) if isinstance(begun, str) else begun

    def read(self, pairs: Pairs, report: Reporter) -> dict[str, list["Example"]]:
        """The examples of the parts train and val; what has no part is to train on."""
        from lesionstudio.learning.examples import Example

        steps = Steps(report, len(pairs.pairs), _("Reading"))
        found: dict[str, list[Example]] = {"train": [], "val": []}
        notes = list[str]()
        for pair, scan, marks in labelled_slices(pairs, self._asked.structure, self._asked.hu_offset, notes):
            if not self._card.inputs:
                plan = self._plan
                inputs = inputs_for(scan, self._asked.channels, _intensity(plan), plan.neighbours)
                self._card = drafted_card(plan, self._card.id, inputs)
            self._look_for_gaps(pair.id, scan)
            self.slices = max(self.slices, scan.slices)
            group = pair.group or pair.id
            for k in range(scan.slices):
                pixels = network_inputs(scan, k, self._card.inputs)
                found[pair.part or "train"].append(Example(f"{pair.id}:{k}", pixels, marks[k], group))
            steps.advance()
        self.warnings += first_of(notes)
        if self.slices == 1 and any(one.offset for one in self._card.inputs):
            self.warnings.append(
                _("Each file is one slice: nobody knows its neighbours, so it stands for them itself.")
            )
        return found

    def named_card(self, examples: Sequence["Example"]) -> ModelCard:
        """The card with a name for each label that a mask has."""
        highest = max(int(example.marks.max()) for example in examples)
        named = len(self._card.labels)
        if named < highest and "labels" in self._plan.card and self._is_new:
            text = _("The masks have labels up to {highest}, names are given for {named}: the others are not learned.")
            self.warnings.append(text.format(highest=highest, named=named))
            return self._card
        if named >= highest:
            return self._card
        known = () if self._is_new else self._card.labels
        return replace(self._card, labels=(*known, *label_names(highest)[len(known) :]))

    def _look_for_gaps(self, name: str, scan: Scan) -> None:
        """Names the pictures that hold values that are no numbers."""
        if scan.dtype.kind != "f" or len(self.warnings) >= _NAMED:
            return
        if not all(np.isfinite(scan.slice(k)).all() for k in range(scan.slices)):
            text = _("{name} holds values that are no numbers; they count as its least.")
            self.warnings.append(text.format(name=name))


def inputs_for(scan: Scan, channels: str, intensity: str = "auto", neighbours: int = 0) -> tuple[ModelInput, ...]:
    """What the network sees of scans like this one: these channels by the rule of that name (imaging/intensity.py).

    With neighbours every channel of so many slices on either side too, from the first of them to the last.
    """
    rule = rule_named(intensity, scan)
    wanted = [LUMINANCE] if channels in ("", "luminance") else _numbers(channels)
    offsets = range(-neighbours, neighbours + 1)
    is_known = intensity.startswith("encoder")
    return tuple(
        ModelInput(for_encoder(rule, place) if is_known else rule, channel, offset=offset)
        for offset in offsets
        for place, channel in enumerate(wanted)
    )


def _intensity(plan: Recipe) -> str:
    """The rule's name; an encoder trained on photographs gets what it was trained on, if nobody says otherwise."""
    return "encoder" if plan.encoder_weights == "imagenet" and plan.intensity == "auto" else plan.intensity


def _numbers(channels: str) -> list[int]:
    try:
        return [int(number) for number in channels.split(",")]
    except ValueError as problem:
        raise LesionStudioError(
            _("{channels} names no channels.").format(channels=channels),
            hint=_("Give numbers such as 0,1,2, or luminance."),
        ) from problem


def drafted_card(plan: Recipe, name: str, inputs: tuple[ModelInput, ...]) -> ModelCard:
    """A new model's card: what the recipe says of it, and these inputs where it says nothing of them."""
    facts = dict(plan.card)
    if "inputs" in facts:
        inputs = tuple(ModelInput(**{**one, "rule": IntensityRule(**one["rule"])}) for one in facts.pop("inputs"))
    if facts.get("chest") is not None:
        facts["chest"] = ChestRule(**facts["chest"])
    for entry in ("labels", "notes"):
        if entry in facts:
            facts[entry] = tuple(facts[entry])
    network = {
        "architecture": plan.architecture,
        "encoder": plan.encoder,
        "network": plan.network,
        "threshold": plan.threshold,
        "long_side": plan.long_side,
    }
    return ModelCard(**{"id": name, "title": name, "labels": ("Lesion",), "inputs": inputs, **network, **facts})


def _refuse_unmarked(examples: Sequence["Example"]) -> None:
    if not any(example.marks.any() for example in examples):
        raise NotEnoughExamples(
            _("No picture to train on has a mark."), hint=_("Check the masks, and the split's part called train.")
        )


def _unpaired(pairs: Pairs) -> list[str]:
    if not pairs.unpaired:
        return []
    names = ", ".join(pairs.unpaired[:_NAMED]) + (" ..." if pairs.unpaired[_NAMED:] else "")
    return [_("Without a partner: {names}").format(names=names)]


def _oddities(found: TrainingSet) -> list[str]:
    """Sentences on labels that never or hardly occur, and on nothing being held out."""
    percent: dict[str, float] = found.facts()["marked_percent"]
    never = [name for name, share in percent.items() if share == 0]
    said = [_("No mask to train on has {label}: it is not learned.").format(label=name) for name in never]
    rare = {name: share for name, share in percent.items() if 0 < share < 100 * _LITTLE}
    text = _("{label} covers only {percent} % of the pictures.")
    said += [text.format(label=name, percent=number(share, 3)) for name, share in rare.items()]
    if found.held.by != "nothing" and not any(example.marks.any() for example in found.held_out):
        said.append(_("No picture held out has a mark: which weights are best, nobody can tell."))
    return said


def write_split(found: TrainingSet, out: Path) -> None:
    """Writes split.csv into the model's folder: which file was learned from and which was held out."""
    written_split(out / "split.csv", found.learned, found.held_out)
