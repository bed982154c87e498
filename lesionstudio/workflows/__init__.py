"""What one can ask for: one verb a file, for the window's compute process and the command line alike."""

VERBS = {
    "segment_scan": "lesionstudio.workflows.segment:segment_scan",
    "warm_up": "lesionstudio.workflows.segment:warm_up",
    "look_next": "lesionstudio.workflows.look_next:look_next",
    "version_changes": "lesionstudio.workflows.version_changes:version_changes",
    "doubt_map": "lesionstudio.workflows.look_next:doubt_map",
    "learn": "lesionstudio.workflows.learn:learn",
    "learn_along": "lesionstudio.workflows.learn_along:learn_along",
    "more_lessons": "lesionstudio.workflows.learn_along:more_lessons",
    "study_results": "lesionstudio.workflows.study_results:study_results",
    "folder_results": "lesionstudio.workflows.folder_results:folder_results",
    "train": "lesionstudio.workflows.train_here:train_here",
    "training_preview": "lesionstudio.workflows.training_preview:training_preview",
    "look_at_pictures": "lesionstudio.workflows.kinds:look_at_pictures",
    "explain_picture": "lesionstudio.workflows.kinds:explain_picture",
    "write_heat_maps": "lesionstudio.workflows.kinds:write_heat_maps",
    "devices": "lesionstudio.workflows.devices:devices",
    "doctor": "lesionstudio.workflows.doctor:doctor",
}
"""What the compute process can be asked for: verb -> "module:function"; every function takes `report`."""
