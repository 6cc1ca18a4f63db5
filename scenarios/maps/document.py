"""The HTML document: a Folium map inside our own page, every third-party file carried inside."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from dataclasses import asdict
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import folium
from branca.element import Figure
from jinja2 import Environment

from phusong.scenarios.maps.packing import as_text
from phusong.scenarios.maps.payload import as_json
from phusong.scenarios.maps.tiles import OnlineTiles

LEAFLET = "https://unpkg.com/leaflet@1.9.4/dist/"  # names only: the files come from `vendor`
# in this order: each may use those before it
SCRIPTS = (
    "text.js", "unpack.js", "geometry.js", "data.js", "canvas.js", "ground.js", "signal.js", "gaps.js", "points.js",
    "labels.js", "layers.js", "added.js", "legend.js", "panel.js", "search.js", "cards.js", "profile.js",
    "tools.js", "table.js", "permalink.js", "export.js", "swipe.js", "years.js", "start.js",
)  # fmt: skip
_ALLOWED = re.compile(r"^(data:|blob:|#|about:)")


class OfflineMap(folium.Map):  # type: ignore[misc]
    """A folium.Map that needs Leaflet only, and asks the browser for nothing else."""

    default_js = [("leaflet", LEAFLET + "leaflet.js")]  # noqa: RUF012
    default_css = [("leaflet_css", LEAFLET + "leaflet.css")]  # noqa: RUF012
    _template = Environment().from_string(
        """
        {% macro html(this, kwargs) %}<div class="folium-map" id="{{ this.get_name() }}"></div>{% endmacro %}
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = L.map("{{ this.get_name() }}", {{ this.settings|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, bounds: list[list[float]]) -> None:
        (south, west), (north, east) = bounds
        super().__init__(location=[(south + north) / 2, (west + east) / 2], tiles=None, zoom_control=False)
        self._id = "phusong"  # the same run must give the same bytes, so no random name
        self.settings: dict[str, Any] = {
            "minZoom": 7,
            "maxZoom": 18,
            "zoomControl": False,
            "attributionControl": False,
            "zoomSnap": 0.25,
            "wheelPxPerZoomLevel": 120,
            "maxBoundsViscosity": 0.6,
        }


class Page(Figure):  # type: ignore[misc]
    """The document around the map: our template, styles and scripts."""

    def __init__(self, data: dict[str, Any], *, title: str, tiles: OnlineTiles | None = None) -> None:
        super().__init__(title=title)
        folder = page_folder()
        self._template = Environment(autoescape=False).from_string((folder / "page.html").read_text("utf-8"))
        self.lang = data["lang"]
        self.styles = "\n".join((folder / name).read_text("utf-8") for name in ("page.css", "print.css"))
        self.scripts = [(name, (folder / name).read_text("utf-8")) for name in SCRIPTS]
        self.sources = " ".join(["data:", "blob:", *([tiles.source] if tiles else [])])
        self.data = as_text({**data, "tiles": asdict(tiles) if tiles else None})
        self.strings = as_json(json.loads((folder / "strings.json").read_text("utf-8")))
        self.licences = as_json(licences())


def page_folder() -> Traversable:
    """Our own HTML, CSS and JavaScript."""
    return resources.files("phusong.scenarios.maps") / "page"


def vendor_folder() -> Traversable:
    """Third-party files that came with the install. RuntimeError where they are missing."""
    folder = resources.files("phusong.scenarios.maps") / "vendor"
    if not (folder / "manifest.json").is_file():
        raise RuntimeError(
            "the maps' third-party files are missing from this installation; "
            "install phusong again with Node.js and npm present (`pip install -e .` or `make setup`)"
        )
    return folder


def licences() -> list[dict[str, str]]:
    """Name, licence and licence text of every third-party package inside the page."""
    folder = vendor_folder()
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    return [
        {
            "npm": package["npm"],
            "licence": package["licence"],
            "text": "\n\n".join(
                (folder / name).read_text("utf-8")
                for name in package["files"]
                if name.endswith(".LICENSE.txt")
            ),
        }
        for package in manifest["packages"]
    ]


def self_contained(html: str) -> str:
    """The same document with every linked script and style inside. ValueError for a link it does not know."""
    html = re.sub(r'<script src="([^"]+)">\s*</script>', _script, html)
    html = re.sub(r'<link rel="stylesheet" href="([^"]+)"\s*/?>', _style, html)
    refuse_outside(html)
    return html


def refuse_outside(html: str) -> None:
    """ValueError where the document would ask the network for anything."""
    markup = re.sub(r"(?s)<(script|style)\b[^>]*>.*?</\1>", "", html)
    links = re.findall(r"""(?i)\b(?:src|href|srcset|action|data|poster)\s*=\s*["']?([^"'\s>]+)""", markup)
    styles = "".join(re.findall(r"(?s)<style\b[^>]*>(.*?)</style>", html))
    links += re.findall(r"""url\(\s*["']?([^"')]+)""", styles)
    links += re.findall(r"""@import\s+["']([^"']+)""", styles)
    links += re.findall(r"""(?i)<script[^>]*\bsrc=["']?([^"'\s>]+)""", html)
    scripts = "".join(re.findall(r"(?s)<script(?![^>]*application/)[^>]*>(.*?)</script>", html))
    # a layer of online tiles, or a request, written by someone who added to the map
    links += re.findall(r"""L\.tileLayer(?:\.wms)?\(\s*["']([^"']+)""", scripts)
    outside = [link for link in links if not _ALLOWED.match(link)]
    if outside:
        raise ValueError(f"a map must open without a network, but this one would ask for {outside[0]}")


def _known(url: str) -> str:
    if not url.startswith(LEAFLET):
        raise ValueError(f"a map must open without a network, but this one would ask for {url}")
    return url.removeprefix(LEAFLET)


def _script(match: re.Match[str]) -> str:
    text = (vendor_folder() / _known(match[1])).read_text("utf-8")
    text = re.sub(r"(?m)^//# sourceMappingURL=.*$", "", text).replace("</script", "<\\/script")
    return f"<script>{text}</script>"


def _style(match: re.Match[str]) -> str:
    text = (vendor_folder() / _known(match[1])).read_text("utf-8")

    def inside(link: re.Match[str]) -> str:
        content = (vendor_folder() / link[2]).read_bytes()
        return f"url(data:image/png;base64,{b64encode(content).decode('ascii')})"

    css = re.sub(r"""url\((["']?)(?!data:|#)([^)"']+)\1\)""", inside, text)
    return f"<style>{css}</style>"
