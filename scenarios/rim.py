"""What a run says of coverage that ends at the radius: circles on the map have their reason beside them."""

from __future__ import annotations

from dataclasses import replace

from phusong.coverage.rim import rim_of
from phusong.scenarios.inputs import options_of
from phusong.scenarios.result import RunResult
from phusong.scenarios.scenario import Scenario


def with_rim(scenario: Scenario, result: RunResult) -> RunResult:
    """The result with section `radius` in its summary, and a warning where coverage ends at the radius."""
    options = options_of(scenario)
    rims = [rim_of(result.coverage, layer, options) for layer in result.coverage.layers.values()]
    rows = [
        {
            "layer": rim.layer,
            "radius_km": rim.radius_km,
            "served_at_radius_km2": round(rim.area_km2, 3),
            "served_at_radius_share": round(rim.area_km2 / rim.served_km2, 6) if rim.served_km2 else 0.0,
            "sectors_at_radius": rim.sectors,
        }
        for rim in rims
    ]
    warnings = list(result.summary.get("warnings", ()))
    own = [rim for rim in rims if rim.area_km2 > 0 and not rim.layer.startswith("any-")]
    if own:
        most = max(own, key=lambda rim: rim.area_km2)
        vi, en = (_number(most.area_km2, lang) for lang in ("vi", "en"))
        warnings.append(
            f"{most.layer}: {vi} km² còn đủ sóng ở đúng bán kính tính {most.radius_km:g} km của trạm phục vụ; "
            "sóng có thể vươn xa hơn, muốn biết hãy tăng radio.radius_km · "
            f"{en} km² are still served at the very radius of {most.radius_km:g} km that sectors are followed "
            "to; signal may reach further: raise radio.radius_km to know"
        )
    return replace(result, summary={**result.summary, "radius": rows, "warnings": warnings})


def _number(value: float, lang: str) -> str:
    text = f"{value:.1f}"
    return text.replace(".", ",") if lang == "vi" else text
