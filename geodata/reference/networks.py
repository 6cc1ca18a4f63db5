"""Synthetic fibre access points, loudspeakers and local roads of the reference province."""

from __future__ import annotations

import json
import shutil
import tempfile
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import Delaunay, QhullError, cKDTree

from phusong.geodata.networks import Networks
from phusong.geodata.province import Province
from phusong.geodata.reference import published
from phusong.geodata.reference.cache import cache_folder, fingerprint

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

SYNTHETIC_LABELS: Mapping[str, tuple[str, str]] = {
    "access_points": ("Điểm truy nhập cáp quang", "Fibre access points"),
    "loudspeakers": ("Cụm loa truyền thanh", "Loudspeakers"),
    "local_roads": ("Đường nội bộ thôn ấp", "Local roads"),
}
"""What of the networks is made up: key -> (Vietnamese, English)."""


def load(province: Province) -> Networks:
    """The networks of the reference province: built on first use, read from the cache afterwards.

    When the cache cannot be written they are built every time.
    """
    folder = cache_folder() / f"networks-{fingerprint()}"
    if not (folder / "synthetic.json").is_file():
        built = networks(province)
        try:
            _write(built, folder)
        except OSError:
            return built
    return Networks(
        **{name: pd.read_csv(folder / f"{name}.csv", dtype=_TEXT) for name in _TABLES},
        synthetic=tuple(json.loads((folder / "synthetic.json").read_text("utf-8"))),
    )


_ACCESS_POINTS = ["ap_id", "hamlet_id", "x_m", "y_m", "in_service_year", "status", "synthetic"]
_LOUDSPEAKERS = [
    "cluster_id", "hamlet_id", "x_m", "y_m", "height_m", "horns", "power_w", "azimuth_deg", "link",
    "on_air_year", "status", "synthetic",
]  # fmt: skip
_TABLES = ("access_points", "loudspeakers", "road_nodes", "road_edges")
_TEXT = {"ap_id": str, "cluster_id": str, "hamlet_id": str}


def _write(built: Networks, folder: Path) -> None:
    """Writes the tables into a new folder, whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".networks-", dir=folder.parent))
    try:
        for name in _TABLES:
            getattr(built, name).to_csv(draft / f"{name}.csv", index=False, lineterminator="\n")
        (draft / "synthetic.json").write_text(json.dumps(built.synthetic), encoding="utf-8")
        try:
            draft.rename(folder)
        except OSError:  # another process was first, or an unfinished folder is in the way
            if not (folder / "synthetic.json").is_file():
                raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def networks(province: Province) -> Networks:
    """The reference province's networks, built, in its CRS; the same bytes every time on one machine."""
    settings = tomllib.loads((files("phusong.geodata.reference") / "networks.toml").read_text("utf-8"))
    cells = _Cells(province)
    nodes, edges = _roads(province, cells, settings["roads"])
    return Networks(
        access_points=_access_points(province, cells, settings["access_points"], _rng("access points")),
        loudspeakers=_loudspeakers(province, cells, settings["loudspeakers"], _rng("loudspeakers")),
        road_nodes=nodes,
        road_edges=edges,
        synthetic=tuple(SYNTHETIC_LABELS),
    )


def _rng(subject: str) -> np.random.Generator:
    return np.random.default_rng([published.parameters()["seed"], *subject.encode()])


class _Cells:
    """Populated cells, hamlet by hamlet: places, people, and where each hamlet's begin."""

    def __init__(self, province: Province) -> None:
        grid = province.population.grid
        row, col = np.nonzero(province.population.values > 0)
        hamlet = province.hamlet_of_cell.values[row, col].astype(np.int64)
        order = np.argsort(hamlet, kind="stable")
        row, col, self.hamlet = row[order], col[order], hamlet[order]
        self.people: Floats = province.population.values[row, col].astype(np.float64)
        self.xy: Floats = np.column_stack([grid.x_m()[col], grid.y_m()[row]])
        self.start: Indices = np.searchsorted(self.hamlet, np.arange(len(province.hamlets) + 1))
        # houses stand anywhere in their cell; what is built among them stands inside the province
        self.inside = shapely.contains_xy(province.outline, self.xy)

    def of(self, hamlet: int) -> slice:
        return slice(int(self.start[hamlet]), int(self.start[hamlet + 1]))


def _roads(
    province: Province, cells: _Cells, settings: Mapping[str, Any]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Nodes along the province's roads and in every populated block, joined to their relative neighbours.

    A relative neighbourhood graph (no third node is nearer to both ends than they are to each other) looks
    like a net of country roads and joins everything. Edges over the reservoir are left out where another way
    exists.
    """
    places: list[Floats] = []
    pairs: list[tuple[int, int, str]] = []
    count = 0
    for line, kind in zip(province.roads.geometry, province.roads["kind"], strict=True):
        vertices = shapely.get_coordinates(shapely.segmentize(line.simplify(20.0), settings["segment_m"]))
        places.append(vertices)
        pairs += [(count + k, count + k + 1, str(kind)) for k in range(len(vertices) - 1)]
        count += len(vertices)
    places.append(_blocks(cells, settings["block_m"]))
    xy, node_of = np.unique(np.concatenate(places).round(1), axis=0, return_inverse=True)
    main = {
        (min(i, j), max(i, j)): kind
        for i, j, kind in ((int(node_of[a]), int(node_of[b]), kind) for a, b, kind in pairs)
        if i != j
    }
    local = _relative_neighbours(xy)
    lake = province.water.loc[province.water["kind"] == "reservoir"].geometry.union_all()
    lines = shapely.linestrings(xy[local])
    shapely.prepare(lake)
    wet = shapely.intersects(lake, lines)
    length = shapely.length(lines) * settings["winding"]
    tree = minimum_spanning_tree(
        coo_matrix((np.where(wet, 10.0, 1.0) * length, (local[:, 0], local[:, 1])), shape=(len(xy), len(xy)))
    ).tocoo()
    needed = {(int(a), int(b)) for a, b in zip(tree.row, tree.col, strict=True)}
    kept = [
        (int(a), int(b), float(long), "local")
        for (a, b), long, over in zip(local, length, wet, strict=True)
        if (int(a), int(b)) not in main and (not over or (int(a), int(b)) in needed)
    ]
    kept += [(a, b, float(np.hypot(*(xy[a] - xy[b]))), kind) for (a, b), kind in sorted(main.items())]
    edges = pd.DataFrame(kept, columns=["a", "b", "length_m", "kind"])
    edges["length_m"] = edges["length_m"].round(1).clip(lower=0.1)
    nodes = pd.DataFrame({"x_m": xy[:, 0], "y_m": xy[:, 1]})
    return nodes, edges.assign(synthetic=edges["kind"] != "national")


def _blocks(cells: _Cells, block_m: float) -> Floats:
    """The most populous cell of every populated block."""
    block = np.floor(cells.xy / block_m).astype(np.int64)
    order = np.lexsort((-cells.people, block[:, 1], block[:, 0]))
    first = np.any(np.diff(block[order], axis=0, prepend=-(10**9)) != 0, axis=1)
    return np.asarray(cells.xy[order[first]])


def _relative_neighbours(xy: Floats) -> Indices:
    """Pairs of points, first index smaller, to both of which no third is nearer than they to each other."""
    try:
        triangles = Delaunay(xy).simplices
    except (QhullError, ValueError):  # fewer than three places, or all on one line: they are sorted along it
        return np.column_stack([np.arange(len(xy) - 1), np.arange(1, len(xy))]).astype(np.int64)
    pairs = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [0, 2]]])
    pairs = np.unique(np.sort(pairs, axis=1), axis=0).astype(np.int64)
    apart = np.hypot(*(xy[pairs[:, 0]] - xy[pairs[:, 1]]).T)
    tree = cKDTree(xy)
    # the middle's nearest point rules most pairs out before the full test
    nearest, _ = tree.query(xy[pairs].mean(axis=1))
    maybe = nearest >= apart / 2.0 * (1.0 - 1e-9)
    pairs, apart = pairs[maybe], apart[maybe]
    around = tree.query_ball_point(xy[pairs[:, 0]], apart * (1.0 - 1e-9))
    free = [
        not (np.hypot(*(xy[near] - xy[b]).T) < away * (1.0 - 1e-9)).any()
        for near, b, away in zip(around, pairs[:, 1], apart, strict=True)
    ]
    return np.asarray(pairs[free])


def _access_points(
    province: Province, cells: _Cells, settings: Mapping[str, Any], rng: np.random.Generator
) -> pd.DataFrame:
    """Splitter boxes at the thickest houses of each hamlet until its share of people is near one."""
    rows = []
    urban = (province.hamlets["type"] == "khu phố").to_numpy()
    spread = rng.uniform(-1.0, 1.0, len(province.hamlets)) * settings["share_spread"]
    years = rng.integers(settings["first_year"], settings["last_year"] + 1, len(province.hamlets))
    for hamlet, code in enumerate(province.hamlets["hamlet_id"]):
        of = cells.of(hamlet)
        share = settings["share"]["urban" if urban[hamlet] else "rural"] + spread[hamlet]
        places, built = _spread_over(
            cells.xy[of],
            np.where(cells.inside[of], cells.people[of], 0.0),
            settings["reach_m"],
            (min(share, 1.0), min(share + settings["planned_gain"], 1.0)),
        )
        for k, place in enumerate(places):
            planned = k >= built
            year = settings["planned_year"] if planned else min(int(years[hamlet]) + k // 6, 2024)
            rows.append(
                (f"AP-{code}-{k + 1:02d}", code, *place, year, "planned" if planned else "in_service")
            )
    return pd.DataFrame(rows, columns=_ACCESS_POINTS[:-1]).assign(synthetic=True)


def _spread_over(
    xy: Floats, people: Floats, reach_m: float, shares: tuple[float, float]
) -> tuple[Floats, int]:
    """Places chosen one by one for the most people still out of reach, and how many meet the first share.

    There is always at least one.
    """
    near = np.hypot(*(xy[:, None] - xy).transpose(2, 0, 1)) <= reach_m
    left = people.copy()
    total = people.sum()
    chosen: list[int] = []
    built = 0
    while left.max(initial=0.0) > 0.0 and left.sum() > (1.0 - shares[1]) * total:
        if left.sum() > (1.0 - shares[0]) * total or not chosen:
            built = len(chosen) + 1
        best = int(np.argmax(np.where(people > 0.0, near @ left, -1.0)))
        chosen.append(best)
        left[near[best]] = 0.0
    return xy[chosen], built


def _loudspeakers(
    province: Province, cells: _Cells, settings: Mapping[str, Any], rng: np.random.Generator
) -> pd.DataFrame:
    """A cluster at the thickest houses of every hamlet, and a planned second one in the largest hamlets."""
    count = len(province.hamlets)
    people = np.array([cells.people[cells.of(hamlet)].sum() for hamlet in range(count)])
    largest = np.argsort(-people, kind="stable")[: round(settings["planned_share"] * count)]
    second = np.isin(np.arange(count), largest)
    rows = []
    for hamlet, code in enumerate(province.hamlets["hamlet_id"]):
        of = cells.of(hamlet)
        xy, weight = cells.xy[of], np.where(cells.inside[of], cells.people[of], 0.0)
        near = np.hypot(*(xy[:, None] - xy).transpose(2, 0, 1)) <= settings["apart_m"]
        first = int(np.argmax(np.where(weight > 0.0, near @ weight, -1.0)))
        rest = np.where(near[first], 0.0, weight)
        places = [first]
        if second[hamlet] and rest.sum() > 0.0:
            places.append(int(np.argmax(np.where(rest > 0.0, near @ rest, -1.0))))
        for k, place in enumerate(places):
            year = int(rng.integers(settings["first_year"], settings["last_year"] + 1))
            rows.append(
                (
                    f"LOA-{code}-{k + 1}",
                    code,
                    *xy[place],
                    settings["height_m"],
                    int(rng.choice(settings["horns"], p=settings["horns_share"])),
                    float(rng.choice(settings["power_w"])),
                    float(rng.integers(0, 360)),
                    "4G" if rng.uniform() < settings["share_4g"] else "fibre",
                    settings["planned_year"] if k else year,
                    "planned" if k else "on_air",
                )
            )
    return pd.DataFrame(rows, columns=_LOUDSPEAKERS[:-1]).assign(synthetic=True)
