"""Built once, kept whole, the same bytes every time."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from phusong.geodata.province import Province
from phusong.geodata.reference import SYNTHETIC_LABELS, build, cache, load

TABLES = (
    "districts",
    "communes",
    "units_2025",
    "hamlets",
    "places",
    "zones",
    "roads",
    "water",
    "sites",
    "sectors",
)


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_what_is_read_is_what_was_written(province: Province, tmp_path: Path) -> None:
    cache.write(province, tmp_path / "copy")
    back = cache.read(tmp_path / "copy")
    for name in TABLES:
        one, other = getattr(province, name), getattr(back, name)
        pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(other))
        assert str(getattr(one, "crs", "")) == str(getattr(other, "crs", ""))
    for name in ("outline", "border", "patrol_road", "park"):
        assert shapely.equals_exact(getattr(province, name), getattr(back, name))
    for name in ("terrain", "clutter", "population", "hamlet_of_cell"):
        assert getattr(province, name).grid == getattr(back, name).grid
        assert getattr(province, name).values.dtype == getattr(back, name).values.dtype
        np.testing.assert_array_equal(getattr(province, name).values, getattr(back, name).values)
    assert digests(tmp_path / "copy").keys() == {path.name for path in (tmp_path / "copy").iterdir()}


def test_a_second_write_leaves_the_first(province: Province, tmp_path: Path) -> None:
    cache.write(province, tmp_path / "copy")
    before = digests(tmp_path / "copy")
    cache.write(province, tmp_path / "copy")
    assert digests(tmp_path / "copy") == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["copy"]  # no draft is left


def test_a_killed_write_leaves_nothing_that_looks_whole(
    province: Province, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(np, "save", interrupted)
    with pytest.raises(KeyboardInterrupt):
        cache.write(province, tmp_path / "copy")
    assert list(tmp_path.iterdir()) == []


def test_the_cache_folder_can_be_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PHUSONG_CACHE", str(tmp_path / "kho"))
    assert cache.cache_folder() == tmp_path / "kho"
    monkeypatch.delenv("PHUSONG_CACHE")
    assert cache.cache_folder().name == "phusong"


def test_a_cache_that_cannot_be_written_only_costs_time(
    province: Province, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    monkeypatch.setenv("PHUSONG_CACHE", str(tmp_path / "file" / "cache"))
    monkeypatch.setattr(cache, "build", lambda: province)
    assert load() is province


def test_every_synthetic_input_has_a_label_in_both_languages(province: Province) -> None:
    assert province.synthetic == tuple(SYNTHETIC_LABELS)
    for vietnamese, english in SYNTHETIC_LABELS.values():
        assert vietnamese
        assert english
    for name in TABLES:
        table = getattr(province, name)
        flag = "synthetic_position" if name == "hamlets" else "synthetic"
        assert table[flag].dtype == bool


@pytest.mark.slow
def test_two_builds_give_the_same_bytes(province: Province, tmp_path: Path) -> None:
    cache.write(build(), tmp_path / "again")
    cache.write(province, tmp_path / "first")
    assert digests(tmp_path / "again") == digests(tmp_path / "first")
