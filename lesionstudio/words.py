"""Every text a person reads passes through here, by gettext, and comes back in the language chosen."""

import gettext
from pathlib import Path

LANGUAGES = ("en", "fr")
MINUS, TIMES = "\N{MINUS SIGN}", "\N{MULTIPLICATION SIGN}"

_spoken: dict[str, gettext.NullTranslations] = {"now": gettext.NullTranslations()}
_decimal_sign = {"now": "."}


def use_language(code: str, translations: Path | None = None) -> None:
    """Speaks the language of this two-letter code from now on; English where there is no translation."""
    folder = str(translations) if translations else None
    languages = [code] if code in LANGUAGES else ["en"]
    _spoken["now"] = gettext.translation("lesionstudio", folder, languages, fallback=True)
    _decimal_sign["now"] = "," if code == "fr" else "."


def _(text: str) -> str:
    """The text in the language in use."""
    return _spoken["now"].gettext(text) if text else text


def ngettext(one: str, many: str, n: int) -> str:
    """The singular or the plural, as the language in use counts; `{n}` is filled in."""
    return _spoken["now"].ngettext(one, many, n).format(n=n)


def number(value: float, digits: int = 0) -> str:
    """The value with so many decimals, a true minus sign and the decimal sign of the language in use."""
    text = f"{value:.{digits}f}".replace(".", _decimal_sign["now"])
    is_zero = not text.strip("-0.,")
    return text.lstrip("-") if is_zero else text.replace("-", MINUS)


def size(*lengths: int) -> str:
    """Lengths joined as in "512 × 496"."""
    return f" {TIMES} ".join(str(length) for length in lengths)
