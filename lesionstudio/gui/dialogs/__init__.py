"""Sheets laid over the window: export, import, shortcuts, settings; given plain values, they say what was chosen."""
