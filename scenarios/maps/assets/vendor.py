"""Copies the npm packages' files that the maps carry inside them to one folder, with licences and a manifest.

Run by setup.py when phusong is built or installed, and by hand:
`python scenarios/maps/assets/vendor.py` (what maps need) or `... --dev FOLDER` (what browser tests need).
Only Python's own library is used: it runs before anything else is installed.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENDOR = HERE.parent / "vendor"
# package -> {file inside the package: its name in the folder}
RUNTIME = {
    "leaflet": {
        "dist/leaflet.js": "leaflet.js",
        "dist/leaflet.css": "leaflet.css",
        "dist/images/layers.png": "images/layers.png",
        "dist/images/layers-2x.png": "images/layers-2x.png",
        "dist/images/marker-icon.png": "images/marker-icon.png",
        "dist/images/marker-icon-2x.png": "images/marker-icon-2x.png",
        "dist/images/marker-shadow.png": "images/marker-shadow.png",
        "LICENSE": "leaflet.LICENSE.txt",
    }
}
DEV = {"axe-core": {"axe.min.js": "axe.min.js", "LICENSE": "axe-core.LICENSE.txt"}}


def ensure(folder: Path = VENDOR) -> None:
    """Fill `folder` unless it already holds exactly what the lock file asks for."""
    if not _complete(folder, RUNTIME):
        install(folder, RUNTIME)


def install(folder: Path, wanted: dict[str, dict[str, str]]) -> None:
    """Install the locked packages in a temporary folder and copy the wanted files to `folder`."""
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit(
            "phusong's maps carry Leaflet inside them, and npm installs it: npm was not found. "
            "Install Node.js (https://nodejs.org or `apt install npm`) and try again."
        )
    with tempfile.TemporaryDirectory(prefix="phusong-npm-") as temporary:
        work = Path(temporary)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, work / name)
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        done = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f"`npm ci` failed (no network?): {(done.stderr or done.stdout).strip()[-800:]}")
        ready = work / "ready"
        _copy(work / "node_modules", ready, wanted)
        if folder.exists():
            shutil.rmtree(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(ready, folder)


def _copy(modules: Path, folder: Path, wanted: dict[str, dict[str, str]]) -> None:
    packages = []
    for package, files in sorted(wanted.items()):
        about = json.loads((modules / package / "package.json").read_text("utf-8"))
        entry = {
            "npm": f"{package}@{about['version']}",
            "licence": about["license"],
            "home": about.get("homepage", ""),
            "files": {},
        }
        for inside, name in sorted(files.items()):
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(modules / package / inside, target)
            entry["files"][name] = hashlib.sha256(target.read_bytes()).hexdigest()
        packages.append(entry)
    manifest = {"lock_sha256": _lock_sha256(), "packages": packages}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", "utf-8")


def _complete(folder: Path, wanted: dict[str, dict[str, str]]) -> bool:
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    except (OSError, ValueError):
        return False
    files = {name: sha for package in manifest["packages"] for name, sha in package["files"].items()}
    needed = {name for package in wanted.values() for name in package.values()}
    return (
        manifest["lock_sha256"] == _lock_sha256()
        and needed == set(files)
        and all((folder / name).is_file() for name in files)
    )


def _lock_sha256() -> str:
    return hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--dev"] and len(sys.argv) == 3:
        if not _complete(Path(sys.argv[2]), DEV):
            install(Path(sys.argv[2]), DEV)
    elif len(sys.argv) == 1:
        ensure()
    else:
        raise SystemExit("usage: vendor.py [--dev FOLDER]")
