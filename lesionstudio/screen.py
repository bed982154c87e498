"""What the system must bring for a window on Linux: the libraries that Qt loads, and a screen that answers.

Looked at before Qt is started, which would end the program without a sentence. The libraries are loaded as Qt loads
them, and stay: it costs nothing twice.
"""

import ctypes
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from lesionstudio.errors import LesionStudioError
from lesionstudio.words import _

LIBRARIES = {
    "libGL.so.1": ("libgl1", "libglvnd-glx"),
    "libEGL.so.1": ("libegl1", "libglvnd-egl"),
    "libglib-2.0.so.0": ("libglib2.0-0", "glib2"),
    "libdbus-1.so.3": ("libdbus-1-3", "dbus-libs"),
    "libfontconfig.so.1": ("libfontconfig1", "fontconfig"),
    "libfreetype.so.6": ("libfreetype6", "freetype"),
    "libxkbcommon.so.0": ("libxkbcommon0", "libxkbcommon"),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0", "libxkbcommon-x11"),
    "libX11.so.6": ("libx11-6", "libX11"),
    "libX11-xcb.so.1": ("libx11-xcb1", "libX11-xcb"),
    "libxcb.so.1": ("libxcb1", "libxcb"),
    "libxcb-cursor.so.0": ("libxcb-cursor0", "xcb-util-cursor"),
    "libxcb-icccm.so.4": ("libxcb-icccm4", "xcb-util-wm"),
    "libxcb-image.so.0": ("libxcb-image0", "xcb-util-image"),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1", "xcb-util-keysyms"),
    "libxcb-randr.so.0": ("libxcb-randr0", "libxcb"),
    "libxcb-render.so.0": ("libxcb-render0", "libxcb"),
    "libxcb-render-util.so.0": ("libxcb-render-util0", "xcb-util-renderutil"),
    "libxcb-shape.so.0": ("libxcb-shape0", "libxcb"),
    "libxcb-shm.so.0": ("libxcb-shm0", "libxcb"),
    "libxcb-sync.so.1": ("libxcb-sync1", "libxcb"),
    "libxcb-util.so.1": ("libxcb-util1", "xcb-util"),
    "libxcb-xfixes.so.0": ("libxcb-xfixes0", "libxcb"),
    "libxcb-xkb.so.1": ("libxcb-xkb1", "libxcb"),
}
"""What Qt's window needs on Linux, and the packages that hold it: of Debian and Ubuntu, of Fedora."""

_PLUGINS = {"xcb": "libqxcb.so", "wayland": "libqwayland.so", "offscreen": "libqoffscreen.so"}
_TELLERS = (
    ("zenity", "--error", "--no-markup", "--title", "LesionStudio", "--text"),
    ("kdialog", "--title", "LesionStudio", "--error"),
    ("xmessage", "-center"),
)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why no window can be shown: libraries that are missing, by file name, or what else the system said."""

    missing: tuple[str, ...] = ()
    said: str = ""
    screen: str | None = None

    def problem(self) -> LesionStudioError:
        """The sentence for it, with the names of the packages to install."""
        if self.screen is not None:
            return _no_screen(self.screen)
        if not self.missing:
            said = _("Qt, which shows the window, cannot be loaded: {reason}").format(reason=self.said)
            return LesionStudioError(said, hint=_("Install LesionStudio again, or the library that is named."))
        libraries = ", ".join(self.missing)
        message = _("No window can be shown: this system lacks {libraries}.").format(libraries=libraries)
        return LesionStudioError(message, hint=_how_to_install(self.missing))


def trouble_with_screen(platform: str | None = None) -> Trouble | None:
    """What would keep Qt from showing a window here; None where it can, and always on Windows and macOS."""
    if not sys.platform.startswith("linux"):
        return None
    wanted = platforms(os.environ) if platform is None else (platform,)
    if not wanted:
        return Trouble(screen="")
    troubles = [_trouble_with(name) for name in wanted if name in _PLUGINS]
    return troubles[0] if troubles and all(troubles) else None


def platforms(surroundings: Mapping[str, str]) -> tuple[str, ...]:
    """The ways to a screen that Qt will try, the first one first; none where nothing says that there is one."""
    chosen = surroundings.get("QT_QPA_PLATFORM", "")
    if chosen:
        return tuple(one.partition(":")[0] for one in chosen.split(";"))
    ways = (("WAYLAND_DISPLAY", "wayland"), ("DISPLAY", "xcb"))
    return tuple(way for name, way in ways if surroundings.get(name))


def tell(problem: LesionStudioError) -> None:
    """Says it on stderr, and, where nobody sees that, in whatever this desktop has to show a sentence."""
    words = f"{problem.message}\n{problem.hint}"
    if sys.stderr is not None:
        print(problem.message, problem.hint, sep="\n  ", file=sys.stderr)
    elif sys.platform == "win32":  # a program of windows has no stderr there
        ctypes.windll.user32.MessageBoxW(None, words, "LesionStudio", 0x10)
    if sys.stderr is None or sys.stderr.isatty() or not _has_desktop():
        return
    import subprocess

    teller = next((one for one in _TELLERS if shutil.which(one[0])), None)
    if teller is not None:
        subprocess.Popen([*teller, words], stderr=subprocess.DEVNULL)


def _has_desktop() -> bool:
    return any(os.environ.get(name) for name in ("WAYLAND_DISPLAY", "DISPLAY"))


def _trouble_with(platform: str) -> Trouble | None:
    plugin = _plugin(_PLUGINS[platform])
    said = _loaded(str(plugin)) if plugin is not None else ""
    if said:
        return Trouble(tuple(name for name in LIBRARIES if _loaded(name)), said)
    display = os.environ.get("DISPLAY", "")
    return Trouble(screen=display) if platform == "xcb" and not _answers() else None


def _plugin(name: str) -> Path | None:
    found = find_spec("PySide6")
    folders = found.submodule_search_locations or () if found is not None else ()
    places = [Path(folder) / "Qt" / "plugins" / "platforms" / name for folder in folders]
    return next((place for place in places if place.is_file()), None)


def _loaded(library: str) -> str:
    """Loads a library; gives what the system says where it cannot, "" where it can."""
    try:
        ctypes.CDLL(library)
    except OSError as problem:
        return str(problem)
    return ""


def _answers() -> bool:
    """Whether the X screen lets this program in (xcb_connect, as Qt will ask)."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True  # Qt brought its own; it will tell.
    xcb.xcb_connect.restype = ctypes.c_void_p
    line = ctypes.c_void_p(xcb.xcb_connect(None, None))
    fault = int(xcb.xcb_connection_has_error(line))
    xcb.xcb_disconnect(line)
    return fault == 0


def _no_screen(screen: str) -> LesionStudioError:
    if not screen:
        message = _("There is no screen to show the window on.")
    else:
        message = _("The screen {screen} does not answer.").format(screen=screen)
    hint = _("Start it from the desktop; over SSH with `ssh -X`. `lesionstudio --help` tells what needs no window.")
    return LesionStudioError(message, hint=hint)


def _how_to_install(missing: Sequence[str]) -> str:
    debian = " ".join(dict.fromkeys(LIBRARIES[name][0] for name in missing))
    fedora = " ".join(dict.fromkeys(LIBRARIES[name][1] for name in missing))
    if shutil.which("apt-get"):
        return _("Type this, then start again: {command}").format(command=f"sudo apt-get install {debian}")
    if shutil.which("dnf"):
        return _("Type this, then start again: {command}").format(command=f"sudo dnf install {fedora}")
    text = _("Install these packages. Debian calls them {debian}; Fedora {fedora}.")
    return text.format(debian=debian, fedora=fedora)
