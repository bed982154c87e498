"""The first lines of the installed program: what PyInstaller freezes. Everything else is the package itself."""

import multiprocessing
import os
import sys


def give_back_library_path() -> None:
    """Lets programs that are not ours, such as the file manager, find the system's libraries rather than ours."""
    if not hasattr(sys, "_MEIPASS") or not sys.platform.startswith("linux"):
        return
    before = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
    os.environ.pop("LD_LIBRARY_PATH", None)
    if before:
        os.environ["LD_LIBRARY_PATH"] = before


if __name__ == "__main__":
    multiprocessing.freeze_support()
    give_back_library_path()
    from lesionstudio.__main__ import main

    sys.exit(main())
