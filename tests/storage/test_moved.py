"""The database's file is moved away, comes back, or another one takes its place."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from common.storage.connect import connect
from common.storage.embedded import filesystem
from common.storage.protocol import StorageUnavailable


def test_a_file_that_was_moved_away_is_not_begun_anew_and_serves_again_when_it_is_back(
    tmp_path: Path,
) -> None:
    """A new file would take over the log of the old one, and with it what was acknowledged."""
    database = connect(f"embedded://{tmp_path}", name="moved")
    database["things"].insert_one({"_id": 1})
    file, away = tmp_path / "moved.db", tmp_path / "away.db"
    file.rename(away)
    stranger = connect(f"embedded://{tmp_path}", name="moved")

    with ThreadPoolExecutor(1) as other_thread:
        for use in (
            lambda: database["things"].insert_one({"_id": 2}),
            lambda: other_thread.submit(database["things"].count_documents, {}).result(),
            lambda: stranger["things"].insert_one({"_id": 3}),
        ):
            with pytest.raises(StorageUnavailable):
                use()
    assert not file.exists()

    away.rename(file)
    database["things"].insert_one({"_id": 4})
    database.close()
    assert sorted(thing["_id"] for thing in stranger["things"].find({})) == [1, 4]
    stranger.close()


def test_another_file_in_the_place_of_the_open_one_is_refused(tmp_path: Path) -> None:
    database = connect(f"embedded://{tmp_path}", name="swapped")
    database["things"].insert_one({"_id": 1})
    other = connect(f"embedded://{tmp_path / 'other'}", name="swapped")
    other["things"].insert_one({"_id": 2})
    other.close()
    (tmp_path / "other" / "swapped.db").replace(tmp_path / "swapped.db")

    with pytest.raises(StorageUnavailable):
        database["things"].count_documents({})

    database.close()


def test_a_file_that_another_process_is_just_making_is_not_taken_for_a_lost_one(
    tmp_path: Path,
) -> None:
    """The state in which the loser of a race looks: the file was absent, now both are there."""
    file, log = tmp_path / "main.db", tmp_path / "main.db-wal"
    file.touch()
    log.touch()
    filesystem._refuse_orphaned_log(file)

    file.unlink()
    with pytest.raises(StorageUnavailable):
        filesystem._refuse_orphaned_log(file)
