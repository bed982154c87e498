"""Steps: what was done to one mask, in order, and how far it is taken back. Bounded by bytes: the oldest go first."""

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lesionstudio.imaging.edits import MaskEdit


class Steps:
    """The steps that are done and, after them, those that were taken back and can be done again."""

    def __init__(self, limit_bytes: int) -> None:
        self._done: deque[MaskEdit] = deque()
        self._undone: list[MaskEdit] = []
        self._bytes, self._limit = 0, limit_bytes

    def __len__(self) -> int:
        return len(self._done) + len(self._undone)

    def __iter__(self) -> Iterator[MaskEdit]:
        yield from self._done
        yield from reversed(self._undone)

    @property
    def position(self) -> int:
        """How many of them are done."""
        return len(self._done)

    @property
    def last_done(self) -> MaskEdit | None:
        """What undo would take back."""
        return self._done[-1] if self._done else None

    @property
    def next_undone(self) -> MaskEdit | None:
        """What redo would do again."""
        return self._undone[-1] if self._undone else None

    @property
    def bytes_used(self) -> int:
        """What all steps cost in memory, roughly."""
        return self._bytes

    @property
    def limit_bytes(self) -> int:
        """What they may cost; the last step stays, whatever it costs."""
        return self._limit

    @limit_bytes.setter
    def limit_bytes(self, limit: int) -> None:
        self._limit = limit
        self._drop_oldest()

    def add(self, edit: MaskEdit) -> None:
        """One more step; what was taken back before it is forgotten. It joins the last one of the same `join`."""
        self._bytes -= sum(undone.bytes_used for undone in self._undone)
        self._undone.clear()
        if edit.join and self._done and self._done[-1].join == edit.join:
            last = self._done.pop()
            self._bytes -= last.bytes_used
            edit = last.joined(edit)
        self._done.append(edit)
        self._bytes += edit.bytes_used
        self._drop_oldest()

    def attach(self, join: str, attached: Any) -> bool:
        """Says that the step of this name is part of something larger; False where no such step is done."""
        for at, edit in enumerate(self._done):
            if edit.join == join:
                self._done[at] = replace(edit, attached=attached)
                return True
        return False

    def attach_to_last(self, attached: Any) -> None:
        """Says that the last step done is part of something larger, or no longer (None)."""
        if self._done:
            self._done.append(replace(self._done.pop(), attached=attached))

    def take_back(self) -> MaskEdit | None:
        """The last step done, which now counts as taken back; None when there is none."""
        if not self._done:
            return None
        self._undone.append(self._done.pop())
        return self._undone[-1]

    def do_again(self) -> MaskEdit | None:
        """The step last taken back, which now counts as done; None when there is none."""
        if not self._undone:
            return None
        self._done.append(self._undone.pop())
        return self._done[-1]

    def _drop_oldest(self) -> None:
        while self._bytes > self._limit and len(self._done) > 1:
            self._bytes -= self._done.popleft().bytes_used
