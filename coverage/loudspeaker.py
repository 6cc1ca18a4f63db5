"""Public loudspeakers: how far they are understood, by whom, and how many clusters a hamlet still needs.

A cluster is one pole with a few horns; its sound reaches people by ISO 9613-2 and is understood where the
speech transmission index against the ambient noise reaches a threshold (0.50, as asked of voice alarms).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from phusong.coverage import iso9613, speech
from phusong.coverage.service import People
from phusong.geodata.raster import Raster


@dataclass(frozen=True, slots=True)
class Cluster:
    """Horns on one pole, facing evenly round the compass from `azimuth_deg`.

    `power_w` is the electrical power into each horn, `height_m` is above ground, `sensitivity_db` is the
    level at 1 m on the axis for 1 W, `beam_deg` the full angle between its -6 dB directions.
    """

    cluster_id: str
    x_m: float
    y_m: float
    height_m: float
    horns: int
    power_w: float
    azimuth_deg: float = 0.0
    sensitivity_db: float = 106.0
    beam_deg: float = 90.0
    rear_db: float = 20.0  # the most that a horn is quieter off its axis

    def __post_init__(self) -> None:
        if not self.power_w > 0.0:
            raise ValueError(f"loudspeaker {self.cluster_id} has no power: power_w = {self.power_w:g}")
        if self.horns < 1:
            raise ValueError(f"loudspeaker {self.cluster_id} has no horn: horns = {self.horns}")
        if not self.height_m >= 0.0:
            raise ValueError(f"loudspeaker {self.cluster_id}: height_m must not be negative")


@dataclass(frozen=True, slots=True)
class Air:
    """What the sound travels through and is heard against.

    - `temperature_c`, `humidity_percent`: of the hour of broadcasting
    - `noise_dba`: ambient noise where people stand, `noise_slope_db`: its change from octave to octave
    - `facade_db`: what the walls of a house with open windows take away; `noise_indoor_dba` is heard inside
    - `ground_factor`: 0 hard to 1 porous; `listener_height_m` above ground
    - `least_index`: speech transmission index from which speech is understood
    """

    temperature_c: float = 25.0
    humidity_percent: float = 80.0
    noise_dba: float = 50.0
    noise_indoor_dba: float = 45.0
    noise_slope_db: float = -3.0
    facade_db: float = 15.0
    ground_factor: float = 0.8
    listener_height_m: float = 1.5
    least_index: float = 0.5

    def __post_init__(self) -> None:
        if not 0.0 < self.least_index <= 1.0:
            raise ValueError(f"least_index must lie above 0 and at most 1, not {self.least_index}")


def source_level_db(cluster: Cluster, bearing_deg: NDArray[np.float64]) -> NDArray[np.float64]:
    """L_W + D_c of a cluster in each direction, dB(A): what A_div of ISO 9613-2 is subtracted from.

    A horn is 6 dB quieter at half its beam angle, quadratically in between, and at most `rear_db` quieter;
    the horns of a pole add up as powers.
    """
    on_axis = cluster.sensitivity_db + 10.0 * np.log10(cluster.power_w) + 11.0  # A_div(1 m) = 11 dB
    step = 360.0 / cluster.horns
    axes = cluster.azimuth_deg + step * np.arange(cluster.horns)
    off = np.abs((bearing_deg[..., None] - axes + 180.0) % 360.0 - 180.0)
    quieter = np.minimum(6.0 * (off / (cluster.beam_deg / 2.0)) ** 2, cluster.rear_db)
    return np.asarray(on_axis + 10.0 * np.log10(np.sum(10.0 ** (-quieter / 10.0), axis=-1)))


def speech_levels_db(
    source_db: NDArray[np.float64],
    distance_m: NDArray[np.float64],
    foliage_m: NDArray[np.float64],
    height_m: float,
    air: Air,
) -> NDArray[np.float64]:
    """Octave-band levels of speech at the listeners, dB, shape (listeners, 8), ISO 9613-2 (3) and (4)."""
    slant_m = np.hypot(distance_m, height_m - air.listener_height_m)
    absorbed = iso9613.air_absorption_db_per_km(air.temperature_c, air.humidity_percent)
    return np.asarray(
        source_db[:, None]
        + speech.VOICE_DB
        - iso9613.divergence_db(slant_m)[:, None]
        - slant_m[:, None] / 1000.0 * absorbed
        - iso9613.ground_db(distance_m, height_m, air.listener_height_m, air.ground_factor)
        - iso9613.foliage_db(foliage_m)
    )


def index_at(
    cluster: Cluster,
    dx_m: NDArray[np.float64],
    dy_m: NDArray[np.float64],
    foliage_m: NDArray[np.float64],
    air: Air,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Speech transmission index outdoors and in houses with open windows at offsets from the cluster."""
    bearing = np.degrees(np.arctan2(dx_m, dy_m))
    source = source_level_db(cluster, bearing)
    speech_db = speech_levels_db(source, np.hypot(dx_m, dy_m), foliage_m, cluster.height_m, air)
    outdoors = speech.noise_bands_db(air.noise_dba, air.noise_slope_db)
    indoors = speech.noise_bands_db(air.noise_indoor_dba, air.noise_slope_db)
    return (
        speech.transmission_index(speech_db, outdoors),
        speech.transmission_index(speech_db - air.facade_db, indoors),
    )


def open_reach_m(cluster: Cluster, air: Air, *, quietest: bool = False, limit_m: float = 3000.0) -> float:
    """Distance in metres up to which a cluster is understood with no trees between, to the nearest 5 m below.

    In its loudest direction, or with `quietest` in the one midway between two horns: up to there it is
    understood all around.
    """
    distance = np.arange(5.0, limit_m, 5.0)
    angle = np.radians(cluster.azimuth_deg + (180.0 / cluster.horns if quietest else 0.0))
    outdoors, _ = index_at(
        cluster, distance * np.sin(angle), distance * np.cos(angle), np.zeros(distance.size), air
    )
    understood = outdoors >= air.least_index
    return float(distance[understood][-1]) if understood.any() else 0.0


def foliage_between_m(
    cluster: Cluster,
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    trees: Raster | None,
    listener_height_m: float,
    samples: int = 12,
) -> NDArray[np.float64]:
    """Metres of each straight path to (x, y) below the tree tops; `trees` holds canopy heights in m.

    Trees stand where canopy is higher than the line of sight over flat ground; none are assumed outside the
    raster. ISO 9613-2's arc of 5 km radius rises less than 10 m over these distances and is left out.
    """
    if trees is None:
        return np.zeros(x_m.size)
    along = (np.arange(samples) + 0.5) / samples
    px = cluster.x_m + (x_m[:, None] - cluster.x_m) * along
    py = cluster.y_m + (y_m[:, None] - cluster.y_m) * along
    row, col = trees.grid.row_col(px, py)
    inside = trees.grid.contains(row, col)
    rows, cols = trees.grid.shape
    canopy = trees.values[np.clip(row, 0, rows - 1), np.clip(col, 0, cols - 1)]
    line = cluster.height_m + (listener_height_m - cluster.height_m) * along
    share = np.mean(inside & (canopy > line), axis=1)
    return np.asarray(np.hypot(x_m - cluster.x_m, y_m - cluster.y_m) * share)


@dataclass(frozen=True, slots=True)
class Heard:
    """Which points of `people` understand at least one cluster, and how many people each cluster reaches."""

    outdoors: NDArray[np.bool_]
    indoors: NDArray[np.bool_]
    people_of_cluster: NDArray[np.float64]  # outdoors, of each cluster by itself


def who_hears(
    clusters: Sequence[Cluster], people: People, airs: Sequence[Air], trees: Raster | None
) -> Heard:
    """Who understands which of `clusters`; `airs` has the air of each cluster."""
    if len(clusters) != len(airs):
        raise ValueError("airs must have one entry a cluster")
    tree = cKDTree(np.column_stack([people.x_m, people.y_m]))
    outdoors = np.zeros(people.x_m.size, bool)
    indoors = np.zeros(people.x_m.size, bool)
    reached = np.zeros(len(clusters))
    reach_of: dict[tuple[object, ...], float] = {}
    for index, (cluster, air) in enumerate(zip(clusters, airs, strict=True)):
        kind = (
            cluster.height_m, cluster.horns, cluster.power_w, cluster.sensitivity_db, cluster.beam_deg, air,
        )  # fmt: skip
        if kind not in reach_of:
            reach_of[kind] = open_reach_m(cluster, air)
        near = np.array(sorted(tree.query_ball_point((cluster.x_m, cluster.y_m), reach_of[kind])), np.int64)
        if near.size == 0:
            continue
        x, y = people.x_m[near], people.y_m[near]
        foliage = foliage_between_m(cluster, x, y, trees, air.listener_height_m)
        out, inside = index_at(cluster, x - cluster.x_m, y - cluster.y_m, foliage, air)
        hears = out >= air.least_index
        outdoors[near] |= hears
        indoors[near] |= inside >= air.least_index
        reached[index] = people.people[near][hears].sum()
    return Heard(outdoors, indoors, reached)


def clusters_needed(
    people: People,
    heard: NDArray[np.bool_],
    hamlets: int,
    model: Cluster,
    airs: Sequence[Air],
    *,
    share: float,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many more clusters like `model` each hamlet needs until `share` of its people hear, and where.

    Greedy: the populated cell that reaches most of those who do not hear, again and again; `airs` has the
    air of each hamlet. A new cluster is counted up to the reach of its quietest direction, trees not counted.
    The second array holds the rows of `people` where the new clusters stand, hamlet by hamlet.
    """
    needed = np.zeros(hamlets, np.int64)
    places: list[int] = []
    order = np.argsort(people.hamlet, kind="stable")
    bounds = np.searchsorted(people.hamlet[order], np.arange(hamlets + 1))
    reach_of: dict[Air, float] = {}
    for hamlet in range(hamlets):
        rows = order[bounds[hamlet] : bounds[hamlet + 1]]
        weight = np.where(heard[rows], 0.0, people.people[rows])
        allowed = (1.0 - share) * people.people[rows].sum()
        if weight.sum() <= allowed * (1.0 + 1e-9):
            continue
        air = airs[hamlet]
        if air not in reach_of:
            reach_of[air] = open_reach_m(model, air, quietest=True)
        chosen = _greedy(people.x_m[rows], people.y_m[rows], weight, reach_of[air], allowed)
        needed[hamlet] = len(chosen)
        places.extend(int(rows[i]) for i in chosen)
    return needed, np.array(places, dtype=np.int64)


def _greedy(
    x_m: NDArray[np.float64],
    y_m: NDArray[np.float64],
    weight: NDArray[np.float64],
    reach_m: float,
    allowed: float,
) -> list[int]:
    """Points chosen until the weight not within `reach_m` of one is at most `allowed`."""
    near = np.hypot(x_m[:, None] - x_m, y_m[:, None] - y_m) <= reach_m
    near |= np.eye(x_m.size, dtype=bool)  # a cluster serves at least the cell it stands in
    left = weight.copy()
    chosen: list[int] = []
    while left.sum() > allowed * (1.0 + 1e-9) and left.max() > 0.0:
        best = int(np.argmax(near @ left))
        chosen.append(best)
        left[near[best]] = 0.0
    return chosen


def link_works(rsrp_dbm: float, threshold_dbm: float, fibre_m: float, drop_m: float, link: str) -> bool:
    """Whether a cluster's own connection works: 4G where the level suffices, fibre within a drop's length."""
    if link == "4G":
        return rsrp_dbm >= threshold_dbm
    if link == "fibre":
        return fibre_m <= drop_m
    raise ValueError(f"link must be 4G or fibre, not {link!r}")
