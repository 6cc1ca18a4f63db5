"""What of a run's input is made up, in words: one list for every output of the run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from phusong.geodata.reference import SYNTHETIC_LABELS as PROVINCE
from phusong.geodata.reference.networks import SYNTHETIC_LABELS as NETWORKS
from phusong.scenarios.growth import GROWN, GROWN_LABEL
from phusong.scenarios.result import RunResult

LABELS: Mapping[str, tuple[str, str]] = {**PROVINCE, **NETWORKS, GROWN: GROWN_LABEL}


def synthetic_labels(results: Iterable[RunResult]) -> list[tuple[str, str]]:
    """(Vietnamese, English) of everything made up in any of the runs, as summary.json lists it."""
    keys = dict.fromkeys(key for result in results for key in result.summary["synthetic_inputs"])
    return [LABELS.get(key, (key, key)) for key in keys]


def synthetic_of(result: RunResult, lang: str) -> str:
    """The same of one run as one line in `lang` ("vi" or "en"); empty where nothing is made up."""
    labels = [label[0 if lang == "vi" else 1] for label in synthetic_labels([result])]
    return ", ".join(labels[:1] + [label[0].lower() + label[1:] for label in labels[1:]])
