"""Vietnamese text: one normal form, an accent-blind match key and the dictionary's order."""

from __future__ import annotations

import re
import unicodedata

_TONES = "\u0300\u0309\u0303\u0301\u0323"  # huyền, hỏi, ngã, sắc, nặng: the dictionary's order after no tone
_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_RANK = {letter: rank for rank, letter in enumerate(_LETTERS)}
_SPACE = re.compile(r"\s+")


def nfc(text: str) -> str:
    """The text with composed letters (Unicode NFC), runs of blanks as one space and none at the ends."""
    return _SPACE.sub(" ", unicodedata.normalize("NFC", text)).strip()


def fold(text: str) -> str:
    """The match key: lower case, no tones, hooks or hats, đ as d, i for a vowel's y, numbers without zeros.

    Two spellings of one name fold alike: hoà/hòa, Đăk/Đắk/Đak, Lộc Thạnh/loc thanh, Ấp 01/Ấp 1.
    """
    plain = text.replace("đ", "d").replace("Đ", "D")
    plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c)).lower()
    plain = re.sub(r"[^\w]+", " ", plain).replace("_", " ").strip()
    plain = re.sub(r"(?<![aeiou])y(?![aeiouy])|(?<=qu)y", "i", plain)  # Mỹ/Mĩ, Quy/Qui; but Tây, Thủy stay
    return re.sub(r"\b0+(?=\d)", "", plain)


def sort_key(text: str) -> tuple[object, ...]:
    """A key that sorts as a Vietnamese dictionary does: letters, then tones, then case; numbers by value.

    a ă â b c d đ e ê … o ô ơ … u ư; tones are compared only between equal letters. Digits sort before
    letters, other signs before digits: Ấp 2 < Ấp 10.
    """
    letters: list[tuple[int, int, str]] = []
    tones: list[int] = []
    for token in re.findall(r"\d+|\D", nfc(text)):
        if token.isdigit():
            letters.append((1, int(token), ""))
            continue
        parts = unicodedata.normalize("NFD", token.lower())
        tone = next((c for c in parts if c in _TONES), "")
        letter = unicodedata.normalize("NFC", parts.replace(tone, "") if tone else parts)
        tones.append(_TONES.index(tone) + 1 if tone else 0)
        letters.append((2, _RANK[letter], "") if letter in _RANK else (0, 0, letter))
    return tuple(letters), tuple(tones), nfc(text).swapcase()
