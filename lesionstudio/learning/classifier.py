"""Classifier: what a picture shows, how sure that is, and whether it resembles anything that was learned from."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from lesionstudio.errors import ModelProblem
from lesionstudio.learning.classifier_input import RULE, Seen, seen
from lesionstudio.learning.classifier_networks import SEQUENTIAL, ClassifierNetwork, build_classifier
from lesionstudio.learning.conversion import converted
from lesionstudio.learning.model import file_sha256
from lesionstudio.learning.networks import read_tensors
from lesionstudio.learning.openvino_engine import OpenVINOEngine
from lesionstudio.model_card import WEIGHTS_NAME, ModelCard, ModelInput, read_card, write_card
from lesionstudio.words import _

KNOWN, KNOWN_LABELS = "known_features", "known_labels"
_AT_A_TIME = 32

Rows = NDArray[np.float32]
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """Probability of each class, in the card's order, and how far the picture is from the nearest known one of its."""

    probabilities: tuple[float, ...]
    distance: float
    unlike_training: bool

    @property
    def label(self) -> int:
        """The place of the likeliest class."""
        return int(np.argmax(self.probabilities))

    @property
    def confidence(self) -> float:
        """Its probability."""
        return self.probabilities[self.label]


@dataclass(frozen=True, eq=False)
class Classifier:
    """A network in eval mode, its card, and what it knows: features (n, features) of length 1, and their classes (n,).

    The card's `network` carries side, temperature and, class by class, unlike_from (a distance; see `distances`).
    """

    network: ClassifierNetwork
    card: ModelCard
    known: Rows
    known_labels: Places

    @property
    def side(self) -> int:
        """Rows and columns of what the network sees."""
        return int(self.card.network["side"])

    @classmethod
    def load(cls, folder: Path) -> "Classifier":
        """The classifier saved in a folder. Raises ModelProblem where it is missing, damaged or no classifier."""
        card, path = classifier_card(folder), folder / WEIGHTS_NAME
        if card.sha256 and path.is_file() and file_sha256(path) != card.sha256:
            raise ModelProblem(
                _("The weights {path} are not those its card was written for.").format(path=path),
                hint=_("Copy the model again from where it came from."),
            )
        tensors = read_tensors(path)
        known = tensors.pop(KNOWN, torch.zeros(0, 1))
        known_labels = tensors.pop(KNOWN_LABELS, torch.zeros(0, dtype=torch.uint8))
        network = build_classifier(card)
        try:
            network.load_state_dict(tensors)
        except RuntimeError as problem:
            raise ModelProblem(
                _("The weights {path} do not fit the network its card describes.").format(path=path),
                hint=_("Copy the model again from where it came from."),
            ) from problem
        return cls(network.eval(), card, known.numpy(), known_labels.long().numpy())

    def save(self, folder: Path) -> ModelCard:
        """Writes weights (float16, with the known features) and card; gives the card with its SHA-256. OSError."""
        from safetensors.torch import save

        tensors = {name: _half(value) for name, value in self.network.state_dict().items()}
        tensors[KNOWN] = torch.from_numpy(self.known).half().contiguous()
        tensors[KNOWN_LABELS] = torch.from_numpy(self.known_labels.astype(np.uint8))
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f"{WEIGHTS_NAME}.{os.getpid()}.tmp"
        draft.write_bytes(save(tensors))
        card = replace(self.card, sha256=file_sha256(draft))
        draft.chmod(0o644)
        draft.replace(folder / WEIGHTS_NAME)
        write_card(card, folder)
        return card


class Looker:
    """Runs a classifier over pictures, with OpenVINO where it knows the network."""

    def __init__(self, classifier: Classifier, key: str = "") -> None:
        self.classifier = classifier
        self._engine = _engine(classifier, key)

    @property
    def engine_name(self) -> str:
        """How it computes."""
        return self._engine.name if self._engine is not None else "PyTorch, fp32"

    def look(self, planes: Sequence[NDArray[np.generic]]) -> list[Answer]:
        """What each plane (row, column) shows."""
        side = self.classifier.side
        return self.answers(np.stack([seen(plane, side) for plane in planes])) if planes else []

    def answers(self, pictures: Seen) -> list[Answer]:
        """What pictures as the network sees them (n, side, side) show."""
        logits, features = self.raw(pictures)
        facts = self.classifier.card.network
        chances = softmax(logits / float(facts.get("temperature", 1.0)))
        given = chances.argmax(axis=1)
        far = distances(features, given, self.classifier)
        limits = np.array(facts.get("unlike_from", [np.inf] * chances.shape[1]), np.float32)
        rows = zip(chances, far, far > limits[given])
        return [Answer(tuple(float(p) for p in row), float(away), bool(unlike)) for row, away, unlike in rows]

    def raw(self, pictures: Seen) -> tuple[Rows, Rows]:
        """Logits (n, classes) and features (n, features), each of length 1."""
        rows = np.concatenate([self._run(pictures[at : at + _AT_A_TIME]) for at in range(0, len(pictures), _AT_A_TIME)])
        classes = len(self.classifier.card.labels)
        return rows[:, :classes], normed(rows[:, classes:])

    def _run(self, pictures: Seen) -> Rows:
        batch = np.ascontiguousarray(pictures[:, None], np.float32)
        if self._engine is not None:
            return self._engine.logits(batch)
        with torch.inference_mode():
            return np.asarray(self.classifier.network(torch.from_numpy(batch)).numpy(), np.float32)


def classifier_card(folder: Path) -> ModelCard:
    """The card of the classifier in a folder. Raises ModelProblem where it is none."""
    card = read_card(folder)
    if card.task != "classification":
        raise ModelProblem(
            _("{name} marks lesions; it does not say what a picture shows.").format(name=card.title),
            hint=_("Choose a classifier. `lesionstudio models` lists them."),
        )
    return card


def fresh_card(name: str, labels: Sequence[str], architecture: str, side: int, dropout: float) -> ModelCard:
    """The card of a classifier that has learned nothing yet."""
    return ModelCard(
        name,
        name,
        tuple(labels),
        (ModelInput(RULE),),
        task="classification",
        architecture=architecture,
        encoder="",
        network={"side": side, "dropout": dropout},
        made_for=_("Says what a picture shows: {classes}.").format(classes=", ".join(labels)),
    )


def distances(features: Rows, labels: Places, classifier: Classifier) -> Rows:
    """For each of the features (n, m) 1 less the cosine to the nearest known one of its class; 2 where none is."""
    alike = features @ classifier.known.T if len(classifier.known) else np.zeros((len(features), 0), np.float32)
    same = classifier.known_labels[None] == labels[:, None]
    return np.asarray(1 - np.where(same, alike, -1.0).max(axis=1, initial=-1.0), np.float32)


def normed(rows: Rows) -> Rows:
    """Each row with length 1."""
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), np.float32)


def softmax(logits: Rows) -> Rows:
    """Probabilities (n, classes)."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)


def _engine(classifier: Classifier, key: str) -> OpenVINOEngine | None:
    """OpenVINO in fp32, so that every machine answers the same; None for networks of one fixed side, and without it."""
    if classifier.card.architecture == SEQUENTIAL:
        return None
    try:
        return OpenVINOEngine(converted(lambda: classifier.network, classifier.card.channels, key), "fp32")
    except (ImportError, RuntimeError):
        return None


def _half(value: torch.Tensor) -> torch.Tensor:
    value = value.detach().cpu().contiguous(memory_format=torch.contiguous_format)
    return value.half() if value.is_floating_point() else value.clone()
