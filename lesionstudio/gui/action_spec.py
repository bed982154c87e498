"""ActionSpec: one thing a person can do, and how it is reached. The table of all of them is in actions.py."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One thing a person can do.

    `keys`: with spaces between them, the first is shown. `on_picture`: they count only while the picture has the focus.
    `group`: the heading on the shortcut page; "" keeps it off that page.
    """

    verb: str
    text: str
    menu: str = ""
    icon: str = ""
    keys: str = ""
    group: str = ""
    tip: str = ""
    checkable: bool = False
    on_picture: bool = False

    @property
    def shortcuts(self) -> tuple[str, ...]:
        """The keys one by one."""
        return tuple(self.keys.split())


@dataclass(frozen=True, slots=True)
class Gesture:
    """Something done with the mouse or a held key, for the shortcut page."""

    group: str
    text: str
    caps: tuple[str, ...]


def with_tips(tips: dict[str, str], *specs: ActionSpec) -> tuple[ActionSpec, ...]:
    """These actions, each with the sentence that its verb has here."""
    return tuple(replace(spec, tip=tips.get(spec.verb, "")) for spec in specs)
