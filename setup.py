"""Everything is in pyproject.toml; here only: the maps' third-party files are fetched before the build."""

import runpy
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

_VENDOR = Path(__file__).resolve().parent / "scenarios" / "maps" / "assets" / "vendor.py"


class BuildWithMapAssets(build_py):
    def run(self):
        runpy.run_path(str(_VENDOR))["ensure"]()
        super().run()


class SdistWithMapAssets(sdist):
    def run(self):
        runpy.run_path(str(_VENDOR))["ensure"]()
        super().run()


setup(cmdclass={"build_py": BuildWithMapAssets, "sdist": SdistWithMapAssets})
