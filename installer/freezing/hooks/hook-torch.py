"""PyInstaller's own rule for torch takes every module and file of it; this one takes what the program can reach.

torch reads the source of some of its modules while it runs (TorchScript), so these lie there as files too.
"""

from PyInstaller.utils.hooks import PY_DYLIB_PATTERNS, collect_data_files, collect_dynamic_libs

module_collection_mode = {"torch": "pyz", "torch.nn": "pyz+py", "torch.jit": "pyz+py", "torch._jit_internal": "pyz+py"}
binaries = collect_dynamic_libs("torch", search_patterns=[*PY_DYLIB_PATTERNS, "*.so.*"])
datas = collect_data_files("torch", includes=["bin/torch_shm_manager*"])
bindepend_symlink_suppression = ["**/torch/lib/*.so*"]
warn_on_missing_hiddenimports = False
