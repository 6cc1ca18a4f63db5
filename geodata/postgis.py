"""The project's layers in a PostGIS database: all of them, or none after an error."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from phusong.geodata import store
from phusong.geodata.errors import InputError


def export(
    store_path: Path, url: str, *, schema: str = "phusong", replace: bool = False
) -> Mapping[str, int]:
    """Write every layer and the provenance into `schema`; rows written by table.

    Everything happens in one transaction. Raises InputError without the `postgis` extra, for a database
    that cannot be reached or has no PostGIS, or where tables exist and `replace` is False.
    """
    if not url.startswith(("postgresql://", "postgresql+psycopg://", "postgres://")):
        raise InputError("địa chỉ phải là postgresql://… · the address must be postgresql://…")
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,50}", schema):
        raise InputError(
            f"--schema {schema!r}: chỉ chữ thường, số, gạch dưới · lower-case letters and digits"
        )
    try:
        import geoalchemy2  # noqa: F401
        import psycopg
        import sqlalchemy
    except ImportError as error:
        raise InputError(
            f"cần gói {error.name}: pip install 'phusong[postgis]' · the postgis extra is needed"
        ) from None
    names = store.layers(store_path)
    if not names:
        raise InputError(f"{store_path}: chưa có dữ liệu để xuất · there is nothing to export yet")
    address = re.sub(r"^postgres(ql)?(\+psycopg)?://", "postgresql+psycopg://", url)
    engine = sqlalchemy.create_engine(
        address, connect_args={"connect_timeout": 10}, poolclass=sqlalchemy.pool.NullPool
    )
    try:
        with engine.begin() as connection:
            return _write(connection, store_path, names, schema, replace=replace)
    except (sqlalchemy.exc.SQLAlchemyError, psycopg.Error) as error:
        inner = getattr(error, "orig", None) or error
        why = " ".join(str(inner).split())[:160]
        raise InputError(f"{_shown(url)}: không ghi được vào CSDL · cannot write ({why})") from None
    finally:
        engine.dispose()


def _write(
    connection: Any, store_path: Path, names: tuple[str, ...], schema: str, *, replace: bool
) -> dict[str, int]:
    from sqlalchemy import text

    connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'))
    has_postgis = connection.execute(
        text("SELECT count(*) FROM pg_extension WHERE extname = 'postgis'")
    ).scalar()
    if not has_postgis:
        connection.execute(text("CREATE EXTENSION postgis"))
    there = {
        row[0]
        for row in connection.execute(
            text("SELECT table_name FROM information_schema.tables WHERE table_schema = :s"), {"s": schema}
        )
    }
    taken = sorted(there & {*names, "provenance"})
    if taken and not replace:
        raise InputError(
            f"schema {schema}: đã có bảng {', '.join(taken)}; thêm --replace để ghi đè"
            " · these tables exist; add --replace"
        )
    written = {}
    for name in names:
        frame = store.read_layer(store_path, name)
        if isinstance(frame, gpd.GeoDataFrame):
            frame.to_postgis(name, connection, schema=schema, if_exists="replace", index=False)
        elif frame is not None:
            frame.to_sql(name, connection, schema=schema, if_exists="replace", index=False)
        written[name] = 0 if frame is None else len(frame)
    origins = pd.DataFrame([asdict(origin) for origin in store.origins(store_path)])
    origins.to_sql("provenance", connection, schema=schema, if_exists="replace", index=False)
    written["provenance"] = len(origins)
    return written


def _shown(url: str) -> str:
    """The address without its password."""
    return re.sub(r"(://[^:/@]*):[^@]*@", r"\1:…@", url)
