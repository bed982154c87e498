"""Carries out one command line."""

from collections.abc import Sequence
from typing import Annotated

import typer

from lesionstudio import __version__
from lesionstudio.cli import classifying, looking, making, scoring, working
from lesionstudio.cli.terminal import Terminal, take_json
from lesionstudio.cli.verb import Face, ShowDemo, app
from lesionstudio.words import _

__all__ = ["classifying", "looking", "making", "run", "scoring", "working"]


def _say_version(wanted: bool) -> None:
    if wanted:
        print(__version__)
        raise typer.Exit


def run(words: Sequence[str], show_demo: ShowDemo) -> int:
    """Carries out one command line and returns its exit code."""
    rest, json_to = take_json(words)
    command = typer.main.get_command(app)
    try:
        command.main(rest, prog_name="lesionstudio", obj=Face(Terminal(json_to), show_demo))
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    return 0


@app.callback()
def program(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_say_version, help=_("Says which version this is."))
    ] = False,
) -> None:
    """Holds what is said before a verb."""
