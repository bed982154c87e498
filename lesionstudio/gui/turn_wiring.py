"""TurnWiring: joins turning and mirroring with its actions and with whatever shows the scan."""

from PySide6.QtCore import QObject

from lesionstudio.gui.look_actions import TURNING
from lesionstudio.gui.parts import Parts
from lesionstudio.gui.scan_wiring import ScanWiring
from lesionstudio.gui.toolbox import Toolbox
from lesionstudio.imaging.turning import Turn
from lesionstudio.words import _


class TurnWiring(QObject):
    """Made with the first scan."""

    def __init__(self, parts: Parts, toolbox: Toolbox, scan_wiring: ScanWiring) -> None:
        super().__init__(parts.window)
        self._session, self._turning, self._toolbox = parts.session, parts.turning, toolbox
        self._actions, self._scan_wiring = parts.window.actions_by_verb, scan_wiring
        self._picture = parts.window.draw_page.picture
        for verb, do in zip(TURNING, (self._turning.turn_on, self._turning.mirror, self._turning.flip)):
            self._actions.on(verb, do)
        self._actions.on("as_in_file", self._turning.reset)
        self._turning.changed.connect(self._show)
        self._session.scan_opened.connect(self._allow)
        self._session.scan_closed.connect(self._allow)
        self._allow()

    def _show(self) -> None:
        """The picture anew; a stroke in the making is taken back by the view."""
        if self._session.scan is not None:
            self._scan_wiring.show_turned()
            self._toolbox.refresh()
        self._allow()

    def _allow(self) -> None:
        is_open = self._session.scan is not None
        for verb in TURNING:
            self._actions.allow(verb, is_open)
        self._actions.allow("as_in_file", is_open and not self._turning.turn.is_none)
        self._picture.set_remark(turn_words(self._turning.turn))


def turn_words(turn: Turn) -> str:
    """How a picture is turned, for the note under its name; "" where it is not."""
    if turn == Turn().flip():
        return _("Upside down")
    if not turn.quarters:
        return _("Mirrored") if turn.mirrored else ""
    turned = _("Turned {n}°, mirrored") if turn.mirrored else _("Turned {n}°")
    return turned.format(n=90 * turn.quarters)
