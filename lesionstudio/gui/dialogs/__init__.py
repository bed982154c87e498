"""Sheets laid over the window: export, import of masks, shortcuts, settings. Each is given plain values and says what was chosen."""
