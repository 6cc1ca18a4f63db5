"""Archives opened with care: no path leaves the folder, nothing unpacks without end."""

from __future__ import annotations

import re
import stat
import zipfile
from pathlib import Path, PurePosixPath

from phusong.geodata.errors import InputError
from phusong.geodata.readers.source import Limits, too_large


def check_zip(path: Path, *, limits: Limits) -> list[zipfile.ZipInfo]:
    """The members of a zip that is safe to unpack. Raises InputError for a bomb, a trap or a broken file.

    Sizes are those the archive declares; zipfile reads no byte beyond them, so a lying header is cut.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except Exception as error:  # zipfile raises whatever a broken directory makes it meet
        raise broken(path.name, error) from None
    if len(members) > limits.archive_members:
        raise too_large(path.name, f"{len(members)} tệp bên trong", f"{len(members)} files inside")
    total = sum(member.file_size for member in members)
    packed = max(1, path.stat().st_size)
    if total > limits.unpacked_bytes or (total > 20_000_000 and total / packed > limits.unpacked_ratio):
        raise too_large(
            path.name,
            f"bung ra {total / 1e6:,.0f} MB từ {packed / 1e6:,.2f} MB (bom nén?)",
            f"it unpacks to {total / 1e6:,.0f} MB from {packed / 1e6:,.2f} MB (a zip bomb?)",
        )
    for member in members:
        _check_member(path.name, member)
    return members


def _check_member(archive: str, member: zipfile.ZipInfo) -> None:
    name = member.filename.replace("\\", "/")
    outside = name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in PurePosixPath(name).parts
    link = stat.S_ISLNK(member.external_attr >> 16)
    if not name or outside or link or "\0" in name:
        raise InputError(
            f"{archive}: tên tệp bên trong không an toàn ({name[:80]!r}) · unsafe member name in the archive;"
            " hãy nén lại chỉ các tệp dữ liệu · pack only the data files again"
        )
    if member.flag_bits & 0x1:
        raise InputError(
            f"{archive}: có mật khẩu; hãy bỏ mật khẩu rồi lưu lại · it is encrypted; save it without password"
        )


def unpack(path: Path, folder: Path, *, limits: Limits) -> list[Path]:
    """Unpack a checked zip into `folder`; the files written, flat names kept apart by their folders."""
    written = []
    members = check_zip(path, limits=limits)
    try:
        with zipfile.ZipFile(path) as archive:
            for member in members:
                if member.is_dir() or member.filename.startswith("__MACOSX/"):
                    continue
                target = folder / PurePosixPath(member.filename.replace("\\", "/"))
                if not target.resolve().is_relative_to(folder.resolve()):
                    raise InputError(f"{path.name}: tên tệp không an toàn · unsafe member name")
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(member) as packed, target.open("wb") as out:
                    while chunk := packed.read(1 << 20):
                        out.write(chunk)
                written.append(target)
    except InputError:
        raise
    except Exception as error:  # zipfile's, zlib's and the file system's on broken members
        raise broken(path.name, error) from None
    return written


def broken(name: str, error: BaseException) -> InputError:
    """The error for a file that its format's own reader cannot read."""
    why = " ".join(str(error).split())[:120] or type(error).__name__
    return InputError(
        f"{name}: tệp hỏng, cắt cụt hoặc không đúng định dạng ({why}); hãy mở bằng phần mềm gốc và lưu lại"
        " · damaged, cut short or not of its format; open it in the program it came from and save it again"
    )
