"""Taking up: where learning along begins: with what this process holds, the checkpoint, or the model in use.

Never with a version that was rejected: what became one is forgotten, and all corrections are learned from again.
"""

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from lesionstudio.errors import LesionStudioError
from lesionstudio.model_card import ModelCard, card_from_json
from lesionstudio.project.project import Project
from lesionstudio.project.shelf import ModelShelf, ShelvedModel
from lesionstudio.workflows.at_work import at_work, put_to_work
from lesionstudio.workflows.lessons import Outputs
from lesionstudio.workflows.teaching import Beginning, begins_anew, goes_on_from, starter
from lesionstudio.workflows.working import Working, read_kept
from lesionstudio.workflows.yardstick import Yardstick

if TYPE_CHECKING:
    from lesionstudio.learning.going_on import Learner


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """Who learns where: the study, the model in use (None: a new one), the device asked for, and the seed."""

    study: Project
    in_use: ShelvedModel | None
    device: str
    seed: int

    @property
    def base(self) -> str:
        """The id of the model in use."""
        return self.in_use.card.id if self.in_use is not None else ""

    @property
    def real_device(self) -> str:
        """The device that is there. Raises ModelProblem."""
        from lesionstudio.learning.engines import device_for

        return device_for(self.device)


def gone_on_with(order: Order) -> Working | None:
    """What learns in this study and belongs to its model in use; None where there is nothing to go on with."""
    waiting = str(order.study.settings.get("candidate") or "")
    known = at_work(order.study.home)
    for working in (known, None if known is not None else _restored(order)):
        if working is not None and working.belongs_to(order.base, waiting):
            put_to_work(working)
            return working
    return None


def begun(order: Order, card: ModelCard, outputs: Outputs) -> Working:
    """A new beginning with the model in use, or, for a new model, with what a shipped one knows of such pictures."""
    if order.in_use is not None:
        begins = goes_on_from(order.in_use, card, outputs)
    else:
        begins = begins_anew(card, outputs, starter())
    learner = _learner(order, begins, outputs)
    working = Working(order.study.home, order.base, begins, outputs, learner, Yardstick(order.device))
    put_to_work(working)
    return working


def widen(working: Working, card: ModelCard, outputs: Outputs) -> None:
    """The model gets these outputs, and goes on with the weights it has; its lessons are to be given to it again."""
    from lesionstudio.learning.networks import begin_from, build_network

    before = working.learner
    begins = replace(working.begins, card=replace(working.begins.card, labels=outputs.names, chest=card.chest))
    network = build_network(begins.card)
    begin_from(network, before.averaged.state_dict())
    new = begins.parent is None and before.steps == 0
    working.learner = _made(begins.card, network, outputs, before.device, before.seed, new=new)
    working.learner.seconds = before.seconds
    working.begins, working.outputs = begins, outputs
    working.added.clear()
    working.kept.clear()


def facts_of(working: Working) -> dict[str, Any]:
    """What the checkpoint keeps beside the learner's own; JSON can carry it."""
    begins, outputs = working.begins, working.outputs
    return {
        "base": working.base,
        "versions": working.versions,
        "card": asdict(begins.card),
        "lent": begins.lent.card.id if begins.lent else "",
        "outputs": [list(outputs.names), list(outputs.labels), list(outputs.taught)],
        "curve": working.curve,
        "added": working.added,
        "tried": sorted(working.tried),
        "is_lost": working.is_lost,
    }


def _restored(order: Order) -> Working | None:
    """What the checkpoint holds; None where it does not fit: then all is learned again."""
    kept = read_kept(order.study.home)
    if kept is None:
        return None
    tensors, facts = kept
    try:
        names, labels, taught = facts["outputs"]
        outputs = Outputs(tuple(names), tuple(map(int, labels)), tuple(map(bool, taught)))
        card = card_from_json(facts["card"])
        begins = Beginning(card, _shelved(order, card.parent), _shelved(order, str(facts["lent"])))
        learner = _learner(order, begins, outputs)
        learner.restore(tensors, facts["learner"])
        base, versions, curve = str(facts["base"]), list(facts["versions"]), list(facts["curve"])
        tried, is_lost = frozenset(facts["tried"]), bool(facts["is_lost"])
    except (KeyError, TypeError, ValueError, RuntimeError, LesionStudioError):
        return None
    yardstick = Yardstick(order.device)
    working = Working(order.study.home, base, begins, outputs, learner, yardstick, versions, curve, tried=tried)
    working.is_lost = is_lost
    return working


def _shelved(order: Order, model_id: str) -> ShelvedModel | None:
    if order.in_use is not None and order.base == model_id:
        return order.in_use
    return ModelShelf(order.study).find(model_id) if model_id else None


def _learner(order: Order, begins: Beginning, outputs: Outputs) -> "Learner":
    """A learner that begins with the weights there are. Raises ModelProblem where these are damaged."""
    from lesionstudio.learning.engines import instead_of_gpu
    from lesionstudio.learning.finetuning import begun_network

    new, source = begins.parent is None, begins.weights_of
    network = begun_network(begins.card, source.folder if source else None, new=new, seed=order.seed)
    learner = _made(begins.card, network, outputs, order.real_device, order.seed, new=new)
    learner.notes += instead_of_gpu(order.device) if learner.device == "cpu" else []
    return learner


def _made(card: ModelCard, network: Any, outputs: Outputs, device: str, seed: int, *, new: bool) -> "Learner":
    from lesionstudio.learning.going_on import BUDGET_S, Learner

    return Learner(card, network, outputs.taught, new=new, device=device, seed=seed, budget_s=BUDGET_S)
