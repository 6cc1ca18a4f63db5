"use strict";
// The panel's switches: network, what to show, people, units, base map.
PS.feature(() => {
  const { style } = PS.data;
  const pane = PS.$("pane-layers");

  const check = (id, label, checked, change, mark) =>
    PS.h("label.check", {}, PS.h("input", { type: "checkbox", id, checked, onchange: (event) => change(event.target.checked) }), mark, PS.h("span", {}, label));
  const choice = (name, value, label, current, change) =>
    PS.h("label.choice", {}, PS.h("input", { type: "radio", name, value, checked: value === current, onchange: () => change(value) }), PS.h("span", {}, label));
  const group = (id, ...children) => PS.h("fieldset", { id: "group-" + id }, PS.h("legend", {}, PS.t("group_" + id)), ...children);

  const views = () => [
    ["signal", PS.t("view_signal")], ["server", PS.t("view_server")],
    ...new Map(PS.run().rasters.map((raster) => [raster.key, PS.words(raster.title)])),
    ["none", PS.t("view_none")]];

  const render = () => {
    const { state } = PS;
    const layers = PS.run().layers;
    const technologies = [...new Set(layers.map((layer) => layer.technology))];
    const networks = technologies.map((technology) =>
      PS.h("div.network", {}, PS.h("span.tech", {}, technology),
        PS.h("div.segments", { role: "group", "aria-label": `${PS.t("network")} ${technology}` },
          layers.filter((layer) => layer.technology === technology)
            .sort((a, b) => (b.operator === "any") - (a.operator === "any"))
            .map((layer) => choice("layer", layer.key, PS.operatorName(layer.operator), PS.layerOf().key, (key) => PS.set({ layer: key }))))));
    pane.replaceChildren(
      group("signal",
        PS.data.mode === "plan" ? PS.h("p.flag.plan", {}, PS.t("plan_only", { technology: technologies.join(", ") })) : null,
        ...networks,
        PS.h("div.segments", { role: "group", id: views().length > 3 ? "views" : null, "aria-label": PS.t("show") },
          views().map(([view, name]) => choice("view", view, name, state.view, (value) => PS.set({ view: value })))),
        PS.h("label.range", {}, PS.h("span", {}, PS.t("opacity")),
          PS.h("input", { type: "range", id: "opacity", min: "0", max: "100", step: "5", value: String(Math.round(state.opacity * 100)), oninput: (event) => {
            PS.$("opacity-value").textContent = event.target.value + "\u202f%";
            PS.set({ opacity: event.target.value / 100 });
          } }),
          PS.h("output", { id: "opacity-value" }, Math.round(state.opacity * 100) + "\u202f%"))),
      group("people",
        check("show-hamlets", PS.t("show_hamlets"), state.hamlets, (hamlets) => PS.set({ hamlets })),
        check("show-gaps", PS.t("show_gaps"), state.gaps, (gaps) => PS.set({ gaps })),
        Object.entries(style.operators).map(([name, colour]) =>
          check("show-" + PS.fold(name).replace(/ /g, "-"), PS.t("stations_of", { operator: name }), state.stations[name],
            (on) => PS.set({ stations: { ...PS.state.stations, [name]: on } }), PS.h("i.mast", { style: `--c:${colour}`, "aria-hidden": "true" }))),
        check("show-planned", PS.t("show_planned"), state.planned, (planned) => PS.set({ planned }))),
      group("units",
        PS.h("div.stack", {}, ["district", "commune", "unit_2025", "none"].map((level) =>
          choice("units", level, level === "none" ? PS.t("view_none") : PS.t("unit_" + level), state.units, (units) => PS.set({ units })))),
        check("show-choropleth", PS.t("choropleth"), state.choropleth, (choropleth) =>
          PS.set(choropleth ? { choropleth, viewBefore: PS.state.view, view: "none" } : { choropleth, view: PS.state.viewBefore ?? "signal" }))),
      group("base",
        check("show-relief", PS.t("show_relief"), state.relief, (relief) => PS.set({ relief })),
        check("show-roads", PS.t("show_roads"), state.roads, (roads) => PS.set({ roads })),
        check("show-labels", PS.t("show_labels"), state.labels, (labels) => PS.set({ labels })),
        PS.data.tiles ? [check("show-online", PS.t("show_online"), state.online, (online) => PS.set({ online })), PS.h("p.note", {}, PS.t("online_note", { host: new URL(PS.data.tiles.url.replace("{s}.", "")).host }))] : null));
  };
  render();
  PS.on("lang", render);
  PS.on("state", (keys) => {
    if (keys.includes("run")) render();
    for (const key of ["view", "layer", "units"])
      if (keys.includes(key)) for (const input of pane.querySelectorAll(`input[name=${key}]`)) input.checked = input.value === (key === "layer" ? PS.layerOf().key : PS.state[key]);
  });
});
