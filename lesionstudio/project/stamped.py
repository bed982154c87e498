"""Stamped: a dictionary that says whether it changed, so that nobody goes through thousands to see that nothing did."""

from collections.abc import Iterable
from typing import Any, TypeVar

V = TypeVar("V")


class Stamped(dict[str, V]):
    """`stamp` is another object after each change. Safe to ask for on any thread: read it before what it stands for."""

    def __init__(self, pairs: Iterable[tuple[str, V]] = ()) -> None:
        super().__init__(pairs)
        self.stamp = object()

    def __setitem__(self, key: str, value: V) -> None:
        super().__setitem__(key, value)
        self.stamp = object()

    def __delitem__(self, key: str) -> None:
        super().__delitem__(key)
        self.stamp = object()

    def setdefault(self, key: str, default: V) -> V:
        """What is there under this key, else what is put there now."""
        found = super().setdefault(key, default)
        self.stamp = object()
        return found

    def pop(self, key: str, *default: Any) -> Any:
        """Takes away what is there under this key."""
        found = super().pop(key, *default)
        self.stamp = object()
        return found

    def clear(self) -> None:
        """Takes all away."""
        super().clear()
        self.stamp = object()

    def update(self, *args: Any, **more: V) -> None:
        """Takes over what is in another one."""
        super().update(*args, **more)
        self.stamp = object()
