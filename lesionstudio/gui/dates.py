"""Days and times as a person says them."""

from datetime import datetime, timedelta

from PySide6.QtCore import QDate, QLocale

from lesionstudio.words import _


def day_words(when: datetime, now: datetime) -> str:
    """ "Today, 14:31", "Yesterday", or the date. Both in the same time zone, or both without."""
    if when.date() == now.date():
        return _("Today, {time}").format(time=f"{when:%H:%M}")
    if when.date() == (now - timedelta(days=1)).date():
        return _("Yesterday")
    return QLocale().toString(QDate(when.year, when.month, when.day), "d MMM yyyy")
