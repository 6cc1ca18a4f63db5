"""Export to a real PostgreSQL with PostGIS, made for the test and thrown away; skips where there is none."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from phusong.geodata import postgis, store
from phusong.geodata.errors import InputError

pytest.importorskip("sqlalchemy")
pytest.importorskip("psycopg")
pytest.importorskip("geoalchemy2")


def _binaries() -> Path | None:
    """The newest PostgreSQL of Debian's packages that has PostGIS."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        version = folder.parent.name
        if Path(f"/usr/share/postgresql/{version}/extension/postgis.control").is_file():
            return folder
    return None


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """The address of a fresh server on a free port, run by an unprivileged user."""
    binaries = _binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL with PostGIS: run tests/geodata/install_postgis.sh")
    # not in pytest's own folder: every pytest that starts closes that to other users
    folder = Path(tempfile.mkdtemp(prefix="phusong-pg-"))
    runs_as: list[str] = []
    if os.geteuid() == 0:  # the server refuses to run as root
        if shutil.which("setpriv") is None:
            pytest.skip("setpriv is needed to start PostgreSQL as another user")
        runs_as = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        shutil.chown(folder, "postgres", "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(*command: str) -> None:
        done = subprocess.run([*runs_as, *command], cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    run(str(binaries / "initdb"), "-D", str(folder / "data"), "-A", "trust", "-U", "phusong", "-E", "UTF8")
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1"
    run(
        str(binaries / "pg_ctl"),
        "-D",
        str(folder / "data"),
        "-o",
        options,
        "-w",
        "-l",
        str(folder / "log"),
        "start",
    )
    try:
        yield f"postgresql://phusong:secret@127.0.0.1:{port}/postgres"
    finally:
        run(str(binaries / "pg_ctl"), "-D", str(folder / "data"), "-m", "fast", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def _store(folder: Path) -> Path:
    path = folder / "project.gpkg"
    frame = gpd.GeoDataFrame(
        {"site_id": ["A", "B"], "name": ["Đắk Ơ", "'; DROP TABLE x; --"], "source_file": "a.xlsx"},
        geometry=[shapely.Point(106.9, 11.7), None],
        crs=4326,
    )
    origin = store.Origin("stations", "a.xlsx", "0" * 64, "2026-01-01T00:00:00Z", 2, "EPSG:4326", "{}")
    store.put(path, "stations", frame, origin, [])
    return path


@pytest.mark.slow
def test_layers_and_provenance_arrive(database: str, tmp_path: Path) -> None:
    import sqlalchemy

    path = _store(tmp_path)
    assert postgis.export(path, database) == {"stations": 2, "provenance": 1}
    engine = sqlalchemy.create_engine(database.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        back = gpd.read_postgis("SELECT * FROM phusong.stations", connection, geom_col="geometry")
        version = connection.execute(sqlalchemy.text("SELECT postgis_version()")).scalar()
        source = connection.execute(sqlalchemy.text("SELECT source_file FROM phusong.provenance")).scalar()
    engine.dispose()
    assert version
    assert source == "a.xlsx"
    assert list(back["name"]) == ["Đắk Ơ", "'; DROP TABLE x; --"]
    assert back.geometry.iloc[0].equals(shapely.Point(106.9, 11.7))
    assert back.crs.to_epsg() == 4326
    with pytest.raises(InputError, match="--replace"):
        postgis.export(path, database)
    assert postgis.export(path, database, replace=True)["stations"] == 2


@pytest.mark.slow
def test_a_failure_leaves_the_database_as_it_was(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sqlalchemy

    def fails(*_: object, **__: object) -> None:
        raise sqlalchemy.exc.OperationalError("x", {}, Exception("disk full"))

    monkeypatch.setattr("pandas.DataFrame.to_sql", fails)
    with pytest.raises(InputError, match="disk full"):
        postgis.export(_store(tmp_path), database, schema="other")
    engine = sqlalchemy.create_engine(database.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        there = connection.execute(
            sqlalchemy.text("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'other'")
        ).scalar()
    engine.dispose()
    assert there == 0


def test_wrong_addresses_are_refused_without_showing_the_password(tmp_path: Path) -> None:
    path = _store(tmp_path)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(InputError, match="không ghi được") as caught:
        postgis.export(path, f"postgresql://me:topsecret@127.0.0.1:{port}/x")
    assert "topsecret" not in str(caught.value)
    with pytest.raises(InputError, match="postgresql://"):
        postgis.export(path, "mysql://x")
    with pytest.raises(InputError, match="schema"):
        postgis.export(path, "postgresql://x/y", schema='a"; DROP')
    with pytest.raises(InputError, match="chưa có dữ liệu"):
        postgis.export(tmp_path / "none.gpkg", "postgresql://x/y")
