"""Small widgets that know nothing of scans: buttons, fields, texts, sheets. May import theme, menus and PySide6 only."""
