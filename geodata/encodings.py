"""Vietnamese text as it arrives: bytes of any encoding, and columns typed in TCVN3 or VNI fonts.

Tables: TCVN 5712:1993 (VN3, the .VnTime fonts) and VNI-Windows, both as seen through Windows-1252.
A column is judged as a whole, never cell by cell, and text that already holds a precomposed Vietnamese
letter (U+1EA0 to U+1EF9) is never converted.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from phusong.geodata.errors import InputError

# 74 letters each; a table that lost or gained one character would shift every letter after it
TCVN3_CODES = (
    "µ¶·¸¹¨»¼½¾Æ©ÇÈÉÊË®ÌÎÏÐÑªÒÓÔÕÖ×ØÜÝÞßáâãä«åæçèé¬êëìíîïñòóô"
    "\xadõö÷øùúûüýþ¡¢£¤¥¦§"
)  # fmt: skip
TCVN3_LETTERS = (
    "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụ"
    "ưừửữứựỳỷỹýỵĂÂÊÔƠƯĐ"
)  # fmt: skip

_VNI_TONES = {"ù": "\u0301", "ø": "\u0300", "û": "\u0309", "õ": "\u0303", "ï": "\u0323"}
_VNI_BREVE = {"ê": "ă", "é": "ắ", "è": "ằ", "ú": "ẳ", "ü": "ẵ", "ë": "ặ"}
_VNI_CIRCUMFLEX = {"â": "", "á": "\u0301", "à": "\u0300", "å": "\u0309", "ã": "\u0303", "ä": "\u0323"}
_VNI_SINGLE = {"ñ": "đ", "ö": "ư", "ô": "ơ", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}


def _vni_table() -> dict[str, str]:
    """VNI-Windows: one or two characters → one letter, 134 letters in both cases but í and ì themselves."""
    table = dict(_VNI_SINGLE)
    for base, letter in (("a", "a"), ("e", "e"), ("o", "o"), ("u", "u"), ("y", "y"), ("ô", "ơ"), ("ö", "ư")):
        for mark, tone in _VNI_TONES.items():
            table[base + mark] = unicodedata.normalize("NFC", letter + tone)
    for mark, letter in _VNI_BREVE.items():
        table["a" + mark] = letter
    for base, letter in (("a", "â"), ("e", "ê"), ("o", "ô")):
        for mark, tone in _VNI_CIRCUMFLEX.items():
            table[base + mark] = unicodedata.normalize("NFC", letter + tone)
    upper = {code.upper(): letter.upper() for code, letter in table.items()}
    mixed = {  # a capital with a lower-case mark, as in "AÁp" typed "Aáp"
        code[0].upper() + code[1]: letter.upper() for code, letter in table.items() if len(code) == 2
    }
    return {**table, **upper, **mixed}


_TCVN3 = dict(zip(TCVN3_CODES, TCVN3_LETTERS, strict=True))
_VNI = _vni_table()
_VNI_PATTERN = re.compile("|".join(re.escape(code) for code in sorted(_VNI, key=len, reverse=True)))

_ONSET = r"(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdđghklmnpqrstvx])?"
_NUCLEUS = (
    r"(?:uyê|uya|iêu|yêu|uôi|ươi|ươu|oai|oay|oao|oeo|uây|uyu|uay|iê|yê|uô|ươ|oa|oă|oe|uâ|uê|uy|uơ|ia|ya|ua|ưa"
    r"|ai|ao|au|ay|âu|ây|eo|êu|iu|oi|ôi|ơi|ui|ưi|ưu|[aăâeêioôơuưy])"
)
_SYLLABLE = re.compile(_ONSET + _NUCLEUS + r"(?:ch|ng|nh|[cmnptk])?")
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_WORD = re.compile(r"[^\W\d_]+")
_PRECOMPOSED = re.compile("[\u1ea0-\u1ef9]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, and the name of the encoding it was read in."""

    text: str
    encoding: str


def from_tcvn3(text: str) -> str:
    """Unicode (NFC) of text typed in a TCVN3 font. All-capitals .VnTimeH text comes back in lower case."""
    return unicodedata.normalize("NFC", "".join(_TCVN3.get(letter, letter) for letter in text))


def from_vni(text: str) -> str:
    """Unicode (NFC) of text typed in a VNI font; two-character codes are taken before single ones."""
    return unicodedata.normalize("NFC", _VNI_PATTERN.sub(lambda found: _VNI[found[0]], text))


def _from_mojibake(text: str) -> str:
    """UTF-8 that somebody opened as Windows-1252 ("Lá»™c" for "Lộc"); unchanged where it is not that."""
    try:
        return unicodedata.normalize("NFC", _cp1252_bytes(text).decode("utf-8"))
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text


def _cp1252_bytes(text: str) -> bytes:
    return b"".join(
        letter.encode("latin-1") if ord(letter) < 256 else letter.encode("cp1252") for letter in text
    )


_CONVERTERS: dict[str, Callable[[str], str]] = {
    "tcvn3": from_tcvn3,
    "vni": from_vni,
    "utf8-as-cp1252": _from_mojibake,
}


def is_vietnamese_syllable(word: str) -> bool:
    """True if `word` can be read as one Vietnamese syllable: an onset, a rime and at most one tone."""
    marks = unicodedata.normalize("NFD", word.lower())
    if sum(mark in _TONES for mark in marks) > 1:
        return False
    toneless = unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in _TONES))
    return _SYLLABLE.fullmatch(toneless) is not None


def _syllable_share(texts: Iterable[str]) -> float:
    """Share of the words with a non-ASCII letter that are Vietnamese syllables; 0 where there is none."""
    words = [
        word
        for text in texts
        for word in _WORD.findall(unicodedata.normalize("NFC", text))
        if not word.isascii()
    ]
    return sum(map(is_vietnamese_syllable, words)) / len(words) if words else 0.0


def _oddity(text: str) -> bool:
    return not text.isascii()


def detect_column(values: Iterable[object]) -> str:
    """How the texts of one column are encoded: "unicode", "tcvn3", "vni" or "utf8-as-cp1252".

    Each reading is scored by the share of its accented words that are Vietnamese syllables; another
    reading than Unicode is taken only if it is good (0.7) and clearly better than leaving the text alone.
    A column that holds a single precomposed Vietnamese letter is Unicode. Where TCVN3 and VNI both fit
    equally well the column is left as it is.
    """
    texts = sorted({value for value in values if isinstance(value, str) and _oddity(value)})[:2000]
    if not texts or any(_PRECOMPOSED.search(unicodedata.normalize("NFC", text)) for text in texts):
        return "unicode"
    plain = _asis_share(texts)
    scores = {name: _converted_share(texts, name) for name in _CONVERTERS}
    best = max(scores, key=lambda name: scores[name])
    rivals = [name for name, score in scores.items() if score == scores[best]]
    if scores[best] >= 0.7 and scores[best] > plain + 0.15 and len(rivals) == 1:
        return best
    return "unicode"


def _asis_share(texts: Sequence[str]) -> float:
    """As `_syllable_share`, but a symbol inside a word (¹, ×, §, ·) counts against the reading."""
    joined = [re.sub(r"[^\w\s.,;:()/–’'\"-]", "‡", text) for text in texts]
    tokens = [token.strip(".,;:()/–’'\"-") for text in joined for token in text.split()]
    odd = [token for token in tokens if not token.isascii()]
    if not odd:
        return 0.0
    return sum("‡" not in token and is_vietnamese_syllable(token) for token in odd) / len(odd)


def _converted_share(texts: Sequence[str], encoding: str) -> float:
    converted = [_CONVERTERS[encoding](text) for text in texts]
    if converted == [unicodedata.normalize("NFC", text) for text in texts]:
        return 0.0
    return _asis_share(converted) if any(map(_oddity, converted)) else 0.0


def to_unicode(value: object, encoding: str) -> object:
    """`value` in Unicode NFC if it is text, else as it is; `encoding` as `detect_column` names it."""
    if not isinstance(value, str):
        return value
    converter = _CONVERTERS.get(encoding)
    text = unicodedata.normalize("NFC", value)
    if converter is None or _PRECOMPOSED.search(text):
        return text
    return converter(text)


def decode_bytes(data: bytes, *, source: str) -> Decoded:
    """The text of a text file and its encoding: by its BOM, as UTF-8, as UTF-16, or as a Windows code page.

    Raises InputError for bytes that are no text (NUL bytes outside UTF-16).
    """
    for bom, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(bom):
            return _strict(data, encoding, source)
    if b"\0" in data:
        return _strict(data, _utf16_flavour(data, source), source)
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as error:
        # a file cut in the middle of a letter is still UTF-8
        if error.start >= len(data) - 3 and error.start > 0 and not data[: error.start].isascii():
            return Decoded(data[: error.start].decode("utf-8"), "utf-8 (cắt cụt · cut short)")
    western = data.decode("cp1252", errors="replace") if not _undefined_1252(data) else data.decode("latin-1")
    combining = data.decode("cp1258", errors="replace")
    if _syllable_share([combining[:200_000]]) > max(0.6, _syllable_share([western[:200_000]])):
        return Decoded(unicodedata.normalize("NFC", combining), "cp1258")
    return Decoded(western, "cp1252")


def _undefined_1252(data: bytes) -> bool:
    return any(code in data for code in (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d"))


def _utf16_flavour(data: bytes, source: str) -> str:
    sample = data[:2000]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if len(data) % 2 == 0 and max(even, odd) > 0.3 * len(sample) / 2 and min(even, odd) == 0:
        return "utf-16-le" if odd > even else "utf-16-be"
    raise InputError(
        f"{source}: có byte NUL, không phải tệp văn bản hoặc đã hỏng; hãy lưu lại dạng CSV UTF-8"
        " · NUL bytes: not a text file, or damaged; save it again as CSV UTF-8"
    )


def _strict(data: bytes, encoding: str, source: str) -> Decoded:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(
            f"{source}: hỏng ở byte {error.start} (bảng mã {encoding}); hãy lưu lại dạng CSV UTF-8"
            f" · damaged at byte {error.start} (encoding {encoding}); save it again as CSV UTF-8"
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise InputError(
            f"{source}: có ký tự NUL ở dòng {line}; tệp đã hỏng"
            f" · a NUL character in line {line}: the file is damaged"
        )
    return Decoded(text, encoding)
