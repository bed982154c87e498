"""JoinedItems: which pictures of a study are slices of a volume now; they stand in no list, and can come back."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lesionstudio.project.worklist import WorkItem


class JoinedItems(dict[str, tuple[WorkItem, ...]]):
    """A volume's id -> the pictures it was made of, by slice."""

    def member(self, item_id: str) -> WorkItem | None:
        """The picture of this id that is part of a volume."""
        return next((one for members in self.values() for one in members if one.id == item_id), None)

    def ids(self) -> Iterator[str]:
        """Every picture that is part of a volume."""
        return (one.id for members in self.values() for one in members)

    def to_json(self, root: Path) -> dict[str, Any]:
        """As project.json keeps them, paths relative to the folder of scans."""
        return {item_id: {one.id: one.to_json(root) for one in members} for item_id, members in list(self.items())}

    @classmethod
    def from_json(cls, saved: Mapping[str, Any], root: Path) -> "JoinedItems":
        """What to_json gave. Raises KeyError, TypeError or ValueError for anything else."""
        return cls(
            (item_id, tuple(WorkItem.from_json(one, entry, root) for one, entry in members.items()))
            for item_id, members in saved.items()
        )
