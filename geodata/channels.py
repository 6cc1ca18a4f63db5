"""Channel numbers of radio lists (EARFCN, NR-ARFCN, UARFCN) as downlink frequencies."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from phusong.geodata.problems import Problem, blank, shown

# 3GPP TS 36.101 (release 17) table 5.7.3-1, the bands in use or awarded in Vietnam:
# downlink MHz of the band's lower edge, its first EARFCN (N_Offs-DL) and its last
_LTE = (
    (2110.0, 0, 599),  # B1
    (1805.0, 1200, 1949),  # B3
    (869.0, 2400, 2649),  # B5
    (2620.0, 2750, 3449),  # B7
    (925.0, 3450, 3799),  # B8
    (758.0, 9210, 9659),  # B28
    (2570.0, 37750, 38249),  # B38
    (2300.0, 38650, 39649),  # B40
    (2496.0, 39650, 41589),  # B41
)
# 3GPP TS 25.101 (release 17) table 5.1: offset MHz, first and last downlink UARFCN
_UMTS = (
    (0.0, 10562, 10838),  # band I
    (340.0, 2937, 3088),  # band VIII
    (0.0, 4357, 4458),  # band V
)


def downlink_mhz(technology: str, channel: int) -> float | None:
    """Downlink centre frequency in MHz of a channel number; None where no band of Vietnam has it.

    `technology` is 3G (UARFCN, TS 25.101 §5.4.3), 4G (EARFCN, TS 36.101 §5.7.3) or 5G (NR-ARFCN up to
    24.25 GHz, TS 38.104 §5.4.2.1).
    """
    if technology == "4G":
        for low_mhz, first, last in _LTE:
            if first <= channel <= last:
                return round(low_mhz + 0.1 * (channel - first), 3)
    elif technology == "3G":
        for offset_mhz, first, last in _UMTS:
            if first <= channel <= last:
                return round(offset_mhz + channel / 5, 3)
    elif technology == "5G":
        if 0 <= channel < 600_000:
            return round(0.005 * channel, 3)
        if channel <= 2_016_666:
            return round(3000.0 + 0.015 * (channel - 600_000), 3)
    return None


def with_frequencies(sectors: pd.DataFrame, tell: Callable[..., Problem]) -> list[Problem]:
    """Fill `frequency_mhz` from `channel` in place where it is blank; a warning for each unknown number."""
    found = []
    for row, line in sectors.iterrows():
        channel, technology = line["channel"], line["technology"]
        if blank(channel) or blank(technology) or not blank(line["frequency_mhz"]):
            continue
        frequency_mhz = downlink_mhz(str(technology), int(channel))
        if frequency_mhz is None:
            found.append(
                tell("warning", "unknown-channel", row, "channel", shown(channel),
                     f"không phải số kênh {technology} của băng nào ở Việt Nam",
                     "is no channel number of a band in Vietnam",
                     "kiểm tra EARFCN/ARFCN hoặc điền tần số", "check it or fill in the frequency")
            )  # fmt: skip
        sectors.loc[row, "frequency_mhz"] = frequency_mhz
    return found
