"""The first lines of the installed program: what PyInstaller freezes. Everything else is the package itself."""

import multiprocessing
import sys

if __name__ == "__main__":
    multiprocessing.freeze_support()
    from lesionstudio.__main__ import main

    sys.exit(main())
