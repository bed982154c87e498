"""Roles: which slices of a study are learned from, which measure a model, and which lie between the two."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from lesionstudio.project.splits import Candidate, Ranges, Share, deal_roles
from lesionstudio.project.worklist import Role, WorkItem

Items = Mapping[str, WorkItem]


class Roles:
    """The shares dealt to the items of a study, and what became of them."""

    def __init__(self) -> None:
        self._shares: dict[str, Share] = {}

    def read(self, item_id: str, saved: dict[str, Any]) -> None:
        """Takes on what `saved` gave for an item; it is not dealt when that says nothing."""
        if "held_out" in saved:
            self._shares[item_id] = Share(_ranges(saved["held_out"]), _ranges(saved.get("between", ())))

    def saved(self, item_id: str) -> dict[str, Any]:
        """What project.json keeps of an item's share; {} while it is not dealt."""
        share = self._shares.get(item_id)
        return {} if share is None else {"held_out": share.held_out, "between": share.between}

    def keep(self, item_id: str, roles: Sequence[Role]) -> None:
        """An item has these roles, as slices of another item had them: they are not dealt anew."""
        held_out, between = (_places(roles, one) for one in (Role.HELD_OUT, Role.BETWEEN))
        self._shares[item_id] = Share(held_out, between)

    def of(self, item_id: str, slices: int) -> tuple[Role, ...]:
        """The role dealt to each slice of an item: learn where nothing else was."""
        share, roles = self._share(item_id), [Role.LEARN] * slices
        for role, ranges in ((Role.BETWEEN, share.between), (Role.HELD_OUT, share.held_out)):
            for start, stop in ranges:
                roles[start:stop] = [role] * len(roles[start:stop])
        return tuple(roles)

    def deal(self, items: Items, seed: int, checked: Callable[[str], Collection[int]]) -> list[str]:
        """Deals shares to the items that have none (see splits.deal_roles), and gives their ids.

        `checked` gives an item's checked slices: they may have been learned from, so their blocks are left to Learn.
        """
        sound = [item for item in items.values() if not item.error and not item.last]
        candidates = [Candidate(item.id, item.patient, item.shape[0], self._shares.get(item.id)) for item in sound]
        dealt = deal_roles(candidates, seed)
        for item_id, share in dealt.items():
            for k in checked(item_id) if share.held_out else ():
                share = share.without(k)
            self._shares[item_id] = share
        return list(dealt)

    def release(self, items: Items, item_id: str, k: int) -> list[str]:
        """Lets the block of a slice (its picture, or its whole patient) be learned from; gives the items changed."""
        if not self._share(item_id).holds(k):
            return []
        patient = items[item_id].patient
        whole = patient and self._is_whole(items[item_id])
        theirs = [item for item in items.values() if item.patient == patient and self._is_whole(item)]
        for item in theirs if whole else [items[item_id]]:
            self._shares[item.id] = Share() if whole else self._share(item.id).without(k)
        return [item.id for item in theirs] if whole else [item_id]

    def _share(self, item_id: str) -> Share:
        return self._shares.get(item_id, Share())

    def _is_whole(self, item: WorkItem) -> bool:
        return self._share(item.id).held_out == ((0, item.shape[0]),)


def _places(roles: Sequence[Role], wanted: Role) -> Ranges:
    """Where this role is, as half-open ranges."""
    marks = [False, *(role == wanted for role in roles), False]
    edges = [k for k in range(len(marks) - 1) if marks[k] != marks[k + 1]]
    return tuple(zip(edges[::2], edges[1::2]))


def _ranges(saved: Iterable[Iterable[int]]) -> Ranges:
    return tuple((int(start), int(stop)) for start, stop in saved)
