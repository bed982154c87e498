"""What the program weighs, and what was left out of it, with sizes before and after: left-out.md and left-out.json."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from installer.freezing.contents import RULES, rule_against
from installer.freezing.environment import site_packages
from installer.freezing.licences import Packed, owners

SMALL_BYTES = 2_000_000


def bytes_in(folder: Path) -> int:
    """The bytes of all files in a folder, links not followed."""
    return sum(file.lstat().st_size for file in folder.rglob("*") if file.is_file() and not file.is_symlink())


def write_report(work: Path, packed: Packed, python: Path, inside: Path, saved: dict[str, float]) -> dict[str, Any]:
    """Writes what each package weighs installed and packed, and what each rule left out, in megabytes."""
    told = {
        "packages": _packages(list(packed), python, inside),
        "left_out": _left_out(python) | saved,
        "unpacked_mb": bytes_in(inside.parent) / 1e6,
    }
    told["installed_mb"] = sum(one["installed_mb"] for one in told["packages"].values())
    (work / "left-out.json").write_text(json.dumps(told, indent=1), encoding="utf-8")
    (work / "left-out.md").write_text(_page(told), encoding="utf-8")
    return told


def _packages(packed: list[tuple[str, Path]], python: Path, inside: Path) -> dict[str, dict[str, float]]:
    """Package -> megabytes installed and packed; modules, which share one archive, are counted as "modules"."""
    before: dict[str, int] = defaultdict(int)
    after: dict[str, int] = defaultdict(int)
    belongs = {file: package.name for file, package in owners(python).items()}
    used = {belongs[source] for _place, source in packed if source in belongs}
    for file, name in belongs.items():
        if name in used and file.is_file():
            before[name] += file.stat().st_size
    for place, source in packed:
        if place and (inside / place).is_file():
            after[belongs.get(source, _ours(place))] += (inside / place).stat().st_size
    programs = [file for file in inside.parent.glob("lesionstudio*") if file.is_file()]
    after["modules in the program"] = sum(file.stat().st_size for file in programs)
    names = sorted(before.keys() | after.keys(), key=lambda name: -max(before[name], after[name]))
    return {name: {"installed_mb": before[name] / 1e6, "packed_mb": after[name] / 1e6} for name in names}


def _ours(place: str) -> str:
    return "resources" if place.startswith("resources") else "Python and the system's libraries"


def _left_out(python: Path) -> dict[str, float]:
    """Reason -> megabytes of installed files that this rule keeps out."""
    found = dict.fromkeys((rule.why for rule in RULES), 0.0)
    site = site_packages(python)
    for file in site.rglob("*"):
        rule = rule_against(str(file.relative_to(site)))
        if rule is not None and file.is_file():
            found[rule.why] += file.stat().st_size / 1e6
    return found


def _page(told: dict[str, Any]) -> str:
    lines = ["# What is left out", "", "| what | MB before | MB after |", "|---|---|---|"]
    lines += [f"| {why} | {size:.1f} | 0 |" for why, size in told["left_out"].items()]
    lines += ["", "| package | MB installed | MB packed |", "|---|---|---|"]
    large = {name: one for name, one in told["packages"].items() if max(one.values()) * 1e6 > SMALL_BYTES}
    lines += [f"| {name} | {one['installed_mb']:.1f} | {one['packed_mb']:.1f} |" for name, one in large.items()]
    lines += [f"| **all** | **{told['installed_mb']:.0f}** | **{told['unpacked_mb']:.0f}** |", ""]
    lines += ["Modules of Python lie compressed in the program itself. Packages under 2 MB are in the sum alone.", ""]
    return "\n".join(lines)
