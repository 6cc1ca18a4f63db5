"""Real boundaries in the place of the schematic ones. Shapes: public files, read in place where present."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from phusong.geodata import boundaries, reference
from phusong.geodata.errors import InputError
from phusong.geodata.official import binh_phuoc


def _read(folder: Path, name: str, level: str | None = None) -> tuple[str, gpd.GeoDataFrame, list[object]]:
    found = boundaries.read_boundaries(folder / name, level=level, official=binh_phuoc(), crs="EPSG:9212")
    return found[0], found[1], list(found[2])


@pytest.mark.parametrize(
    ("name", "level", "rows"),
    [
        ("bp_communes_111.geojson", "communes", 111),
        ("bp_communes_2025.geojson", "units_2025", 40),
        ("bp_districts.geojson", "districts", 11),
        ("bp_province.geojson", "province", 1),
    ],
)
def test_the_level_is_told_from_the_codes(real_boundaries: Path, name: str, level: str, rows: int) -> None:
    found, table, problems = _read(real_boundaries, name)
    assert (found, len(table)) == (level, rows)
    assert not [problem for problem in problems if problem.severity == "error"]
    assert table.geometry.is_valid.all()


def test_the_reference_province_on_the_real_111(real_boundaries: Path) -> None:
    before = reference.load()
    after = boundaries.with_boundaries(before, communes=_read(real_boundaries, "bp_communes_111.geojson")[1])
    # official area of the province: 6 873.56 km2; the file's own edges give 6 877
    assert after.outline.area / 1e6 == pytest.approx(6_873.56, rel=0.01)
    areas = after.communes.geometry.area / 1e6
    assert np.median(np.abs(areas / after.communes["area_km2"] - 1)) < 0.05
    assert not after.communes["synthetic"].any()
    assert "boundaries" not in after.synthetic
    assert "terrain" in after.synthetic
    inside = after.hamlets.merge(
        after.communes[["code", "geometry"]], left_on="commune_code", right_on="code"
    )
    held = shapely.contains(inside["geometry_y"].to_numpy(), inside["geometry_x"].to_numpy())
    assert len(inside) == 843
    assert held.all()
    assert after.population.values.sum(dtype=np.float64) == pytest.approx(
        before.population.values.sum(dtype=np.float64), rel=1e-6
    )
    row, col = np.nonzero(after.population.values > 0)
    grid = after.population.grid
    assert shapely.contains_xy(after.outline, grid.x_m()[col], grid.y_m()[row]).mean() > 0.999
    assert len(after.units_2025) == 40
    assert len(after.districts) == 11
    assert shapely.union_all(after.districts.geometry).area == pytest.approx(after.outline.area, rel=1e-3)


def test_the_reference_province_on_the_real_40(real_boundaries: Path) -> None:
    after = boundaries.with_boundaries(
        reference.load(), units_2025=_read(real_boundaries, "bp_communes_2025.geojson")[1]
    )
    shapes = dict(zip(after.units_2025["code"], after.units_2025.geometry, strict=True))
    held = [
        shapes[code].contains(point)
        for code, point in zip(after.hamlets["unit_2025_code"], after.hamlets.geometry, strict=True)
    ]
    assert len(held) == 843
    assert all(held)
    assert after.hamlets.groupby("unit_2025_code").size().to_dict() == dict(binh_phuoc().hamlet_counts)
    assert "boundaries" in after.synthetic  # the old communes are still drawn
    assert not after.units_2025["synthetic"].any()


def test_a_missing_or_unknown_unit_is_named(real_boundaries: Path, tmp_path: Path) -> None:
    frame = gpd.read_file(real_boundaries / "bp_districts.geojson")
    short = frame.iloc[:-1].copy()
    short.loc[0, ["code", "name"]] = ["999", "Thị xã Phước Longg"]
    short.to_file(tmp_path / "short.geojson")
    _, table, problems = _read(tmp_path, "short.geojson")
    assert {problem.code for problem in problems} == {"unknown-unit", "units-absent"}
    assert "Phước Long" in next(p.mend_vi for p in problems if p.code == "unknown-unit")
    with pytest.raises(InputError, match="thiếu"):
        boundaries.with_boundaries(reference.load(), districts=table)


def test_files_that_are_no_boundaries(tmp_path: Path) -> None:
    points = gpd.GeoDataFrame({"code": ["1"]}, geometry=[shapely.Point(106, 11)], crs=4326)
    points.to_file(tmp_path / "points.geojson")
    with pytest.raises(InputError, match="không có đa giác"):
        _read(tmp_path, "points.geojson")
    (tmp_path / "a.csv").write_text("a;b\n1;2\n")
    with pytest.raises(InputError, match="một lớp đa giác"):
        _read(tmp_path, "a.csv")
    boxes = [shapely.box(106, 11, 107, 12), shapely.box(106.5, 11, 107, 12)]
    squares = gpd.GeoDataFrame({"code": ["1", "2"]}, geometry=boxes, crs=4326)
    squares.to_file(tmp_path / "squares.geojson")
    with pytest.raises(InputError, match="--as"):
        _read(tmp_path, "squares.geojson")
    _, _, problems = boundaries.read_boundaries(
        tmp_path / "squares.geojson", level="communes", official=None, crs="EPSG:9212"
    )
    assert [problem.code for problem in problems] == ["overlap"]
