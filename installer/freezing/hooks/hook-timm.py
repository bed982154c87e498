"""Nothing in timm reads its own source, so it need not lie there a second time as files."""

module_collection_mode = "pyz"
