"""Real files with damage done to them: each opens or is refused in a sentence, quickly, within memory; nothing dies.

python -m tests.benchmarks.mutated [--count 2000] [--out FILE.jsonl] [--data DIR]: writes a line a file and begins where
it stopped; at the end the figures. Each file is opened in a process of its own kind, as the window does it.
"""

import argparse
import gzip
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from lesionstudio.errors import LesionStudioError
from lesionstudio.imaging.formats import ScanSource, apart, read_scan
from lesionstudio.imaging.formats.kinds import format_of
from lesionstudio.imaging.formats.reading_process import worked_s

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
FOLDERS = ("formats", "em_isbi2012/images", "lung_medseg", "brain_lgg", "chest_ct", "classes")
MOST_BYTES = 1 << 20
LIMIT_S, MOST_MIB = 5.0, 1024
SHARES = {"dicom": 6, "tiff": 4, "nifti": 3, "nrrd": 2, "png": 2, "jpeg": 1, "bmp": 1, "webp": 1}
ENDINGS = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".bmp": "bmp", ".webp": "webp"}
EXTREMES = (b"\0", b"\xff", b"\x7f", b"\x80")
Change = Callable[[bytearray, np.random.Generator], bytearray]


@dataclass(frozen=True)
class Answer:
    """What became of a file: "opens", "refused: ...", or what must not be: "wrong: ...", "crash", "hang"."""

    number: int
    source: str
    said: str
    seconds: float
    mebibytes: float


@cache
def real_files(data: Path = DATA) -> dict[str, list[Path]]:
    """Small real files by their kind; of each folder a few. What is broken as it is, is tested elsewhere."""
    kinds: dict[str, list[Path]] = {}
    for folder in FOLDERS:
        files = [path for path in sorted((data / folder).rglob("*")) if path.is_file() and "hostile" not in path.parts]
        for path in files if folder == "formats" else files[:: max(len(files) // 30, 1)]:
            kind = format_of(path) if path.stat().st_size <= MOST_BYTES else None
            if kind is not None:
                kinds.setdefault(ENDINGS.get(path.suffix.lower(), "") if kind == "raster" else kind, []).append(path)
    kinds.pop("", None)
    return kinds


def mutant(number: int, data: Path = DATA) -> tuple[Path, bytes]:
    """The real file that number stands for, and its damaged content; the same on every run."""
    rng = np.random.default_rng(number)
    kinds = real_files(data)
    files = kinds[str(rng.choice([kind for kind in SHARES if kind in kinds for _n in range(SHARES[kind])]))]
    path = files[int(rng.integers(len(files)))]
    content = path.read_bytes()
    packed = content[:2] == b"\x1f\x8b" and rng.random() < 0.7
    changed = bytearray(gzip.decompress(content) if packed else content)
    for _change in range(int(rng.integers(1, 4))):
        if changed:
            changed = CHANGES[int(rng.integers(len(CHANGES)))](changed, rng)
    return path, gzip.compress(bytes(changed), 1) if packed else bytes(changed)


def looked_at(path: Path) -> str:
    """What a person is told of the file; "opens" where its first, middle and last slice can be seen."""
    try:
        kind = format_of(path)
        scan = read_scan(ScanSource(kind, (path,)) if kind else path)
        for k in {0, scan.slices // 2, scan.slices - 1}:
            pixels = scan.slice(k)
            if pixels.shape[:2] != scan.geometry.shape[1:] or pixels.dtype != scan.dtype:
                return f"wrong: {pixels.shape} {pixels.dtype} for {scan.geometry.shape} {scan.dtype}"
    except LesionStudioError as error:
        return f"refused: {error.message}" if error.message and "\n" not in error.message else "wrong: no sentence"
    except Exception as error:
        return f"wrong: {type(error).__name__} {error}"
    return "opens"


def _flip_bits(content: bytearray, rng: np.random.Generator) -> bytearray:
    for place in rng.integers(len(content), size=int(rng.integers(1, 33))):
        content[place] ^= 1 << int(rng.integers(8))
    return content


def _extreme_header(content: bytearray, rng: np.random.Generator) -> bytearray:
    width, place = int(rng.choice([1, 2, 4, 8])), int(rng.integers(min(len(content), 600)))
    content[place : place + width] = EXTREMES[int(rng.integers(len(EXTREMES)))] * width
    return content


def _flip_header(content: bytearray, rng: np.random.Generator) -> bytearray:
    content[int(rng.integers(min(len(content), 600)))] ^= 1 << int(rng.integers(8))
    return content


def _cut(content: bytearray, rng: np.random.Generator) -> bytearray:
    return content[: int(rng.integers(1, len(content) + 1))]


def _drop(content: bytearray, rng: np.random.Generator) -> bytearray:
    place = int(rng.integers(len(content)))
    del content[place : place + int(rng.integers(1, 65))]
    return content


def _repeat(content: bytearray, rng: np.random.Generator) -> bytearray:
    place = int(rng.integers(len(content)))
    content[place:place] = content[place : place + int(rng.integers(1, 1025))] * int(rng.integers(1, 9))
    return content


def _noise(content: bytearray, rng: np.random.Generator) -> bytearray:
    place = int(rng.integers(len(content)))
    length = min(int(rng.integers(1, 257)), len(content) - place)
    content[place : place + length] = rng.bytes(length)
    return content


def _move(content: bytearray, rng: np.random.Generator) -> bytearray:
    taken, place = (int(rng.integers(len(content))) for _n in range(2))
    part = content[taken : taken + int(rng.integers(1, 129))]
    content[place : place + len(part)] = part
    return content


CHANGES: tuple[Change, ...] = (
    _flip_bits, _extreme_header, _extreme_header, _flip_header, _flip_header, _cut, _drop, _repeat, _noise, _move,
)  # fmt: skip


def opened_here(number: int, folder: Path, data: Path = DATA) -> Answer:
    """What becomes of one damaged file, opened in this process, with what it took."""
    source, content = mutant(number, data)
    path = folder / f"{number}{''.join(source.suffixes[-2:])}"
    path.write_bytes(content)
    before, began = _begin_measuring(), _worked_s()
    said = looked_at(path)
    seconds = _worked_s() - began
    path.unlink()
    name = source.relative_to(data).as_posix()
    return Answer(number, name, said, round(seconds, 3), round(_most_mib() - before, 1))


def _worked_s() -> float:
    """Seconds of a processor that this process and its readers have had."""
    return sum(worked_s(process) or 0.0 for process in apart.process_ids())


def _begin_measuring() -> float:
    """Forgets the highest use of memory so far (proc(5)) and gives the present one in MiB."""
    for process in apart.process_ids():
        Path(f"/proc/{process}/clear_refs").write_text("5")
    return _most_mib()


def _most_mib() -> float:
    texts = [Path(f"/proc/{process}/status").read_text() for process in apart.process_ids()]
    peaks = [line for text in texts for line in text.splitlines() if line.startswith("VmHWM")]
    return sum(int(line.split()[1]) for line in peaks) / 1024


class Opener:
    """A process that opens one file after the other; its death is an answer too."""

    def __init__(self, data: Path) -> None:
        command = [sys.executable, "-m", "tests.benchmarks.mutated", "--open-here", "--data", str(data)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def open(self, number: int, data: Path) -> tuple[Answer, bool]:
        """The answer, and whether the process lives on."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(f"{number}\n")
        self._process.stdin.flush()
        line = self._line()
        if line:
            return Answer(**json.loads(line)), True
        is_hanging = self._process.poll() is None
        self._process.kill()
        self._process.wait()
        name = mutant(number, data)[0].relative_to(data).as_posix()
        return Answer(number, name, "hang" if is_hanging else f"crash {self._process.returncode}", 0.0, 0.0), False

    def close(self) -> None:
        """Ends it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _line(self) -> str:
        import select

        ready, _w, _x = select.select([self._process.stdout], [], [], 12 * LIMIT_S)
        assert self._process.stdout is not None
        return self._process.stdout.readline() if ready else ""


def _open_here(data: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for line in sys.stdin:
            print(json.dumps(vars(opened_here(int(line), Path(folder), data))), flush=True)


def _answers(count: int, out: Path, data: Path) -> Iterator[Answer]:
    """What stands in the file, then the rest, written to it as it comes."""
    known = [json.loads(line) for line in out.read_text().splitlines()] if out.is_file() else []
    for facts in known:
        yield Answer(**facts)
    done = {facts["number"] for facts in known}
    opener = None
    with out.open("a") as file:
        for number in range(count):
            if number in done:
                continue
            opener = opener or Opener(data)
            answer, lives = opener.open(number, data)
            opener = opener if lives else None
            file.write(json.dumps(vars(answer)) + "\n")
            file.flush()
            yield answer
    if opener is not None:
        opener.close()


def figures(answers: list[Answer]) -> dict[str, Any]:
    """How many opened, were refused, did what must not be; the slowest and the largest."""
    endings = Counter(answer.said.split(":")[0].split()[0] for answer in answers)
    slowest, largest = max(answers, key=lambda a: a.seconds), max(answers, key=lambda a: a.mebibytes)
    stopped = [a for a in answers if "decoder crash" in a.said or "too long" in a.said]
    bad = [a for a in answers if a.said.startswith(("wrong", "crash", "hang")) or a.mebibytes > MOST_MIB]
    return {
        "files": len(answers),
        **endings,
        "decoders stopped apart": len(stopped),
        "over the limit of time": sum(a.seconds > LIMIT_S for a in answers),
        "slowest": vars(slowest),
        "most memory": vars(largest),
        "bad": [vars(a) for a in bad],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--out", type=Path, default=Path("mutated.jsonl"))
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--open-here", action="store_true", help=argparse.SUPPRESS)
    words = parser.parse_args()
    if words.open_here:
        _open_here(words.data)
    else:
        print(json.dumps(figures(list(_answers(words.count, words.out, words.data))), indent=1))


if __name__ == "__main__":
    main()
