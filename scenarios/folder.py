"""A run's folder, written whole or not at all: a killed run leaves the previous one as it was."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from phusong.geodata.errors import InputError

MARK = "run.json"  # the file by which a run's folder is known as one


def check_target(folder: Path, *, mark: str = MARK) -> None:
    """InputError where `folder` cannot be written, or holds files and no `mark` among them."""
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file; give another folder with --out")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / mark).is_file():
        raise InputError(
            f"{folder} holds other files ({mark} is not among them); give another folder with --out"
        )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".phusong-try-", dir=folder.parent):
            pass
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(
            f"{folder.parent} cannot be written ({reason}); give another folder with --out"
        ) from None


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A fresh folder beside `folder` to write into; it takes `folder`'s place when the block ends well."""
    _sweep(folder)
    partial = folder.with_name(f".{folder.name}.{os.getpid()}.partial")
    partial.mkdir()
    try:
        yield partial
        replaced = folder.with_name(f".{folder.name}.{os.getpid()}.replaced")
        if folder.exists():
            folder.rename(replaced)
        partial.rename(folder)
        shutil.rmtree(replaced, ignore_errors=True)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _sweep(folder: Path) -> None:
    """Clears what killed runs left beside `folder`; puts back a run that was killed between two renames."""
    pattern = re.compile(rf"\.{re.escape(folder.name)}\.(\d+)\.(partial|replaced)")
    for left in folder.parent.glob(f".{folder.name}.*"):
        match = pattern.fullmatch(left.name)
        if not match or _alive(int(match[1])):
            continue
        if match[2] == "replaced" and not folder.exists():
            left.rename(folder)
        else:
            shutil.rmtree(left, ignore_errors=True)


def _alive(pid: int) -> bool:
    if os.name == "nt":  # signal 0 would end the process there
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
