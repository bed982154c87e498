"""The window's language: our texts, Qt's own texts, and how Qt writes numbers and dates."""

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, QTranslator

from lesionstudio.resources import resource
from lesionstudio.words import _, language, system_language, use_language


def speak(chosen: str) -> None:
    """Speaks the language chosen in the settings, the system's for "" or "auto"; before the first widget."""
    use_language(meant_by(chosen), resource("translations"))
    system = QLocale.system()
    same = QLocale.languageToCode(system.language()) == language()
    QLocale.setDefault(system if same else QLocale(language()))


def meant_by(chosen: str) -> str:
    """The two-letter code of what is chosen in the settings, the system's for "" or "auto"."""
    return system_language(QLocale.system().name()) if chosen in ("", "auto") else chosen


def qt_translator(app: QCoreApplication) -> QTranslator | None:
    """Has Qt's own dialogs and menus speak the language in use; None where Qt does not ship it or needs no help."""
    translator = QTranslator(app)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if not translator.load(f"qtbase_{language()}", folder):
        return None
    app.installTranslator(Gaps(translator))
    app.installTranslator(translator)
    return translator


class Gaps(QTranslator):
    """What Qt's own catalogues lack of the texts a person meets here; asked after them."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._texts = {"&Look in:": _("&Look in:"), "Files of &type:": _("Files of &type:")}

    def translate(self, context: str, text: str, disambiguation: str | None = None, n: int = -1) -> str | None:
        """The text of Qt's file dialog; None and Qt asks further, where "" would be shown."""
        return self._texts.get(text) if context == "QFileDialog" else None

    def isEmpty(self) -> bool:
        """Never: Qt asks only translators that have something."""
        return False
