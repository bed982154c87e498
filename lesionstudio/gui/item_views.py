"""How an item of the study reads in the scan list."""

from lesionstudio.gui.views import ItemView
from lesionstudio.project.worklist import ItemRecord, WorkItem


def item_view(item: WorkItem, record: ItemRecord) -> ItemView:
    """One row: the item's status follows from its slices."""
    return ItemView(
        id=item.id,
        name=item.name,
        facts=item.facts,
        status="unreadable" if item.error else record.status.name.lower(),
        share_checked=record.share_checked,
        flagged=bool(record.flags),
        held_out=record.held_out,
        error=item.error,
        hint=item.hint,
        patient=item.patient,
        study=item.study,
        last=item.last,
        slices=max(item.shape[0], 1),
    )
