"""Every text a person reads passes through here, by gettext, and comes back in the language chosen."""

import gettext
import os
import re
from pathlib import Path

LANGUAGES = ("en", "fr")
MINUS, TIMES = "\N{MINUS SIGN}", "\N{MULTIPLICATION SIGN}"
_DOMAIN = "lesionstudio"
_DECIMAL_SIGNS = {"fr": ","}

_spoken: dict[str, gettext.NullTranslations] = {"now": gettext.NullTranslations()}
_language = {"now": "en"}


def use_language(code: str, translations: Path) -> None:
    """Speaks the language of this two-letter code from now on, the system's for "" or "auto"; else English."""
    wanted = system_language() if code in ("", "auto") else code
    _language["now"] = wanted if wanted in LANGUAGES else "en"
    _spoken["now"] = gettext.translation(_DOMAIN, str(translations), [_language["now"]], fallback=True)


def lend_to_libraries(translations: Path) -> None:
    """Makes libraries that speak through Python's own gettext speak our language. Call it before they are imported.

    Sets LANGUAGE, by which gettext chooses, for this process and those it starts.
    """
    os.environ["LANGUAGE"] = language()
    gettext.bindtextdomain(_DOMAIN, str(translations))
    gettext.textdomain(_DOMAIN)


def language() -> str:
    """The two-letter code of the language in use."""
    return _language["now"]


def system_language(otherwise: str = "") -> str:
    """The language of the system, as far as it is one of ours; else English.

    The environment decides, as for every command of a terminal. Where it says nothing, `otherwise` does: a locale's
    name such as "fr_CA"; and without one, what Windows says.
    """
    environment = map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))
    said = next(filter(None, environment), "") or otherwise or _windows_locale()
    first = [] if _code(said) in ("c", "posix") else os.environ.get("LANGUAGE", "").split(":")
    return next((code for code in map(_code, (*first, said)) if code in LANGUAGES), "en")


def _(text: str) -> str:
    """The text in the language in use."""
    return _spoken["now"].gettext(text) if text else text


def ngettext(one: str, many: str, n: int) -> str:
    """The singular or the plural, as the language in use counts; `{n}` is filled in."""
    return _spoken["now"].ngettext(one, many, n).format(n=n)


def number(value: float, digits: int = 0) -> str:
    """The value with so many decimals, a true minus sign and the decimal sign of the language in use."""
    text = f"{value:.{digits}f}".replace(".", _DECIMAL_SIGNS.get(_language["now"], "."))
    is_zero = not text.strip("-0.,")
    return text.lstrip("-") if is_zero else text.replace("-", MINUS)


def unit_name(unit: str) -> str:
    """A unit as the language in use writes it."""
    return {"HU": _("HU"), "MB": _("MB"), "GB": _("GB")}.get(unit, unit)


def size(*lengths: int) -> str:
    """Lengths joined as in "512 × 496"."""
    return f" {TIMES} ".join(str(length) for length in lengths)


def _code(locale_name: str) -> str:
    return re.split(r"[_.@-]", locale_name, maxsplit=1)[0].lower()


def _windows_locale() -> str:
    import ctypes
    import locale

    windows = getattr(ctypes, "windll", None)
    return locale.windows_locale.get(windows.kernel32.GetUserDefaultUILanguage(), "") if windows else ""
