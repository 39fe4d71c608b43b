"""Every place of the engine where it can be broken, and what has happened when it is reached."""

from __future__ import annotations

PLACES = {
    "train.gradient": "the gradient of a batch was added; no weight has moved",
    "train.step": "a step was taken; nobody has been told",
    "train.trained": "the last step was taken and told; its checkpoint is not written",
    "train.tested": "the test is told; the last word is not",
    "checkpoint.before_files": "the checkpoint's folder is there, under a temporary name, empty",
    "checkpoint.after_file": "one of its files is on the disk",
    "checkpoint.after_manifest": "all of its files are",
    "checkpoint.before_rename": "their names are, too",
    "checkpoint.after_making_room": "a damaged one of the same name was moved aside",
    "checkpoint.after_rename": "it has its name, which is not yet on the disk",
    "checkpoint.after_sync": "it has its name for good; the old ones are still there",
    "checkpoint.after_removal": "the old ones are gone; the checkpoint was not told",
    "file.before_sync": "a file is written, but not forced to the disk",
    "file.before_replace": "a small file is on the disk under a temporary name",
    "file.after_replace": "it has replaced the one before; the folder is not on the disk",
    "folds.before_write": "a fold is tested; the ledger does not know",
    "folds.after_write": "the ledger knows; the fold's old checkpoints are still there",
}
