"""Rasters onto the project's grids: heights, classes, people."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phusong.geodata import rasters
from phusong.geodata.errors import InputError
from phusong.geodata.grid import Grid
from phusong.geodata.reference.clutter import clutter_classes

GRID = Grid("EPSG:9212", 560_000.0, 1_310_000.0, 100.0, 120, 150)


def tile(
    path: Path, values: np.ndarray, *, west: float, north: float, step: float, crs: str = "EPSG:4326",
    nodata: float | None = None, driver: str = "GTiff",
) -> Path:  # fmt: skip
    with rasterio.open(
        path, "w", driver=driver, height=values.shape[0], width=values.shape[1], count=1, crs=crs,
        dtype=values.dtype, nodata=nodata, transform=Affine(step, 0, west, 0, -step, north),
    ) as out:  # fmt: skip
        out.write(values, 1)
    return path


def plane(rows: int, cols: int, *, west: float, north: float, step: float) -> np.ndarray:
    """Heights that rise one metre per thousandth of a degree eastward and northward."""
    lon = west + (np.arange(cols) + 0.5) * step
    lat = north - (np.arange(rows) + 0.5) * step
    return ((lon[None, :] - 106) * 1000 + (lat[:, None] - 11) * 1000).astype(np.float32)


def _expected(grid: Grid) -> np.ndarray:
    from pyproj import Transformer

    x, y = np.meshgrid(grid.x_m(), grid.y_m())
    lon, lat = Transformer.from_crs(grid.crs, "EPSG:4326", always_xy=True).transform(x, y)
    return (lon - 106) * 1000 + (lat - 11) * 1000


def test_terrain_from_two_tiles_with_a_small_hole(tmp_path: Path) -> None:
    step = 1 / 1200
    west = tile(tmp_path / "w.tif", plane(600, 600, west=106.5, north=12, step=step), west=106.5, north=12,
                step=step)  # fmt: skip
    values = plane(600, 600, west=107, north=12, step=step)
    values[240:243, 5:9] = -32768
    east = tile(tmp_path / "e.tif", values, west=107, north=12, step=step, nodata=-32768)
    grid = dataclasses.replace(GRID, west_m=575_000.0)  # astride 107 degrees east
    terrain, report = rasters.import_terrain([west, east], grid)
    assert np.abs(terrain.values - _expected(grid)).max() < 1.0  # a hole's mend: less than a cell's rise
    assert 0 < report.holes == report.filled < 60


def test_a_large_hole_inside_the_province_is_refused_and_outside_filled(tmp_path: Path) -> None:
    step = 1 / 1200
    values = plane(600, 600, west=106.5, north=12, step=step)
    values[300:400, 100:250] = -9999
    path = tile(tmp_path / "a.tif", values, west=106.5, north=12, step=step, nodata=-9999)
    grid = dataclasses.replace(GRID, west_m=540_000.0)
    with pytest.raises(InputError, match="quá lớn để tự lấp"):
        rasters.import_terrain([path], grid)
    far = shapely.box(540_000, 1_308_000, 541_000, 1_309_000)
    terrain, report = rasters.import_terrain([path], grid, needed=far)
    assert np.isfinite(terrain.values).all()
    assert report.filled > 400


def test_srtm_hgt_is_read(tmp_path: Path) -> None:
    # an .hgt tile: 1201 x 1201 big-endian int16, edges on whole degrees
    lon = 106 + np.arange(1201) / 1200
    lat = 12 - np.arange(1201) / 1200
    heights = ((lon[None, :] - 106) * 1000 + (lat[:, None] - 11) * 1000).astype(">i2")
    path = tmp_path / "N11E106.hgt"
    path.write_bytes(heights.tobytes())
    terrain, _ = rasters.import_terrain([path], GRID)
    assert np.abs(terrain.values - _expected(GRID)).max() < 1.5  # whole metres in the file


def test_terrain_elsewhere_and_damaged_files(tmp_path: Path) -> None:
    away = tile(tmp_path / "away.tif", np.ones((10, 10), np.float32), west=10, north=50, step=0.1)
    with pytest.raises(InputError, match="không phủ"):
        rasters.import_terrain([away], GRID)
    (tmp_path / "bad.tif").write_bytes(b"II*\0 no raster")
    with pytest.raises(InputError, match=r"bad\.tif"):
        rasters.import_terrain([tmp_path / "bad.tif"], GRID)
    with pytest.raises(InputError, match="no raster"):
        rasters.import_terrain([], GRID)
    whole = tile(tmp_path / "whole.tif", plane(600, 600, west=106.5, north=12, step=1 / 1200), west=106.5,
                 north=12, step=1 / 1200)  # fmt: skip
    (tmp_path / "cut.tif").write_bytes(whole.read_bytes()[:200_000])
    with pytest.raises(InputError, match=r"cut\.tif"):
        rasters.import_terrain([tmp_path / "cut.tif"], GRID)


def test_landcover_takes_the_most_frequent_class(tmp_path: Path) -> None:
    step = 1 / 12000  # about 9 m: many pixels a cell
    values = np.full((2400, 3600), 10, dtype=np.uint8)
    values[:, 1800:] = 80
    path = tile(tmp_path / "a.tif", values, west=106.72, north=11.88, step=step, nodata=0)
    cover, report, _ = rasters.import_landcover([path], GRID, clutter_classes())
    assert set(report.classes) == {"forest", "water"}
    assert (cover.values[60, :20] == 5).all()
    assert (cover.values[60, -20:] == 1).all()
    assert cover.values.dtype == np.uint8


def test_a_class_that_the_table_lacks_is_named(tmp_path: Path) -> None:
    values = np.full((300, 400), 33, dtype=np.uint8)
    path = tile(tmp_path / "a.tif", values, west=106.5, north=12, step=1 / 1000)
    with pytest.raises(InputError, match="lớp 33 "):
        rasters.import_landcover([path], GRID, clutter_classes())
    table = tmp_path / "own.toml"
    table.write_text('[classes]\n33 = "rubber"\n', "utf-8")
    cover, _, _ = rasters.import_landcover([path], GRID, clutter_classes(), table=table)
    assert (cover.values == 3).mean() > 0.9
    table.write_text('[classes]\n33 = "palm"\n[heights_m]\npalm = 12.5\nrubber = 18\n', "utf-8")
    cover, _, kinds = rasters.import_landcover([path], GRID, clutter_classes(), table=table)
    heights = kinds.set_index("code")["height_m"]
    assert heights[int(np.median(cover.values))] == 12.5
    assert kinds.set_index("key").loc["rubber", "height_m"] == 18.0
    table.write_text('[classes]\n33 = "rubber"\n[losses_db]\nrubber = 4\n', "utf-8")
    _, _, kinds = rasters.import_landcover([path], GRID, clutter_classes(), table=table)
    assert kinds.set_index("key")["loss_db"].to_dict()["rubber"] == 4.0
    assert kinds["loss_db"].sum() == 4.0
    for bad in (
        "[losses_db]\npalm = 3\n",
        "[losses_db]\nrubber = 90\n",
        '[classes]\n33 = "palm"\n',
        '[heights_m]\npalm = "x"\n',
        '[classes]\nx = "open"\n',
        "[classes",
    ):
        table.write_text(bad, "utf-8")
        with pytest.raises(InputError, match=r"own\.toml"):
            rasters.import_landcover([path], GRID, clutter_classes(), table=table)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from([1 / 4000, 1 / 1200, 1 / 300, 1 / 120]), st.integers(0, 10**6))
def test_population_keeps_its_total(tmp_path: Path, step: float, seed: int) -> None:
    generator = np.random.default_rng(seed)
    rows, cols = int(0.08 / step), int(0.1 / step)
    values = generator.gamma(0.3, 20.0, (rows, cols)).astype(np.float64)
    values[generator.random((rows, cols)) < 0.3] = -99999.0
    path = tile(tmp_path / f"{seed}-{step}.tif", values, west=106.82, north=11.83, step=step, nodata=-99999.0)
    people, report = rasters.import_population([path], GRID)
    expected = values[values > 0].sum()
    assert report.source_total == pytest.approx(expected, rel=1e-9)
    assert people.values.sum(dtype=np.float64) == pytest.approx(expected, rel=1e-5)


def test_population_lies_where_it_was(tmp_path: Path) -> None:
    values = np.zeros((240, 300))
    values[120, 150] = 1000.0
    path = tile(tmp_path / "a.tif", values, west=106.75, north=11.9, step=1 / 1200)
    people, _ = rasters.import_population([path], GRID)
    row, col = np.nonzero(people.values)
    from pyproj import Transformer

    x, y = Transformer.from_crs("EPSG:4326", GRID.crs, always_xy=True).transform(
        106.75 + 150.5 / 1200, 11.9 - 120.5 / 1200
    )
    assert np.abs(GRID.x_m()[col] - x).max() < 120
    assert np.abs(GRID.y_m()[row] - y).max() < 120
    with pytest.raises(InputError, match="không có người"):
        rasters.import_population(
            [tile(tmp_path / "no.tif", np.zeros((5, 5)), west=106.6, north=11.9, step=0.01)], GRID
        )


def test_a_raster_is_written_and_read_whole(tmp_path: Path) -> None:
    raster = rasters.Raster(GRID, np.arange(120 * 150, dtype=np.float32).reshape(GRID.shape))
    rasters.write_raster(raster, tmp_path / "a.tif")
    assert np.array_equal(rasters.read_raster(tmp_path / "a.tif", GRID).values, raster.values)
    with pytest.raises(InputError, match="nhập lại"):
        rasters.read_raster(tmp_path / "a.tif", dataclasses.replace(GRID, west_m=0.0))


@pytest.mark.slow
def test_a_mosaic_larger_than_the_memory_it_takes(tmp_path: Path) -> None:
    """Two tiles of 1.3 GB of heights together are laid on the grid in a process that never holds half of it."""
    step, side = 1 / 14400, 13_000  # about 8 m
    profile = {
        "driver": "GTiff", "height": side, "width": side, "count": 1, "crs": "EPSG:4326", "dtype": "float32",
        "tiled": True, "compress": "deflate", "zlevel": 1,
    }  # fmt: skip
    for name, west in (("west", 106.55), ("east", 106.55 + side * step)):
        with rasterio.open(
            tmp_path / f"{name}.tif", "w", transform=Affine(step, 0, west, 0, -step, 11.9), **profile
        ) as out:
            for top in range(0, side, 1024):
                rows = min(1024, side - top)
                window = rasterio.windows.Window(0, top, side, rows)
                out.write(np.full((rows, side), 100.0 + top // 1024, np.float32), 1, window=window)
    program = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from phusong.geodata import rasters\n"
        "from phusong.geodata.grid import Grid\n"
        "grid = Grid('EPSG:9212', 575_000.0, 1_310_000.0, 30.0, 2000, 4000)\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "terrain, _ = rasters.import_terrain([Path(p) for p in sys.argv[1:]], grid)\n"
        "assert 100 <= terrain.values.min() < terrain.values.max() <= 112\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    tiles = [str(tmp_path / "west.tif"), str(tmp_path / "east.tif")]
    done = subprocess.run(
        [sys.executable, "-c", program, *tiles],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "GDAL_CACHEMAX": "64"},
    )
    assert int(done.stdout) * 1024 < 2 * side * side * 4 / 2
