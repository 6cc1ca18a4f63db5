"""GeoTIFF out and in again: the same numbers on the same ground, in a layout that streams."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio

from phusong.geodata.errors import InputError
from phusong.geodata.grid import Grid
from phusong.geodata.raster import Raster, read_geotiff, write_geotiff

GRID = Grid("EPSG:9212", 560000.0, 1290000.0, 100.0, 700, 900)


def signal() -> Raster:
    values = np.random.default_rng(1).normal(-95.0, 12.0, GRID.shape).astype(np.float32)
    values[100:200, 300:350] = np.nan
    return Raster(GRID, values)


def test_decimal_numbers_come_back_with_their_holes(tmp_path: Path) -> None:
    write_geotiff(signal(), tmp_path / "rsrp.tif", tags={"model": "P.1812-7", "ghi_chu": "Vùng lõm sóng"})
    back = read_geotiff(tmp_path / "rsrp.tif")
    assert back.grid == GRID
    np.testing.assert_array_equal(back.values, signal().values)
    with rasterio.open(tmp_path / "rsrp.tif") as file:
        assert file.tags()["model"] == "P.1812-7"
        assert file.tags()["ghi_chu"] == "Vùng lõm sóng"
        assert np.isnan(file.nodata)


def test_whole_numbers_keep_their_nodata_and_palette(tmp_path: Path) -> None:
    classes = (np.arange(GRID.rows * GRID.cols).reshape(GRID.shape) % 7).astype(np.uint8)
    colours = {k: (10 * k, 20 * k, 30 * k, 255) for k in range(7)}
    write_geotiff(Raster(GRID, classes), tmp_path / "clutter.tif", colours=colours)
    np.testing.assert_array_equal(read_geotiff(tmp_path / "clutter.tif").values, classes)
    with rasterio.open(tmp_path / "clutter.tif") as file:
        palette = file.colormap(1)
    assert {k: palette[k] for k in colours} == colours

    servers = np.full(GRID.shape, -1, dtype=np.int32)
    servers[5:9, 5:9] = 4711
    write_geotiff(Raster(GRID, servers), tmp_path / "server.tif", nodata=-1)
    np.testing.assert_array_equal(read_geotiff(tmp_path / "server.tif").values, servers)
    with rasterio.open(tmp_path / "server.tif") as file:
        assert file.nodata == -1


def test_layout_is_cloud_optimised(tmp_path: Path) -> None:
    write_geotiff(signal(), tmp_path / "rsrp.tif")
    with rasterio.open(tmp_path / "rsrp.tif") as file:
        assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert file.block_shapes == [(512, 512)]
        assert file.overviews(1) == [2]
        assert file.compression.value.lower() == "deflate"


def test_the_same_raster_gives_the_same_bytes(tmp_path: Path) -> None:
    write_geotiff(signal(), tmp_path / "a.tif")
    write_geotiff(signal(), tmp_path / "b.tif")
    assert (tmp_path / "a.tif").read_bytes() == (tmp_path / "b.tif").read_bytes()


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "rsrp.tif"
    write_geotiff(signal(), path)
    before = path.read_bytes()

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(rasterio.io.BufferedDatasetWriter, "write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_geotiff(signal(), path)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["rsrp.tif"]


def test_a_palette_needs_classes(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="uint8"):
        write_geotiff(signal(), tmp_path / "x.tif", colours={1: (0, 0, 0, 255)})


def test_a_nodata_number_is_read_as_nan(tmp_path: Path) -> None:
    profile = {"driver": "GTiff", "width": 2, "height": 2, "count": 1, "dtype": "float32", "nodata": -9999.0}
    with rasterio.open(tmp_path / "dem.tif", "w", crs="EPSG:32648", transform=GRID.affine, **profile) as file:
        file.write(np.array([[1, -9999], [3, 4]], dtype=np.float32), 1)
    np.testing.assert_array_equal(read_geotiff(tmp_path / "dem.tif").values, [[1, np.nan], [3, 4]])


@pytest.mark.parametrize(
    ("crs", "affine", "word"),
    [
        ("EPSG:4326", rasterio.Affine(0.001, 0, 106.5, 0, -0.001, 12.0), "projected"),
        ("EPSG:9212", rasterio.Affine(30, 0, 5e5, 0, -25, 1.3e6), "square"),
        ("EPSG:9212", rasterio.Affine(30, 5, 5e5, 5, -30, 1.3e6), "north-up"),
    ],
)
def test_ground_that_does_not_fit_is_refused(tmp_path: Path, crs: str, affine: object, word: str) -> None:
    profile = {"driver": "GTiff", "width": 3, "height": 3, "count": 1, "dtype": "uint8"}
    with rasterio.open(tmp_path / "x.tif", "w", crs=crs, transform=affine, **profile) as file:
        file.write(np.ones((3, 3), dtype=np.uint8), 1)
    with pytest.raises(InputError, match=word):
        read_geotiff(tmp_path / "x.tif")


def test_a_file_that_is_no_raster_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.tif").write_text("ấp 1", encoding="utf-8")
    with pytest.raises(InputError, match=r"x\.tif: not a readable GeoTIFF"):
        read_geotiff(tmp_path / "x.tif")
