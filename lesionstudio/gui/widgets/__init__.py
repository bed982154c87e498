"""Small widgets that know nothing of scans: buttons, fields, texts, sheets. May import theme, icons and menus."""
