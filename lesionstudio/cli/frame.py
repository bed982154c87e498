"""What Typer says by itself, in our words: the pages of help, and what is wrong with the words of a command line.

Some of it passes through Python's own gettext (words.lend_to_libraries); the rest is English in Typer's code and is
turned here. A sentence that no pattern knows stays as Typer says it.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from lesionstudio.words import _

UsageError: type[Exception] = typer.BadParameter.__bases__[0]
_USAGE = "Usage:"


class Verb(TyperCommand):
    """One verb, whose page of help speaks our language."""

    def get_usage(self, ctx: Any) -> str:
        """The line of usage."""
        return _in_our_words(super().get_usage(ctx))

    def get_help_option(self, ctx: Any) -> Any:
        """The option --help, with our words."""
        return _explained(super().get_help_option(ctx))


class Verbs(TyperGroup):
    """All verbs together; what goes wrong in reading their words is said in our language."""

    def get_usage(self, ctx: Any) -> str:
        """The line of usage."""
        return _in_our_words(super().get_usage(ctx))

    def get_help_option(self, ctx: Any) -> Any:
        """The option --help, with our words."""
        return _explained(super().get_help_option(ctx))

    def make_context(self, *args: Any, **options: Any) -> Any:
        """Reads the words before the verb."""
        with _said_again():
            return super().make_context(*args, **options)

    def invoke(self, ctx: Any) -> Any:
        """Reads the words of the verb and carries it out."""
        with _said_again():
            return super().invoke(ctx)


def say_again(sentence: str) -> str:
    """What Typer says about a wrong word, in the language in use."""
    for pattern, words in _sayings():
        if found := re.fullmatch(pattern, sentence, re.DOTALL):
            parts = {name: say_again(part) if name == "why" else part for name, part in found.groupdict().items()}
            return words.format(**parts)
    return sentence


def _sayings() -> tuple[tuple[str, str], ...]:
    return (
        (r"No such option: (?P<name>\S+)", _("There is no option {name}.")),
        (
            r"No such option: (?P<name>\S+) (?:\(Possible options:|Did you mean) (?P<names>.+?)[)?]",
            _("There is no option {name}. Like it are: {names}."),
        ),
        (r"No such command '(?P<name>.*?)'\.", _("There is no verb {name}.")),
        (
            r"No such command '(?P<name>.*?)'\. Did you mean (?P<names>.+)\?",
            _("There is no verb {name}. Like it are: {names}."),
        ),
        (r"Missing (?:argument|parameter) '(?P<name>.*?)'\..*", _("{name} is missing.")),
        (r"Missing option '(?P<name>.*?)'\..*", _("The option {name} is missing.")),
        (r"Got unexpected extra arguments?(?:\(s\))? \((?P<words>.*)\)", _("Nothing is expected after it: {words}")),
        (r"Option '(?P<name>.*?)' requires an argument\.", _("The option {name} needs a value.")),
        (r"Option '(?P<name>.*?)' does not take a value\.", _("The option {name} takes no value.")),
        (r"Invalid value for '?(?P<name>[^':]+)'?: (?P<why>.*)", _("{name}: {why}")),
        (r"Invalid value: (?P<why>.*)", "{why}"),
        (r"Input should be less than or equal to (?P<most>\S+)", _("at most {most} is allowed.")),
        (r"Input should be greater than or equal to (?P<least>\S+)", _("at least {least} is needed.")),
        (r"Input should be a valid (?:number|integer).*", _("this is not a number.")),
        (
            r"(?:Value error, )?'(?P<word>.*?)' is not one of (?P<names>.*?)\.",
            _("{word} is none of these: {names}."),
        ),
    )


@contextmanager
def _said_again() -> Iterator[None]:
    try:
        yield
    except UsageError as problem:
        said = problem.format_message()  # type: ignore[attr-defined]
        problem.format_message = lambda: say_again(said)  # type: ignore[attr-defined]
        raise


def _in_our_words(usage: str) -> str:
    return usage.replace(_USAGE, _("Usage:"), 1)


def _explained(option: Any) -> Any:
    if option is not None:
        option.help = _("Shows this page.")
    return option
