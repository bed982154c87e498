"""ProposalWiring: a change that waits for an answer goes to picture and options bar, and Enter and Esc answer it."""

from PySide6.QtCore import QObject

from lesionstudio.gui.drafts import amount_text
from lesionstudio.gui.parts import Parts
from lesionstudio.gui.proposals import Proposals
from lesionstudio.imaging.geometry import Geometry
from lesionstudio.imaging.proposal import Proposal
from lesionstudio.words import _, ngettext


class ProposalWiring(QObject):
    """While a change waits, Enter accepts it; only then does Enter mean "Checked, next" again."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts.window)
        self._proposals, self._session = parts.proposals, parts.session
        self._actions, self._page = parts.window.actions_by_verb, parts.window.draw_page
        self._actions.on("accept_proposal", self._proposals.accept)
        self._actions.on("reject_proposal", self._proposals.reject)
        self._proposals.changed.connect(self._show)
        self._show()

    def show_possible(self) -> None:
        """Allows an answer where there is something to answer and the picture is seen."""
        proposals, is_seen = self._proposals, self._page.is_drawing
        waits = proposals.stands and not proposals.is_making and is_seen
        self._actions.allow("accept_proposal", waits)
        self._actions.allow("reject_proposal", waits or (proposals.is_working and is_seen))
        # Also while one is being found: an Enter that comes too early must not check the slice.
        self._actions.lend_keys("check_slice", "accept_proposal", on=proposals.stands or proposals.is_working)
        self._page.options_bar.proposal.show_stands(waits)

    def _show(self) -> None:
        self.show_possible()
        scan = self._session.scan
        self._page.options_bar.say(sentence_of(self._proposals, scan.geometry) if scan is not None else "")


def sentence_of(proposals: Proposals, geometry: Geometry) -> str:
    """What the proposal that stands would change, or why there is none; "" where nothing was asked."""
    if proposals.is_making:
        return _("Working")
    if proposals.sentence or proposals.current is None:
        return proposals.sentence or (_("Working") if proposals.is_working else "")
    return told(proposals.current, geometry)


def told(proposal: Proposal, geometry: Geometry) -> str:
    """What a proposal would change: how much, and on how many slices."""
    marked, erased = proposal.voxels - proposal.erased, proposal.erased
    parts = [_("marks {amount}").format(amount=amount_text(marked, geometry))] if marked else []
    parts += [_("takes {amount} away").format(amount=amount_text(erased, geometry))] if erased else []
    slices = len(proposal.slices)
    if slices > 1:
        parts.append(ngettext("on {n} slice", "on {n} slices", slices))
    return ", ".join(parts)
