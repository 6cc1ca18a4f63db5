"""What is assumed in a prediction, as one frozen value: receiver, load, thresholds, how far sectors reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from phusong.coverage.calibration.correction import Correction
from phusong.coverage.model_options import Given, Value, check_area

TECHNOLOGIES = ("3G", "4G", "5G")

# RSRP (3G: RSCP of the pilot) from which a phone outdoors is served at the cell edge
_THRESHOLD_DBM = {"3G": -103.0, "4G": -110.0, "5G": -110.0}
_RADIUS_KM = {"3G": 20.0, "4G": 20.0, "5G": 8.0}


@dataclass(frozen=True, slots=True)
class Options:
    """Assumptions of a prediction; every field carries its unit and a default that is printed with maps.

    - `receiver_height_m` above ground, `receiver_gain_dbi`, `body_loss_db` (hand and head), `noise_figure_db`
      (TS 36.942 §4.2: 9 dB): the phone
    - `load`: share of the time other sectors of the same carrier send, 0 to 1, for SINR
    - `threshold_dbm`, `radius_km`: by technology
    - `ssb_gain_db`: what beam sweeping adds to the antenna's gain for 5G's synchronisation signals
    - `location_percent` of places around a point get this level or more (P.1812-8 §4.7): 50 is the median
    - `earth_radius_factor`: k, effective over true earth radius at the median (P.1812-8 (6)); a model's option
      of the same name goes before it
    - `clear_air`: P.1812's troposcatter and ducting along radials (§4.4-4.6); without them, for yes-or-no
      questions, the loss is diffraction's, at most higher: docs/method/clear_air.md has by how much
    - `model_options`: what the model is told beside its defaults (model_options.OPTIONS)
    - `extras`: losses on top of the model's, the same everywhere: "clutter", "building", "vegetation"
      (model_options.AREA_EXTRAS); levels are then those behind trees, in a house, in a street
    - `terminal_clearance_m`: profile samples nearer to either end than this carry no clutter. P.1812-8 §3.2
      leaves the two end points bare; a fixed length makes the answer independent of the profile's step.
    - `calibration`: what measurements add to this model's loss; None: the model as published
    """

    model: str = "delta-bullington"
    receiver_height_m: float = 1.5
    receiver_gain_dbi: float = 0.0
    body_loss_db: float = 3.0
    noise_figure_db: float = 9.0
    load: float = 0.5
    ssb_gain_db: float = 0.0
    location_percent: float = 50.0
    earth_radius_factor: float = 4.0 / 3.0
    clear_air: bool = True
    terminal_clearance_m: float = 50.0
    model_options: Mapping[str, Value] = field(default_factory=dict)
    extras: Mapping[str, Given] = field(default_factory=dict)
    threshold_dbm: Mapping[str, float] = field(default_factory=lambda: dict(_THRESHOLD_DBM))
    radius_km: Mapping[str, float] = field(default_factory=lambda: dict(_RADIUS_KM))
    calibration: Correction | None = None

    def __post_init__(self) -> None:
        if not 0.5 <= self.receiver_height_m <= 3000.0:
            raise ValueError(f"receiver_height_m must lie between 0.5 and 3000, not {self.receiver_height_m}")
        if not 0.0 <= self.load <= 1.0:
            raise ValueError(f"load is a share between 0 and 1, not {self.load}")
        if not 1.0 <= self.location_percent <= 99.0:
            raise ValueError(f"location_percent must lie between 1 and 99, not {self.location_percent}")
        if not 0.5 <= self.earth_radius_factor <= 10.0:
            raise ValueError(
                f"earth_radius_factor must lie between 0.5 and 10, not {self.earth_radius_factor}"
            )
        if not 0.0 <= self.terminal_clearance_m <= 500.0:
            raise ValueError(
                f"terminal_clearance_m must lie between 0 and 500, not {self.terminal_clearance_m}"
            )
        check_area(self.model, self.model_options, self.extras)
        self._check_calibration()
        for name in ("threshold_dbm", "radius_km"):
            values: Mapping[str, float] = getattr(self, name)
            missing = [technology for technology in TECHNOLOGIES if technology not in values]
            if missing:
                raise ValueError(f"{name} lacks {missing[0]}")
        if any(not 0.1 <= radius <= 100.0 for radius in self.radius_km.values()):
            raise ValueError("radius_km must lie between 0.1 and 100")

    def _check_calibration(self) -> None:
        given = self.calibration
        if given is None:
            return
        if given.model != self.model:
            raise ValueError(
                f"the calibration is of {given.model}, the model is {self.model}: take one of them"
            )
        twice = [f"K{k}" for k in range(1, 8) if given.coefficients and f"K{k}" in self.model_options]
        if twice:
            raise ValueError(f"{twice[0]} stands in the calibration and in model_options: give it once")
