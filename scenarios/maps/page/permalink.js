"use strict";
// The view in the address: #zoom/lat/lon/what is shown, so that a link brings another reader to the same place.
PS.feature((map) => {
  const FLAGS = { h: "hamlets", g: "gaps", p: "planned", c: "choropleth", r: "relief", d: "roads", l: "labels" };
  const write = () => {
    const { lat, lng } = map.getCenter(), { state } = PS;
    const flags = Object.entries(FLAGS).filter(([, key]) => state[key]).map(([letter]) => letter).join("");
    const parts = [map.getZoom().toFixed(2), lat.toFixed(5), lng.toFixed(5), PS.run().name, state.layer, state.view, Math.round(state.opacity * 100), state.units, flags || "-", PS.lang,
      Object.keys(state.added).filter((key) => state.added[key]).join(",") || "-"];
    try {
      history.replaceState(null, "", "#" + parts.map(encodeURIComponent).join("/"));
    } catch { /* some viewers of local files forbid it */ }
  };
  const read = () => {
    const [zoom, lat, lon, run, layer, view, opacity, units, flags, lang, added] = location.hash.slice(1).split("/").map(decodeURIComponent);
    if (![zoom, lat, lon].every((value) => value && Number.isFinite(Number(value)))) return false;
    map.setView([Number(lat), Number(lon)], Number(zoom), { animate: false });
    const changes = {};
    const index = PS.data.runs.findIndex((item) => item.name === run);
    if (PS.phases().includes(PS.data.runs[index])) changes.run = index;
    if (PS.run().layer[layer]) changes.layer = layer;
    if (["signal", "server", "none", ...PS.run().rasters.map((raster) => raster.key)].includes(view)) changes.view = view;
    if (opacity >= 0 && opacity <= 100) changes.opacity = opacity / 100;
    if (["district", "commune", "unit_2025", "none"].includes(units)) changes.units = units;
    if (flags) for (const [letter, key] of Object.entries(FLAGS)) changes[key] = flags.includes(letter);
    if (added) changes.added = Object.fromEntries(Object.keys(PS.state.added).map((key) => [key, added.split(",").includes(key)]));
    PS.set(changes);
    PS.emit("lang");
    if (["vi", "en"].includes(lang) && lang !== PS.lang) PS.setLang(lang);
    return true;
  };
  PS.readLink = read;
  PS.startLink = () => {
    map.on("moveend", write);
    PS.on("state", write);
    window.addEventListener("hashchange", read);
  };
});
