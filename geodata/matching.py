"""Names that mean the same: column headers, hamlets, administrative units of both times, with suggestions."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from phusong.geodata.schema import Table
from phusong.geodata.vietnamese import fold, nfc

_TYPES = {  # folded words people put before a name → what they are
    "province": ("tinh", "thanh pho truc thuoc trung uong"),
    "district": ("huyen", "thi xa", "thanh pho", "quan", "tx", "tp", "h"),
    "commune": ("xa", "phuong", "thi tran", "tt", "p", "x"),
    "hamlet": (
        "thon",
        "ap",
        "khu pho",
        "kp",
        "khu",
        "to dan pho",
        "tdp",
        "soc",
        "buon",
        "bon",
        "lang",
        "khom",
    ),
}
_UNIT_WORDS = tuple(
    sorted((*_TYPES["province"], *_TYPES["district"], *_TYPES["commune"]), key=len, reverse=True)
)
_HAMLET_WORDS = tuple(sorted(_TYPES["hamlet"], key=len, reverse=True))
_KIND_OF_HAMLET = {"thon": "thon", "ap": "ap", "khu pho": "kp", "kp": "kp", "khu": "kp"}


@dataclass(frozen=True, slots=True)
class ColumnMatch:
    """A source column found for a field: exact (a known name) or a guess to be confirmed."""

    key: str
    header: str
    exact: bool


@dataclass(frozen=True, slots=True)
class Unit:
    """An administrative unit in its time: valid from and until (ISO dates, empty where open)."""

    code: str
    name: str
    level: str  # province | district | commune | unit_2025
    parent: str = ""  # name of the district of a commune of before July 2025
    valid_from: str = ""
    valid_to: str = ""
    successors: tuple[str, ...] = ()  # codes of the units that took it over
    other_names: tuple[str, ...] = ()  # renamed later

    def label(self) -> str:
        return f"{self.name} ({self.parent})" if self.parent else self.name


@dataclass(frozen=True, slots=True)
class Match:
    """What a name stands for: one unit or hamlet key, how sure, and what else it may be."""

    code: str | None
    how: str  # code | exact | accents | spelling | ambiguous | none
    suggestions: tuple[str, ...] = ()


def plain(text: object) -> str:
    """Accents-blind key: folded, punctuation and notes in brackets gone, single blanks."""
    return _plain(str(text))


@lru_cache(maxsize=200_000)
def _plain(text: str) -> str:
    return fold(re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", nfc(text.replace("\u00ad", ""))))


@lru_cache(maxsize=100_000)
def _stripped(text: str, words: tuple[str, ...]) -> tuple[str, str]:
    """(type word or "", the rest with numbers unpadded) of a folded name."""
    kind = ""
    for word in words:
        if text == word or text.startswith(word + " "):
            kind, text = word, text[len(word) :].strip()
            break
        if re.match(rf"{word}\d", text):
            kind, text = word, text[len(word) :]
            break
    return kind, re.sub(r"\b0+(?=\d)", "", text) or kind


def name_key(text: object) -> str:
    """Key of a unit's name: no type word, no accents, no zero before a number, i and y alike.

    "Xã Đắk Ơ", "xa dak o" and "ĐAK Ơ" share one key; "Thị xã Phước Long" and "Phước Long" too.
    """
    return _stripped(plain(text), _UNIT_WORDS)[1]


def hamlet_key(text: object) -> str:
    """Key of a hamlet's name inside its commune: "Ấp 1", "ấp 01" and "Thôn 1" share one."""
    return _stripped(plain(text), _HAMLET_WORDS)[1]


def hamlet_kind(text: object) -> str:
    """ "thon", "ap", "kp" or "" as the name itself says."""
    word = _stripped(plain(text), _HAMLET_WORDS)[0]
    return _KIND_OF_HAMLET.get(word, word)


def match_headers(headers: Sequence[str], table: Table, *, guess: bool = True) -> tuple[ColumnMatch, ...]:
    """The source column of each field of `table`, exact names first, then close spellings as guesses.

    No column is taken twice. A header in brackets, a unit or a line number after it does not matter.
    """
    names: dict[str, list[str]] = {field.key: [plain(name) for name in field.names] for field in table.fields}
    raw: dict[str, str] = {}
    for field in table.fields:
        for name in field.names:
            raw.setdefault(_loose(name), field.key)
    free = {header: plain(header) for header in headers if plain(header)}
    found: dict[str, ColumnMatch] = {}
    for header in list(free):  # the whole header, unit in brackets and all
        key = raw.get(_loose(header))
        if key and key not in found:
            found[key] = ColumnMatch(key, header, True)
            del free[header]
    for field in table.fields:
        if field.key not in found:
            for name in names[field.key]:
                same = [header for header, folded in free.items() if folded == name]
                if same:
                    found[field.key] = ColumnMatch(field.key, same[0], True)
                    del free[same[0]]
                    break
    for field in table.fields:
        if field.key in found or not free or not guess:
            continue
        scored = [
            (_likeness(folded, name), header) for header, folded in free.items() for name in names[field.key]
        ]
        score, header = max(scored)
        if score >= 0.8:
            found[field.key] = ColumnMatch(field.key, header, False)
            del free[header]
    return tuple(found[field.key] for field in table.fields if field.key in found)


def _loose(text: str) -> str:
    return fold(nfc(text))


def _likeness(one: str, other: str) -> float:
    """0 to 1: spelling, or the share of a long name's words that the header contains."""
    ratio = difflib.SequenceMatcher(None, one, other).ratio()
    words = set(other.split())
    if len(words) >= 2 and words <= set(one.split()):
        ratio = max(ratio, 0.85)
    return ratio


class UnitIndex:
    """Administrative units of both times, found by code or by name as people write it."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self.units: tuple[Unit, ...] = tuple(units)
        self._by_code: dict[tuple[str, str], Unit] = {(unit.level, unit.code): unit for unit in self.units}
        self._by_key: defaultdict[str, list[tuple[str, Unit]]] = defaultdict(list)
        for unit in self.units:
            for name in dict.fromkeys((unit.name, *unit.other_names)):
                self._by_key[name_key(name)].append((name, unit))

    def get(self, code: str, *, level: str) -> Unit | None:
        return self._by_code.get((level, code))

    def successors(self, code: str) -> tuple[str, ...]:
        """Codes of the units of 2025 that took over the commune of before July 2025."""
        unit = self._by_code.get(("commune", code))
        return unit.successors if unit else ()

    def predecessors(self, code: str) -> tuple[str, ...]:
        """Codes of the communes of before July 2025 that went into the unit of 2025."""
        return tuple(u.code for u in self.units if u.level == "commune" and code in u.successors)

    def match(
        self, name: object, *, levels: Sequence[str] = ("commune", "unit_2025"), within: object = None
    ) -> Match:
        """The unit of one of `levels` that `name` stands for; `within` is its (old) district's name.

        Exact spelling wins over the same letters without accents, and that over a close spelling; a name
        that several units share is ambiguous unless `within` tells them apart.
        """
        key = name_key(name)
        if not key:
            return Match(None, "none")
        wanted = nfc(str(name)).strip().casefold()
        hits = self._within([hit for hit in self._by_key.get(key, ()) if hit[1].level in levels], within)
        exact = [hit for hit in hits if hit[0].casefold() == wanted]
        for how, group in (("exact", exact), ("accents", hits)):
            codes = {unit.code for _, unit in group}
            if len(codes) == 1:
                return Match(group[0][1].code, how)
            if group:
                return Match(None, "ambiguous", tuple(dict.fromkeys(unit.label() for _, unit in group)))
        return self._close(key, levels, within)

    def _within(self, hits: list[tuple[str, Unit]], within: object) -> list[tuple[str, Unit]]:
        if within is None or not plain(within):
            return hits
        parent = name_key(within)
        kept = [hit for hit in hits if not hit[1].parent or name_key(hit[1].parent) == parent]
        old = [hit for hit in kept if hit[1].parent]
        return old or kept or hits  # a district named means the commune of its time

    def _close(self, key: str, levels: Sequence[str], within: object) -> Match:
        keys = [k for k, hits in self._by_key.items() if any(unit.level in levels for _, unit in hits)]
        close = difflib.get_close_matches(key, keys, n=3, cutoff=0.75)
        hits = [hit for k in close for hit in self._by_key[k] if hit[1].level in levels]
        labels = tuple(dict.fromkeys(unit.label() for _, unit in self._within(hits, within)))[:3]
        return Match(None, "none", labels)


def match_hamlet(name: object, known: Mapping[str, str]) -> Match:
    """The hamlet of one commune that `name` stands for; `known` maps hamlet ids to names.

    The type (thôn, ấp, khu phố) decides only where the rest of the name is shared.
    """
    key, kind = hamlet_key(name), hamlet_kind(name)
    if not key:
        return Match(None, "none")
    same = [code for code, other in known.items() if hamlet_key(other) == key]
    exact = [code for code in same if nfc(known[code]).casefold() == nfc(str(name)).strip().casefold()]
    if len(exact) == 1:
        return Match(exact[0], "exact")
    typed = [code for code in same if kind and hamlet_kind(known[code]) == kind] or same
    if len(typed) == 1:
        return Match(typed[0], "accents")
    if typed:
        return Match(None, "ambiguous", tuple(known[code] for code in typed[:3]))
    by_key = {hamlet_key(other): other for other in known.values()}
    close = difflib.get_close_matches(key, list(by_key), n=3, cutoff=0.7)
    return Match(None, "none", tuple(by_key[found] for found in close))


def choice_of(cell: object, choices: Sequence[tuple[str, tuple[str, ...]]]) -> str | None:
    """The value that a cell names, by any of its written forms; None if it names none."""
    wanted = plain(cell)
    for value, forms in choices:
        if wanted == plain(value) or wanted in {plain(form) for form in forms}:
            return value
    return None
