"""Every action of the window in one table: verb, words, sign, keys, place. Menus and buttons come from it."""

from lesionstudio.gui.action_spec import ActionSpec, Gesture, with_tips
from lesionstudio.gui.look_actions import look_actions
from lesionstudio.gui.tool_actions import tool_actions
from lesionstudio.words import _

LABEL_NUMBERS = tuple(range(1, 10))
PRESETS = 6
VIEWS = ("one_view", "three_views")
PAGES = ("draw", "learn_page", "results_page", "classify_page")


def groups() -> tuple[str, ...]:
    """The headings of the shortcut page, in order."""
    return _("Look"), _("Scans"), _("Paint"), _("Labels"), _("Undo"), _("Model"), _("Program")


def action_table() -> tuple[ActionSpec, ...]:
    """All actions, in the order of the menus."""
    return (
        *_file_actions(),
        *_edit_actions(),
        *_view_actions(),
        *look_actions(),
        *_scan_actions(),
        *_paint_actions(),
        *_label_actions(),
        *_segment_actions(),
        *_help_actions(),
    )


def gestures() -> tuple[Gesture, ...]:
    """What the mouse and held keys do."""
    look, paint, labels = _("Look"), _("Paint"), _("Labels")
    return (
        Gesture(look, _("Next, previous slice"), (_("Wheel"),)),
        Gesture(look, _("Zoom at the pointer"), ("Ctrl", _("Wheel"))),
        Gesture(look, _("Move the picture"), (_("Space"), _("Drag"))),
        Gesture(look, _("Crosshair follows"), (_("Shift"), _("Move"))),
        Gesture(look, _("Crosshair here"), (_("Middle click"),)),
        Gesture(look, _("Enlarge a view, and back"), (_("Double click"), _("Edge"))),
        Gesture(look, _("Width and level"), (_("Right"), _("Drag"))),
        Gesture(look, _("Window presets"), ("1–6",)),
        Gesture(look, _("Hide mask while held"), ("X",)),
        Gesture(look, _("Hide heat map while held"), ("H",)),
        Gesture(paint, _("Diameter by the wheel"), (_("Shift"), _("Wheel"))),
        Gesture(paint, _("Erase while held"), ("Alt",)),
        Gesture(paint, _("Erase while held"), ("E",)),
        Gesture(paint, _("Straight line while held"), (_("Shift"),)),
        Gesture(paint, _("Fill a closed outline"), (_("Double click"),)),
        Gesture(paint, _("Close the polygon"), (_("Enter"),)),
        Gesture(paint, _("Last corner away"), (_("Backspace"),)),
        Gesture(paint, _("Abandon this stroke"), (_("Esc"),)),
        Gesture(labels, _("Choose label"), ("Ctrl", "1–9")),
        Gesture(labels, _("Pick the label here"), ("Ctrl", _("Click"))),
    )


def _file_actions() -> tuple[ActionSpec, ...]:
    menu, group = _("File"), _("Program")
    tips = {
        "open_folder": _("Choose a folder of scans."),
        "open_sample": _("Opens a small made-up study to try everything on."),
        "import_masks": _("Takes in masks from any folder, and says which scan each belongs to."),
        "export": _("Writes masks as files; the originals stay as they are."),
        "convert": _("Makes PNG slices, TIFF stacks or NIfTI of any files, and stacks of numbered pictures."),
        "close_folder": _("Goes back to the start page."),
        "settings": _("Language, theme, device, memory."),
    }
    return with_tips(
        tips,
        ActionSpec("open_folder", _("Open folder"), menu, "folder-open", "Ctrl+O", group),
        ActionSpec("open_sample", _("Try the sample study"), menu, "stethoscope"),
        ActionSpec("import_masks", _("Import masks"), menu, "folder-plus"),
        ActionSpec("export", _("Export"), menu, "download", "Ctrl+E", group),
        ActionSpec("convert", _("Convert"), menu),
        ActionSpec("close_folder", _("Close folder"), menu, "", "Ctrl+W", group),
        ActionSpec("settings", _("Settings"), menu, "settings", "Ctrl+,", group),
        ActionSpec("quit", _("Quit"), menu, "", "Ctrl+Q", group),
    )


def _edit_actions() -> tuple[ActionSpec, ...]:
    menu, group = _("Edit"), _("Undo")
    tips = {
        "undo": _("Takes back the last step, on its slice."),
        "redo": _("Does it again."),
        "history": _("Every step, to go back to, and earlier saved states."),
    }
    return with_tips(
        tips,
        ActionSpec("undo", _("Undo"), menu, "arrow-back-up", "Ctrl+Z", group),
        ActionSpec("redo", _("Redo"), menu, "arrow-forward-up", "Ctrl+Shift+Z Ctrl+Y", group),
        ActionSpec("history", _("History"), menu, "history", "Ctrl+H", group, checkable=True),
    )


def _view_actions() -> tuple[ActionSpec, ...]:
    menu, look, program = _("View"), _("Look"), _("Program")
    tips = {
        "fit": _("The whole slice in view."),
        "one_to_one": _("One voxel, one point of the screen."),
        "one_view": _("The slices one by one."),
        "three_views": _("Axial, coronal and sagittal, linked by a crosshair; again: one view."),
        "outline_only": _("Masks without their fill."),
        "hide_mask": _("Hides every mask; hold X to hide it for a moment."),
        "draw": _("Look, mark and check."),
        "learn_page": _("What the model has learned, and whether it got better."),
        "results_page": _("How good a model is on slices it never learned from, case by case."),
        "classify_page": _("What pictures show, how sure that is, and why."),
    }
    fold_list, fold_panel = "layout-sidebar-left-collapse", "layout-sidebar-right-collapse"
    return with_tips(
        tips,
        ActionSpec("next_slice", _("Next slice"), menu, "", "PgDown", look),
        ActionSpec("previous_slice", _("Previous slice"), menu, "", "PgUp", look),
        ActionSpec("ten_slices_on", _("Ten slices on"), menu, "", "Shift+PgDown", look),
        ActionSpec("ten_slices_back", _("Ten slices back"), menu, "", "Shift+PgUp", look),
        ActionSpec("fit", _("Fit"), menu, "arrows-maximize", "0", look),
        ActionSpec("one_to_one", _("One to one"), menu, "relation-one-to-one", "Shift+0", look),
        *(
            ActionSpec(f"preset_{n}", _("Window preset {n}").format(n=n), keys=str(n), checkable=True)
            for n in range(1, PRESETS + 1)
        ),
        ActionSpec("one_view", _("One view"), menu, "square", checkable=True),
        ActionSpec("three_views", _("Three views"), menu, "layout-grid", "V", look, checkable=True),
        ActionSpec("outline_only", _("Outline only"), menu, "border-outer", "O", look, checkable=True),
        ActionSpec("hide_mask", _("Hide mask"), menu, "eye", checkable=True),
        ActionSpec("fold_worklist", _("Fold the scan list"), menu, fold_list, "Ctrl+B", program, checkable=True),
        ActionSpec("fold_panel", _("Fold the panel"), menu, fold_panel, "Ctrl+I", program, checkable=True),
        ActionSpec("draw", _("Draw"), menu, checkable=True),
        ActionSpec("learn_page", _("Learn"), menu, checkable=True),
        ActionSpec("results_page", _("Results"), menu, checkable=True),
        ActionSpec("classify_page", _("Classify"), menu, checkable=True),
        ActionSpec("leave_picture", _("To the panels"), "", "", "F8", program),
    )


def _scan_actions() -> tuple[ActionSpec, ...]:
    menu, group = _("Scans"), _("Scans")
    tips = {
        "find_scan": _("Goes to the filter of the scan list."),
        "next_volume": _("Of a file that holds several, one a moment or a direction. The mask is one for all."),
        "previous_volume": _("The one before it."),
        "flag": _("Marks this slice for discussion."),
        "stored_values": _("Whether these pictures are CT, and what was added to HU in them."),
    }
    return with_tips(
        tips,
        ActionSpec("next_item", _("Next scan"), menu, "", "Tab", group, on_picture=True),
        ActionSpec("previous_item", _("Previous scan"), menu, "", "Shift+Tab", group, on_picture=True),
        ActionSpec("next_volume", _("Next volume"), menu, "", "Ctrl+PgDown", group),
        ActionSpec("previous_volume", _("Previous volume"), menu, "", "Ctrl+PgUp", group),
        ActionSpec("find_scan", _("Filter by name"), menu, "search", "F", group),
        ActionSpec("flag", _("Flag"), menu, "flag-3", "Shift+F", group, checkable=True),
        ActionSpec("stored_values", _("Values of these pictures"), menu),
    )


def _paint_actions() -> tuple[ActionSpec, ...]:
    menu, group = _("Paint"), _("Paint")
    tips = {"value_range": _("Only voxels between two values are changed; a second time takes it off.")}
    return with_tips(
        tips,
        *tool_actions(),
        ActionSpec("value_range", _("Value range"), menu, "", "Q", group, checkable=True),
        ActionSpec("smaller", _("Smaller"), menu, "", "[", group),
        ActionSpec("larger", _("Larger"), menu, "", "]", group),
        *_proposal_actions(),
    )


def _proposal_actions() -> tuple[ActionSpec, ...]:
    """Answers to a preview. While one stands, accept_proposal has the keys of check_slice."""
    menu, group = _("Paint"), _("Paint")
    tips = {
        "accept_proposal": _("Makes the change shown, in one step."),
        "reject_proposal": _("Drops the change shown."),
    }
    return with_tips(
        tips,
        ActionSpec("accept_proposal", _("Accept the preview"), menu, "check"),
        ActionSpec("reject_proposal", _("Reject the preview"), menu, "x", "Esc", group),
    )


def _label_actions() -> tuple[ActionSpec, ...]:
    menu, group = _("Labels"), _("Labels")
    tips = {
        "add_label": _("One more thing to mark, in the next colour."),
        "lock_label": _("Neither tools nor the model touch it."),
        "label_sets": _("Named lists of labels: choose one, keep your own, share it."),
    }
    return with_tips(
        tips,
        ActionSpec("add_label", _("Add label"), menu, "plus"),
        ActionSpec("label_sets", _("Label sets"), menu, "tags"),
        ActionSpec("lock_label", _("Lock label"), menu, "lock", "Ctrl+L", group),
        *(ActionSpec(f"choose_label_{n}", _("Choose label {n}").format(n=n), keys=f"Ctrl+{n}") for n in LABEL_NUMBERS),
    )


def _segment_actions() -> tuple[ActionSpec, ...]:
    menu, group = _("Segment"), _("Model")
    tips = {
        "segment_slice": _("The model proposes a draft for it."),
        "segment_scan": _("The model proposes drafts for every slice."),
        "segment_all": _("The model proposes drafts for every scan."),
        "cancel_job": _("Stops the work; what is done is kept."),
        "accept": _("The draft lesion under the pointer, else this slice's."),
        "accept_scan": _("Every draft of this scan."),
        "reject": _("The draft lesion under the pointer, else this slice's."),
        "check_slice": _("Accepts open drafts, checks the slice and goes on."),
        "check_seen": _("Every slice that was on screen and has no open draft."),
        "drafts_ahead": _("The next slice comes up with its draft, made while you look at this one."),
        "show_version_changes": _("The drafts that the version in use would change, old against new."),
        "look_next": _("The next slice worth a look: where the model is unsure, and every fifth at random."),
        "show_doubt": _("Where the model is unsure on this slice, as warm colours."),
        "learn": _("The model learns from the checked slices; you go on painting."),
        "learn_along": _("Each slice that you check is learned from at once, and shows in the next drafts."),
        "train_folder": _("A model of its own from a folder of pictures and masks."),
    }
    return with_tips(
        tips,
        ActionSpec("segment_slice", _("Segment this slice"), menu, "sparkles", "S", group),
        ActionSpec("segment_scan", _("Segment this scan"), menu, "", "Shift+S", group),
        ActionSpec("segment_all", _("Segment all scans"), menu),
        ActionSpec("cancel_job", _("Cancel"), "", "x"),
        ActionSpec("accept", _("Accept"), menu, "check", "A", group),
        ActionSpec("accept_scan", _("Accept the whole scan"), menu, "", "Ctrl+Shift+A", group),
        ActionSpec("reject", _("Reject"), menu, "x", "R", group),
        ActionSpec("check_slice", _("Checked, next"), menu, "circle-check", "Return Enter", group),
        ActionSpec("check_seen", _("Check all seen"), menu, "", "Ctrl+Return Ctrl+Enter", group),
        ActionSpec("drafts_ahead", _("Drafts of the next slices ahead"), menu, checkable=True),
        ActionSpec("show_version_changes", _("What the new version would change"), menu),
        ActionSpec("look_next", _("Where to look next"), menu, "", "J", group),
        ActionSpec("show_doubt", _("Show where the model is unsure"), menu, "", "Shift+J", group, checkable=True),
        ActionSpec("learn", _("Learn now"), menu, "", "Ctrl+Shift+L", group),
        ActionSpec("learn_along", _("Learn while I work"), menu, "", "Ctrl+R", group, checkable=True),
        ActionSpec("train_folder", _("Train from a folder"), menu),
    )


def _help_actions() -> tuple[ActionSpec, ...]:
    menu = _("Help")
    tips = {"shortcuts": _("Every key, with search."), "tour": _("The first three things to know, beside them.")}
    tips |= {"about": _("Version, licences, where your data lie, and what a report needs.")}
    return with_tips(
        tips,
        ActionSpec("shortcuts", _("Shortcuts"), menu, "keyboard", "F1 ?", _("Program")),
        ActionSpec("tour", _("Show the tour"), menu),
        ActionSpec("about", _("About LesionStudio"), menu, "info-circle"),
    )


def tip_text(spec: ActionSpec) -> str:
    """What a tooltip says: "Name  Key", and one sentence."""
    caps = caps_of(spec.shortcuts[0]) if spec.keys else ()
    head = f"{spec.text}  {'+'.join(caps)}" if caps else spec.text
    return f"{head}\n{spec.tip}" if spec.tip else head


def caps_of(key: str) -> tuple[str, ...]:
    """A key sequence as the caps to press: "Ctrl+Shift+Z" -> ("Ctrl", "Shift", "Z")."""
    names = {"Return": _("Enter"), "Enter": _("Enter"), "PgDown": _("PgDn"), "PgUp": _("PgUp"), "Shift": _("Shift")}
    names |= {"Esc": _("Esc"), "Space": _("Space")}
    parts = [*key[:-1].rstrip("+").split("+"), "+"] if key.endswith("+") else key.split("+")
    return tuple(names.get(part, part) for part in parts if part)
