"""National roaming: subscribers of a group of operators use whichever of their networks is best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from phusong.coverage.coverage_map import CoverageMap, Layer
from phusong.coverage.kernels.fold import Signal, fold_layer, nothing
from phusong.coverage.layers import key_of


def with_roaming(coverage: CoverageMap, groups: Sequence[Sequence[str]]) -> CoverageMap:
    """The same prediction as the operators' subscribers meet it who roam in each other's networks.

    In every technology that anyone of a group sends, each member gets a layer of the group's best servers,
    also one whose own network is off. Layers "any-…" and operators of no group stay as they are.
    """
    if not groups:
        return coverage
    layers = dict(coverage.layers)
    for group in groups:
        for technology in sorted({layer.technology for layer in coverage.layers.values()}):
            own = [
                layer
                for layer in coverage.layers.values()
                if layer.operator in group and layer.technology == technology
            ]
            if own:
                shared = _together(own)
                for operator in group:
                    key = key_of(operator, technology)
                    layers[key] = replace(shared, key=key, operator=operator)
    return replace(coverage, layers={key: layers[key] for key in sorted(layers, key=_any_last)})


def _together(own: Sequence[Layer]) -> Layer:
    signal = nothing(own[0].rsrp_dbm.shape)
    for layer in own:
        fold_layer(
            signal, Signal(layer.rsrp_dbm, layer.best_server, layer.second_dbm, layer.servers, layer.sinr_db)
        )
    return replace(own[0], **signal._asdict())


def _any_last(key: str) -> tuple[bool, str]:
    return key.startswith("any-"), key
