"""The compute process as the operating system sees it: how it is started, ended, and how its end is told."""

import signal
import subprocess
import sys
from collections.abc import Sequence

from lesionstudio.itself import child_environment, start_command
from lesionstudio.words import _, language

_WAIT_S = 1.5


def compute_command() -> list[str]:
    """What starts the compute process, from source or from an installer's program. It speaks the language in use."""
    return start_command("_compute", language())


def start_process(command: Sequence[str]) -> subprocess.Popen[bytes]:
    """Starts a process that talks through its stdin and stdout. Raises OSError.

    Its threads sleep while they wait for each other: where they spin and the window or anything else holds a core,
    PyTorch becomes twenty times slower.
    """
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.BELOW_NORMAL_PRIORITY_CLASS | subprocess.CREATE_NO_WINDOW
    return subprocess.Popen(
        list(command),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL if sys.stderr is None else None,
        env=child_environment(OMP_WAIT_POLICY="passive"),
        creationflags=flags,
    )


def end_process(process: subprocess.Popen[bytes]) -> None:
    """Ends the process's input, which ends it; one that stays is killed."""
    close_input(process)
    try:
        process.wait(_WAIT_S)
    except subprocess.TimeoutExpired:
        process.kill()


def close_input(process: subprocess.Popen[bytes]) -> None:
    """Closes the pipe to the process, whether it still listens or not."""
    if process.stdin is not None:
        try:
            process.stdin.close()
        except OSError:
            return


def how_it_ended(code: int) -> str:
    """An exit code in words."""
    if code >= 0:
        return _("exit code {code}").format(code=code)
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = str(-code)
    return _("signal {name}").format(name=name)
