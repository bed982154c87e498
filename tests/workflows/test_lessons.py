"""What can be learned from in a study, also while its records are still on their way to the disk."""

from pathlib import Path

from lesionstudio.progress import silent
from lesionstudio.project.storage import file_name
from lesionstudio.workflows.lessons import Kept, Reading
from tests.studies import check, make_study, scene


def test_a_scan_of_which_no_record_is_written_yet_is_read_anew_each_time(tmp_path: Path) -> None:
    """Right after the first stroke only the journal knows of the work: the record follows."""
    project = make_study(tmp_path / "study", 4)
    kept: Kept = {}
    for n, item_id in enumerate(list(project.items)):
        check(project, item_id, (scene(n)[1] == 1).astype("uint8"))
    whole = Reading(project, None, "", kept).lessons(silent)
    first = next(iter(project.items))
    (project.home / "items" / file_name(first, ".json")).unlink()
    again = Reading(project, None, "", kept).lessons(silent)
    assert len(again.learned) == len(whole.learned) > 1 and len(again.held_out) == len(whole.held_out)
    assert not again.warnings and kept[first][0] is None
    before = kept[first][1]
    Reading(project, None, "", kept).lessons(silent)
    assert kept[first][1] is not before
    project.close()
