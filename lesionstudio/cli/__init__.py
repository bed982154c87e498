"""The command line: each verb of the program as a sub-command, a contract with whoever scripts it.

Imports workflows, inside the verbs, and what lies below them; Typer and Rich live here and nowhere else.
"""

from lesionstudio.cli.run import run

__all__ = ["run"]
