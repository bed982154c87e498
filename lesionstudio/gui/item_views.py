"""How an item of the study reads in the scan list."""

from lesionstudio.gui.views import ItemView
from lesionstudio.project.worklist import ItemRecord, Role, WorkItem


def item_view(item: WorkItem, record: ItemRecord, *, holds_out: bool) -> ItemView:
    """One row: the item's status follows from its slices. `holds_out`: whether slices are held out at all."""
    return ItemView(
        id=item.id,
        name=item.name,
        facts=item.facts,
        status="unreadable" if item.error else record.status.name.lower(),
        share_checked=record.share_checked,
        flagged=bool(record.flags),
        held_out=record.count(Role.HELD_OUT) if holds_out else 0,
        error=item.error,
        hint=item.hint,
        patient=item.patient,
        study=item.study,
        last=item.last,
        slices=max(item.shape[0], 1),
        test=record.count(Role.TEST) > 0,
    )
