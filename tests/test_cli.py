"""The command line is a contract: its verbs and words, what goes to stdout and stderr, and the exit codes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lesionstudio import __main__ as front_door
from lesionstudio import __version__
from lesionstudio.cli import run
from lesionstudio.cli.terminal import take_json
from lesionstudio.progress import Cancelled
from lesionstudio.workflows import models as models_workflow
from tests.workflows.conftest import model, study

__all__ = ["model", "study"]

Program = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def program(home: Path) -> Program:
    """The real program, as typed in a terminal."""

    def call(*words: str | Path) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "lesionstudio", *map(str, words)]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)

    return call


def cli(*words: str | Path) -> int:
    return run([str(word) for word in words], lambda project, screenshot: None)


# Words


def test_the_verbs_are_those_of_the_contract(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    shown = program("--help")
    assert shown.returncode == 0
    listed = [line.split()[1] for line in shown.stdout.splitlines() if line.startswith("│ ") and line[2] != "-"]
    assert sorted(listed) == sorted(front_door.VERBS)


@pytest.mark.parametrize("verb", front_door.VERBS)
def test_every_verb_explains_itself(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli(verb, "--help") == 0
    assert "--json" in capsys.readouterr().out


CONTRACT = {
    "segment": "--model --out --format --values --threshold --box --flips --hu-offset --channels --device "
    "--probabilities --overwrite",
    "convert": "--out --to --window --overwrite --strict",
    "split": "--images --masks --out --share --patients --blocks --structure --seed --link",
    "train": "--images --masks --split --data --out --from --recipe --architecture --depth --encoder --encoder-weights "
    "--channels --loss --size --epochs --minutes --patients --goal --structure --hu-offset --devices --seed --resume",
    "evaluate": "--model --images --masks --split --data --part --patients --threshold --flips --structure --hu-offset",
    "compare": "--a --b --images --masks --split --data --part --patients",
    "score": "--predictions --masks --spacing --structure",
    "export": "--out --format --values --names --only --unchecked --images --overwrite",
    "measure": "--mask --csv",
    "models": "--layers --add",
    "demo": "--out",
}


@pytest.mark.parametrize("verb", CONTRACT)
def test_every_word_of_the_contract_is_known(
    verb: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    cli(verb, "--help")
    shown = capsys.readouterr().out.split()
    assert [word for word in CONTRACT[verb].split() if word not in shown] == []


def test_the_version_is_said(program: Program) -> None:
    assert program("--version").stdout.strip() == __version__


@pytest.mark.parametrize(
    ("words", "rest", "json_to"),
    [
        ("info a.png --json", "info a.png", "-"),
        ("info a.png --json out.json", "info a.png", "out.json"),
        ("info a.png --json result.txt", "info a.png", "result.txt"),
        ("info --json a.png", "info a.png", "-"),
        ("info a.png --json=x", "info a.png", "x"),
        ("score --json --predictions a --masks b", "score --predictions a --masks b", "-"),
        ("models --json unet-lung", "models unet-lung", "-"),
        ("models --json all.json", "models", "all.json"),
        ("info a.png", "info a.png", ""),
    ],
)
def test_json_goes_to_stdout_or_to_the_file_given_last(words: str, rest: str, json_to: str) -> None:
    assert take_json(words.split()) == (rest.split(), json_to)


def test_a_scan_after_json_is_read_and_never_written(tmp_path: Path) -> None:
    scan = tmp_path / "a.png"
    scan.write_bytes(b"x")
    assert take_json(["info", "b.png", "--json", str(scan)]) == (["info", "b.png", str(scan)], "-")


# Ways to end


@pytest.mark.parametrize(
    "words",
    [
        ["segmnt"],
        ["models", "--nix"],
        ["segment", "a.png"],
        ["segment", "a.png", "--model", "m", "--out", "o", "--threshold", "2"],
        ["segment", "a.png", "--model", "m", "--out", "o", "--box", "1,2,x,4"],
        ["segment", "a.png", "--model", "m", "--out", "o", "--format", "bmp"],
        ["score", "--predictions", "a", "--masks", "b", "--spacing", "1,2"],
        ["evaluate", "--model", "m"],
        ["evaluate", "--model", "m", "--images", "a"],
        ["train", "--out", "o", "--data", "d", "--images", "i", "--masks", "m"],
        ["models", "--layers"],
        ["export", "--out", "x"],
    ],
)
def test_a_wrong_word_is_exit_2_and_says_how(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli(*words) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "Usage:" in said.err


def test_a_mistyped_verb_is_guessed(program: Program) -> None:
    ended = program("segmnt")
    assert ended.returncode == 2
    assert "segment" in ended.stderr


def test_a_failure_is_a_sentence_and_a_hint_on_stderr_and_exit_1(program: Program) -> None:
    ended = program("models", "nothing-of-that-name", "--json")
    assert ended.returncode == 1
    assert ended.stdout == ""
    sentence, hint = ended.stderr.splitlines()
    assert sentence == "There is no model called nothing-of-that-name."
    assert hint.startswith("  Known are:")


def test_a_bug_is_exit_70_with_its_trace(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> list[dict[str, Any]]:
        raise ZeroDivisionError("seven")

    monkeypatch.setattr(models_workflow, "list_models", broken)
    assert cli("models") == 70
    assert "ZeroDivisionError: seven" in capsys.readouterr().err


@pytest.mark.parametrize("way", [KeyboardInterrupt, Cancelled])
def test_cancelled_is_exit_130(way: type[BaseException], monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped() -> list[dict[str, Any]]:
        raise way

    monkeypatch.setattr(models_workflow, "list_models", stopped)
    assert cli("models") == 130


@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT to one process is of POSIX")
def test_ctrl_c_ends_the_real_program_with_130(tmp_path: Path) -> None:
    script = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a shell's background jobs ignore it
        "from lesionstudio.workflows import models\n"
        "def wait(): print('here', flush=True); time.sleep(60)\n"
        "models.list_models = wait\n"
        "from lesionstudio.__main__ import main\n"
        "sys.exit(main(['models']))\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        running.stdout.readline()
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=20) == 130


@pytest.mark.skipif(sys.platform == "win32", reason="pipes break otherwise there")
def test_a_reader_that_goes_away_is_no_bug(tmp_path: Path) -> None:
    entry = {"id": "x" * 200_000, "title": "", "labels": [], "licence": ""}
    script = tmp_path / "talk.py"
    script.write_text(
        "import sys, time, lesionstudio.workflows.models as models\n"
        f"models.list_models = lambda: time.sleep(0.5) or [{entry!r}]\n"
        "from lesionstudio.__main__ import main\n"
        "sys.exit(main(['models', '--json']))\n"
    )
    command = f'PYTHONPATH=. "{sys.executable}" "{script}" | true'
    ended = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert ended.stderr == ""


# Verbs


def test_models_as_json_is_a_list(program: Program, model: Path) -> None:
    assert program("models", "--add", model).returncode == 0
    listed = program("models", "--json")
    assert listed.stderr == ""
    entry = next(entry for entry in json.loads(listed.stdout) if entry["id"] == "tiny-v1")
    assert set(entry) == {"id", "task", "title", "labels", "modality", "licence", "scores", "bytes", "folder"}
    assert Path(entry["folder"]).is_absolute()
    for_people = program("models")
    assert "tiny-v1" in for_people.stdout
    assert json.loads(program("models", "tiny-v1", "--json").stdout)["licence"] == "CC0-1.0"


def test_export_writes_masks_and_says_what(program: Program, study: Path, tmp_path: Path) -> None:
    out, result = tmp_path / "out", tmp_path / "result.json"
    ended = program("export", study, "--out", out, "--only", "checked", "--json", result)
    assert ended.returncode == 0, ended.stderr
    assert "2 files written" in ended.stdout
    done = json.loads(result.read_text())
    assert sorted(done["files"]) == [str(out / "ct_0002.png"), str(out / "sub" / "b.png")]
    assert all(Path(path).is_absolute() and Path(path).exists() for path in [*done["files"], done["index"]])


def test_export_into_a_relative_folder_gives_absolute_paths(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli("export", study, "--out", "o", "--json") == 0
    assert all(Path(path).is_absolute() for path in json.loads(capsys.readouterr().out)["files"])


def test_export_over_files_that_exist_says_so_and_ends_with_1(program: Program, study: Path, tmp_path: Path) -> None:
    assert program("export", study, "--out", tmp_path / "out").returncode == 0
    again = program("export", study, "--out", tmp_path / "out")
    assert again.returncode == 1
    assert "3 files were there already" in again.stderr
    assert program("export", study, "--out", tmp_path / "out", "--overwrite").returncode == 0


def test_export_names_a_scan_that_cannot_be_read_and_writes_the_others(study: Path, tmp_path: Path) -> None:
    (study / "ct.nii.gz").write_bytes(b"")
    assert cli("export", study, "--out", tmp_path / "out") == 1
    assert (tmp_path / "out" / "sub" / "b.png").exists()


def test_export_of_no_study_says_what_to_do(program: Program, tmp_path: Path) -> None:
    ended = program("export", tmp_path, "--out", tmp_path / "out")
    assert ended.returncode == 1
    assert ended.stderr.startswith("There is no study in")


def test_a_json_file_that_cannot_be_written_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli("models", "--json", tmp_path / "gone" / "x.json") == 1
    assert "cannot be written" in capsys.readouterr().err


# The front door


def test_the_door_opens_without_loading_either_face() -> None:
    script = (
        "import sys, lesionstudio.__main__\n"
        "slow = {'typer', 'rich', 'numpy', 'PySide6', 'torch', 'scipy', 'platformdirs'} & set(sys.modules)\n"
        "sys.exit(str(slow) if slow else 0)"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("words", [[], ["FOLDER"], ["FILE"], ["FILE", "FOLDER"], ["./train"], ["no/such/folder"]])
def test_no_words_or_a_place_open_the_window(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "train").mkdir()
    (tmp_path / "scan.png").write_bytes(b"x")
    monkeypatch.chdir(tmp_path)
    opened: list[list[Path]] = []
    monkeypatch.setattr(front_door, "_open_window", lambda places: opened.append(list(places)) or 0)
    places = [word.replace("FOLDER", str(tmp_path)).replace("FILE", "scan.png") for word in words]
    assert front_door.main(places) == 0
    assert opened == [[Path(place) for place in places]]


@pytest.mark.parametrize("words", [["train"], ["--version"], ["models", "x"], ["nonsense"]])
def test_a_verb_goes_to_the_command_line(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "train").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(front_door, "_open_window", lambda place: pytest.fail("opened a window"))
    given: list[list[str]] = []
    monkeypatch.setattr(front_door, "_command_line", lambda words: given.append(words) or 0)
    front_door.main(words)
    assert given == [words]


def test_the_compute_process_starts_behind_the_door_and_ends_with_its_input() -> None:
    command = [sys.executable, "-m", "lesionstudio", "_compute"]
    began = time.monotonic()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=dict(os.environ)) as process:
        assert process.stdin is not None and process.stdout is not None
        assert json.loads(process.stdout.readline())["say"] == "ready"
        process.stdin.close()
        assert process.wait(timeout=20) == 0
    assert time.monotonic() - began < 20
