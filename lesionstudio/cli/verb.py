"""What makes a function a verb: how it ends becomes an exit code, trouble becomes a sentence and a hint.

Exit codes: 0 done, 1 a failure a person can act on, 2 a wrong word on the command line, 70 a bug, 130 cancelled.
"""

import functools
import os
import sys
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from lesionstudio.cli.frame import Verb, Verbs
from lesionstudio.cli.terminal import Terminal
from lesionstudio.errors import LesionStudioError
from lesionstudio.progress import Cancelled
from lesionstudio.words import _

FAILED, BUG, CANCELLED = 1, 70, 130

ShowDemo = Callable[[Path, Path], None]

app = typer.Typer(
    name="lesionstudio",
    cls=Verbs,
    help=_("Draw and correct masks on medical pictures with a network that learns while you work."),
    epilog=_("Without a verb, or with a folder, the window opens."),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_JSON = _("--json prints one JSON document on stdout and nothing else; --json FILE, given last, writes it to FILE.")


@dataclass(frozen=True, slots=True)
class Face:
    """What a verb needs to answer: the terminal, and whoever can show a study in the window."""

    terminal: Terminal
    show_demo: ShowDemo


def verb(name: str, text: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Makes a function a verb: the ways it can end become exit codes, and trouble one sentence and a hint."""

    def make(function: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(function)
        def carried(ctx: typer.Context, *words: Any, **options: Any) -> None:
            try:
                function(ctx, *words, **options)
            except (typer.Exit, typer.BadParameter):
                raise
            except (KeyboardInterrupt, Cancelled):
                ctx.obj.terminal.warn(_("Cancelled."))
                raise typer.Exit(CANCELLED) from None
            except BrokenPipeError:
                # Whoever read our words has heard enough (`| head`); nothing more can be said to them.
                sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
                raise typer.Exit(FAILED) from None
            except LesionStudioError as problem:
                ctx.obj.terminal.complain(problem)
                raise typer.Exit(FAILED) from None
            except Exception:
                traceback.print_exc()
                ctx.obj.terminal.warn(_("This is a mistake in LesionStudio."), _("The lines above say where."))
                raise typer.Exit(BUG) from None

        return app.command(name, cls=Verb, help=text, epilog=_JSON)(carried)

    return make


def end(ctx: typer.Context, document: Any, entries: Iterable[dict[str, Any]], *, failed: bool = False) -> None:
    """Writes the result, names what failed, and ends with 1 when anything did."""
    ctx.obj.terminal.result(document)
    wrong = [entry for entry in entries if "error" in entry]
    for entry in wrong:
        ctx.obj.terminal.warn(f"{entry.get('path') or entry.get('id')}: {entry['error']}", entry.get("hint", ""))
    if wrong or failed:
        raise typer.Exit(FAILED)
