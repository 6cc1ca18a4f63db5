"use strict";
// Fibre, loudspeakers and the load of cells: three switches, one canvas, a line of figures for each.
PS.feature((map) => {
  const { state } = PS;
  Object.assign(state, { fibre: false, loudspeakers: false, loads: false });
  if (!PS.data.runs.some((run) => run.networks)) return;
  const COLOUR = { cable: "#7a3e9d", box: "#4b2a63", wireless: "#c2701c", linked: "#0f766e", silent: "#b1101a" };
  const LOADS = [[1, "#b1101a"], [0.7, "#d97a1f"], [-1, "#6b8e9f"]]; // from the most loaded

  const project = (table) => {
    table.n = table.lat.length;
    table.x = new Float64Array(table.n);
    table.y = new Float64Array(table.n);
    for (let i = 0; i < table.n; i++) [table.x[i], table.y[i]] = PS.world(table.lat[i], table.lon[i]);
    return table;
  };
  const load = (run) => (run.networks.ready ??= PS.unpackJson(run.networks.packed).then((shown) => {
    shown.cables = PS.shape(shown.cables);
    for (const key of ["boxes", "groups", "speakers", "new_speakers", "cells"]) project(shown[key]);
    run.networks.shown = shown;
    delete run.networks.packed;
    canvas.redraw();
  }));

  function each(table, view, paint) {
    for (let i = 0; i < table.n; i++) {
      const x = table.x[i] * view.scale - view.ox, y = table.y[i] * view.scale - view.oy;
      if (x < -20 || y < -20 || x > view.width + 20 || y > view.height + 20) continue;
      PS.drawn.networks++;
      paint(x, y, i);
    }
  }
  function fibre(context, view, shown) {
    context.beginPath();
    PS.trace(context, shown.cables, view, false);
    context.strokeStyle = COLOUR.cable;
    context.lineWidth = view.zoom < 11 ? 1 : 2;
    context.stroke();
    if (view.zoom < 11) return; // from afar the boxes would hide their cables
    const r = view.zoom < 13 ? 2.2 : 3.5;
    context.fillStyle = COLOUR.box;
    each(shown.boxes, view, (x, y) => context.fillRect(x - r, y - r, 2 * r, 2 * r));
    context.lineWidth = 1.3;
    each(shown.groups, view, (x, y, i) => {
      context.strokeStyle = shown.groups.wireless[i] ? COLOUR.wireless : COLOUR.cable;
      context.strokeRect(x - r, y - r, 2 * r, 2 * r);
    });
  }
  function loudspeakers(context, view, shown) {
    const r = view.zoom < 11 ? 2.2 : view.zoom < 13 ? 3.6 : 5;
    const dot = (x, y) => {
      context.beginPath();
      context.arc(x, y, r, 0, 2 * Math.PI);
    };
    context.lineWidth = 1.3;
    each(shown.new_speakers, view, (x, y) => {
      dot(x, y);
      context.strokeStyle = COLOUR.linked;
      context.stroke();
    });
    each(shown.speakers, view, (x, y, i) => {
      dot(x, y);
      context.fillStyle = shown.speakers.linked[i] ? COLOUR.linked : COLOUR.silent;
      context.fill();
    });
  }
  function loads(context, view, run, shown) {
    const layer = PS.layerOf(run), reach = view.zoom < 10.5 ? 4 : view.zoom < 12.5 ? 8 : 14;
    each(shown.cells, view, (x, y, i) => {
      const own = shown.cells.layer[i] === layer.key || (layer.operator === "any" && shown.cells.layer[i].endsWith(layer.technology.toLowerCase()));
      if (!own) return;
      const angle = ((shown.cells.azimuth[i] - 90) * Math.PI) / 180;
      context.beginPath();
      context.moveTo(x, y);
      context.arc(x, y, reach, angle - 0.55, angle + 0.55);
      context.closePath();
      context.fillStyle = LOADS.find(([least]) => shown.cells.load[i] > least)[1];
      context.fill();
    });
  }
  const canvas = new PS.Canvas("networks", (context, view) => {
    PS.drawn.networks = 0;
    if (!state.fibre && !state.loudspeakers && !state.loads) return;
    PS.perRun(context, view, (run) => {
      if (!run.networks) return;
      const { shown } = run.networks;
      if (!shown) {
        load(run);
        return;
      }
      if (state.fibre) fibre(context, view, shown);
      if (state.loudspeakers) loudspeakers(context, view, shown);
      if (state.loads) loads(context, view, run, shown);
    });
  });
  canvas.addTo(map);

  // one group of switches below the others, each with its figures and what its colours mean
  const mark = (colour, text, hollow) =>
    PS.h("span.mark", {}, PS.h("i", { style: hollow ? `box-shadow:inset 0 0 0 2px ${colour}` : `background:${colour}`, "aria-hidden": "true" }), text);
  const row = (key, figures, ...marks) => [
    PS.h("label.check", {}, PS.h("input", { type: "checkbox", id: "show-" + key, checked: state[key], onchange: (event) => PS.set({ [key]: event.target.checked }) }), PS.h("span", {}, PS.t("show_" + key))),
    PS.h("p.note", {}, figures),
    state[key] ? PS.h("p.note.marks", {}, marks) : null];
  const render = () => {
    PS.$("other-networks")?.remove();
    const { networks } = PS.run();
    if (!networks) return;
    const over = Object.entries(networks.overloaded).filter(([key]) => PS.layerOf().key === key || (PS.layerOf().operator === "any" && key.endsWith(PS.layerOf().technology.toLowerCase())));
    PS.$("pane-layers").append(PS.h("fieldset", { id: "other-networks" }, PS.h("legend", {}, PS.t("group_networks")),
      row("fibre", PS.t("fibre_figures", { share: PS.percent(networks.within_drop), homes: PS.number(networks.homes_left) }),
        mark(COLOUR.box, PS.t("mark_box")), mark(COLOUR.cable, PS.t("mark_new_box"), true), mark(COLOUR.wireless, PS.t("mark_wireless"), true), mark(COLOUR.cable, PS.t("mark_cable"))),
      row("loudspeakers", PS.t("loudspeaker_figures", { share: PS.percent(networks.hear), n: PS.number(networks.clusters_needed) }),
        mark(COLOUR.linked, PS.t("mark_linked")), mark(COLOUR.silent, PS.t("mark_silent")), mark(COLOUR.linked, PS.t("mark_new_cluster"), true)),
      row("loads", PS.t("load_figures", { n: PS.number(over.reduce((sum, [, n]) => sum + n, 0)) }),
        mark(LOADS[0][1], PS.t("mark_over")), mark(LOADS[1][1], PS.t("mark_busy")), mark(LOADS[2][1], PS.t("mark_free"))),
      PS.h("p.note", {}, PS.t("networks_synthetic", { list: networks.synthetic.map((item) => item[PS.lang]).join("; ") })),
      networks.warnings.map((text) => PS.h("p.note", {}, text))));
  };
  render();
  PS.on("lang", render);
  PS.on("state", (keys) => {
    if (keys.some((key) => ["run", "layer", "fibre", "loudspeakers", "loads"].includes(key))) render();
    if (keys.some((key) => ["run", "layer", "fibre", "loudspeakers", "loads", "divider"].includes(key))) canvas.redraw();
  });
});
