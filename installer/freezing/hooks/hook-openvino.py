"""OpenVINO looks for its plug-ins beside its own library; contents.py takes out those that nothing here uses."""

from PyInstaller.utils.hooks import collect_dynamic_libs

binaries = collect_dynamic_libs("openvino", search_patterns=["*.so", "*.so.*", "*.dll", "*.dylib"])
hiddenimports = ["openvino.opset13", "openvino.frontend.pytorch", "openvino.tools.ovc"]
