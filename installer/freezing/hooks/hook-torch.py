"""PyInstaller's own rule for torch takes every module and file of it; this one takes what the program can reach.

torch reads the source of some of its modules while it runs (settings, TorchScript), so these lie there as files too.
A build for CUDA loads NVIDIA's libraries, which are packages of their own, from beside it.
"""

from importlib.util import find_spec

from PyInstaller.utils.hooks import PY_DYLIB_PATTERNS, collect_data_files, collect_dynamic_libs

READ_AS_SOURCE = [
    "torch.nn", "torch.jit", "torch.functional", "torch._jit_internal",
    "torch.utils._config_module", "torch._functorch.config",
    "torch._export.config", "torch.fx.experimental._config", "torch.distributed.config", "torch._dynamo.config",
    "torch.compiler.config", "torch.utils.serialization.config", "torch._inductor.config",
    "torch._inductor.config_comms", "torch.distributions.von_mises", "torch.distributed.optim", "torch.utils.mkldnn",
]  # fmt: skip
module_collection_mode = {"torch": "pyz"} | dict.fromkeys(READ_AS_SOURCE, "pyz+py")
LIBRARIES = [*PY_DYLIB_PATTERNS, "*.so.*"]
binaries = [
    found
    for package in ("torch", "nvidia")
    if find_spec(package) is not None
    for found in collect_dynamic_libs(package, search_patterns=LIBRARIES)
]
datas = collect_data_files("torch", includes=["bin/torch_shm_manager*"])
bindepend_symlink_suppression = ["**/torch/lib/*.so*", "**/nvidia/**/*.so*"]
warn_on_missing_hiddenimports = False
