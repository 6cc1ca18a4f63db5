"""From carriers to layers: what belongs together, and in what order it is put together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np

from phusong.coverage.coverage_map import Layer
from phusong.coverage.ground import Rows
from phusong.coverage.kernels import fold as folding
from phusong.coverage.kernels.gather import NEVER_DBM, Received
from phusong.coverage.link_budget import interference_shares, noise_dbm
from phusong.coverage.options import Options
from phusong.coverage.site import Carrier, Sector


def carriers_of(sectors: Sequence[Sector]) -> list[tuple[str, Carrier]]:
    """Every operator's carriers, by operator, technology and frequency."""
    return sorted(
        {(sector.operator, sector.carrier) for sector in sectors},
        key=lambda item: (
            item[0],
            item[1].technology,
            item[1].frequency_mhz,
            item[1].bandwidth_mhz,
            item[1].band,
        ),
    )


def key_of(operator: str, technology: str) -> str:
    """The key of an operator's layer, as in "viettel-4g"."""
    return f"{operator}-{technology}".lower().replace(" ", "-")


def turns_of(carriers: Sequence[tuple[str, Carrier]], most: float) -> list[list[tuple[str, Carrier]]]:
    """Carriers in groups of at most `most`, an operator's technology never divided."""
    turns: list[list[tuple[str, Carrier]]] = []
    for _, group in groupby(carriers, key=lambda item: (item[0], item[1].technology)):
        together = list(group)
        if turns and len(turns[-1]) + len(together) <= most:
            turns[-1] += together
        else:
            turns.append(together)
    return turns


def nobody(shape: tuple[int, int, int], rows: Rows | None = None) -> Received:
    """What cells receive before the first mast is added; shape (carriers, rows, cols).

    With `rows` only those may be used: the others are never written, and take no memory.
    """
    received = Received(
        best_dbm=np.zeros(shape, np.float32),
        second_dbm=np.zeros(shape, np.float32),
        total_mw=np.zeros(shape, np.float32),
        best_server=np.zeros(shape, np.int32),
        servers=np.zeros(shape, np.uint16),
    )
    first, last = rows or (0, shape[1])
    received.best_dbm[:, first:last] = NEVER_DBM
    received.second_dbm[:, first:last] = NEVER_DBM
    received.best_server[:, first:last] = -1
    return received


def rows_of(received: Received, rows: Rows) -> Received:
    """What the cells of some rows receive, as arrays of their own."""
    part = slice(*rows)
    return Received(
        best_dbm=np.ascontiguousarray(received.best_dbm[:, part]),
        second_dbm=np.ascontiguousarray(received.second_dbm[:, part]),
        total_mw=np.ascontiguousarray(received.total_mw[:, part]),
        best_server=np.ascontiguousarray(received.best_server[:, part]),
        servers=np.ascontiguousarray(received.servers[:, part]),
    )


def layers_of(
    received: Received,
    carriers: Sequence[tuple[str, Carrier]],
    options: Options,
    everyone: dict[str, folding.Signal],
) -> Iterator[Layer]:
    """Every operator's layers; each is added to its technology's in `everyone`."""
    return joined(signals_of(received, carriers, options), options, everyone)


def signals_of(
    received: Received, carriers: Sequence[tuple[str, Carrier]], options: Options
) -> list[tuple[str, str, folding.Signal]]:
    """Operator, technology and the signal over its carriers, of each that has any."""
    signals = []
    for operator, technology in sorted({(operator, carrier.technology) for operator, carrier in carriers}):
        signal = folding.nothing(received.best_dbm.shape[1:])
        for k, (who, carrier) in enumerate(carriers):
            if (who, carrier.technology) == (operator, technology):
                others, own = interference_shares(carrier, options)
                noise_mw = 10.0 ** (noise_dbm(carrier, options) / 10.0)
                folding.fold_carrier(signal, received, k, noise_mw, others, own)
        signals.append((operator, technology, signal))
    return signals


def joined(
    signals: list[tuple[str, str, folding.Signal]], options: Options, everyone: dict[str, folding.Signal]
) -> Iterator[Layer]:
    """The signals as layers, each added to its technology's in `everyone`; the list is used up."""
    while signals:
        operator, technology, signal = signals.pop(0)
        if technology not in everyone:
            everyone[technology] = folding.nothing(signal.rsrp_dbm.shape)
        folding.fold_layer(everyone[technology], signal)
        yield layer_of(operator, technology, signal, options)
        del signal  # whoever wants the layer has it; the next one needs the room


def layers_of_all(everyone: Mapping[str, folding.Signal], options: Options) -> Iterator[Layer]:
    """The layers over all operators: what a phone gets that may use any network."""
    for technology, signal in sorted(everyone.items()):
        yield layer_of("any", technology, signal, options)


def layer_of(operator: str, technology: str, signal: folding.Signal, options: Options) -> Layer:
    """An operator's arrays as a layer with its name and threshold."""
    return Layer(
        key=key_of(operator, technology),
        operator=operator,
        technology=technology,
        threshold_dbm=options.threshold_dbm[technology],
        rsrp_dbm=signal.rsrp_dbm,
        best_server=signal.best_server,
        second_dbm=signal.second_dbm,
        servers=signal.servers,
        sinr_db=signal.sinr_db,
    )


def of_points(layer: Layer) -> Layer:
    """A layer of one row as a layer of points."""
    names = ("rsrp_dbm", "best_server", "second_dbm", "servers", "sinr_db")
    return replace(layer, **{name: getattr(layer, name)[0] for name in names})
