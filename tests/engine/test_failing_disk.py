"""Every operation on the disk fails once while a checkpoint is written: none is half there."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from engine.saving.checkpoint import CheckpointError, DiskFull
from tests.engine.failing import failing
from tests.engine.write_checkpoints import content, facts, folder_with, newest


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_whichever_operation_fails_the_newest_is_whole(tmp_path: Path, error: int) -> None:
    number, refused = 0, list[CheckpointError]()
    while True:
        number += 1
        folder = tmp_path / str(number)
        checkpoints = folder_with(folder, 1, 2)
        before = len(refused)
        with failing(number, error) as disk:
            try:
                checkpoints.save(content(3), facts(3))
            except CheckpointError as raised:
                refused.append(raised)
        assert newest(folder) in ((2, 3) if len(refused) > before else (3,)), number
        # The next one is written as if nothing had been.
        checkpoints.save(content(4), facts(4))
        assert newest(folder) == 4, number
        assert not list(folder.glob(".new-*")), number
        if disk.done < number:
            break
    assert len(refused) > 10
    assert {isinstance(each, DiskFull) for each in refused} == {error == errno.ENOSPC}
    assert number > 20
