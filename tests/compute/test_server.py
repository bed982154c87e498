"""The server's loop by itself, spoken to in plain lines."""

import json
import subprocess
import sys

from lesionstudio.compute.compute import Level
from lesionstudio.compute.wire import to_line

WAIT_S = 20


def served(*lines: bytes) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "lesionstudio.compute.server", "tests.compute.fake_verbs:VERBS"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    for line in lines:
        process.stdin.write(line)
    process.stdin.flush()
    return process


def test_the_end_of_the_input_ends_a_process_that_never_looks_up() -> None:
    process = served(to_line(do="run", id="a", verb="stubborn", arguments={}, level=Level.ORDINARY))
    assert process.stdout is not None and process.stdin is not None
    assert json.loads(process.stdout.readline()) == {"say": "ready"}
    assert json.loads(process.stdout.readline()) == {"say": "started", "id": "a"}
    process.stdin.close()
    assert process.wait(WAIT_S) == 0
    process.stdout.close()
