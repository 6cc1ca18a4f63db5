"use strict";
// The border road, outages and targets: three switches, one canvas, figures and lists that fly to what they name.
PS.feature((map) => {
  const { state } = PS;
  const KEYS = ["border", "outages", "targets"];
  for (const key of KEYS) state[key] ??= false;
  if (!PS.data.runs.some((run) => run.findings)) return;
  const ROAD = { silent: "#b1101a", one_server: "#c2701c", served: "#0f766e" };
  const STATION = "#7a1f6b", MAST = "#1d2b34", MET = "#0f766e", MISSED = "#b1101a";

  const project = (table) => {
    table.n = table.lat.length;
    table.xy = table.lat.map((lat, i) => PS.world(lat, table.lon[i]));
  };
  const load = (run) => (run.findings.ready ??= PS.unpackJson(run.findings.packed).then((shown) => {
    if (shown.stretches) shown.stretches.shapes = shown.stretches.lines.map((line) => PS.shape([line]));
    for (const key of ["stations", "masts", "places"]) if (shown[key]) project(shown[key]);
    run.findings.shown = shown;
    delete run.findings.packed;
    canvas.redraw();
    render();
  }));

  function each(table, view, paint) {
    if (!table) return;
    table.xy.forEach(([wx, wy], i) => {
      const x = wx * view.scale - view.ox, y = wy * view.scale - view.oy;
      if (x < -30 || y < -30 || x > view.width + 30 || y > view.height + 30) return;
      PS.drawn.findings++;
      paint(x, y, i);
    });
  }
  const dot = (context, x, y, r, fill, edge) => {
    context.beginPath();
    context.arc(x, y, r, 0, 2 * Math.PI);
    context.fillStyle = fill;
    context.fill();
    context.lineWidth = 1.6;
    context.strokeStyle = edge;
    context.stroke();
  };
  function border(context, view, run, shown) {
    const { stretches } = shown, wide = view.zoom < 11 ? 4 : 6;
    if (stretches) stretches.shapes.forEach((shape, i) => {
      if (stretches.layer[i] !== PS.layerOf(run).key || !PS.inView(shape, view)) return;
      PS.drawn.findings++;
      for (const [width, colour] of [[wide + 2.5, "#ffffff"], [wide, ROAD[stretches.state[i]]]]) {
        context.beginPath();
        PS.trace(context, shape, view, false);
        context.lineCap = "butt";
        context.lineWidth = width;
        context.strokeStyle = colour;
        context.stroke();
      }
    });
    each(shown.stations, view, (x, y, i) => dot(context, x, y, view.zoom < 11 ? 3.6 : 5.5, shown.stations.on_air[i] ? STATION : "#ffffff", shown.stations.on_air[i] ? "#ffffff" : STATION));
  }
  function outages(context, view, shown) {
    for (const unit of PS.data.ground.units.commune) {
      const colour = PS.shareColour(shown.backed?.[unit.code]);
      if (!colour || !PS.inView(unit.shape, view)) continue;
      context.beginPath();
      PS.trace(context, unit.shape, view, true);
      context.globalAlpha = 0.7;
      context.fillStyle = colour;
      context.fill("evenodd");
      context.globalAlpha = 1;
    }
    context.textAlign = "center";
    context.textBaseline = "middle";
    each(shown.masts, view, (x, y, i) => {
      dot(context, x, y, 10, MAST, "#ffffff");
      context.fillStyle = "#ffffff";
      context.font = "700 11px sans-serif";
      context.fillText(String(i + 1), x, y + 0.5);
    });
  }
  function targets(context, view, shown) {
    each(shown.places, view, (x, y, i) => dot(context, x, y, 7, shown.places.met[i] ? MET : MISSED, "#ffffff"));
  }
  const canvas = new PS.Canvas("findings", (context, view) => {
    PS.drawn.findings = 0;
    if (!KEYS.some((key) => state[key])) return;
    PS.perRun(context, view, (run) => {
      if (!run.findings) return;
      const { shown } = run.findings;
      if (!shown) {
        load(run);
        return;
      }
      if (state.outages) outages(context, view, shown);
      if (state.border) border(context, view, run, shown);
      if (state.targets) targets(context, view, shown);
    });
  });
  canvas.addTo(map);

  // the panel: a switch each, its figures, what its colours mean, and lists
  const mark = (colour, text, hollow) =>
    PS.h("span.mark", {}, PS.h("i", { style: hollow ? `box-shadow:inset 0 0 0 2px ${colour}` : `background:${colour}`, "aria-hidden": "true" }), text);
  const note = (...content) => PS.h("p.note", {}, content);
  const item = (...content) => PS.h("li.note", {}, content);
  const more = (title, items) => (items.length ? PS.h("details", {}, PS.h("summary.note", {}, title), PS.h("ol.plain", {}, items)) : null);
  const row = (key, ...content) => [
    PS.h("label.check", {}, PS.h("input", { type: "checkbox", id: "show-" + key, checked: state[key], onchange: (event) => PS.set({ [key]: event.target.checked }) }), PS.h("span", {}, PS.t("show_" + key))),
    content];

  function borderRow(run) {
    const said = (run.summary.border ?? []).find((one) => one.layer === PS.layerOf(run).key), stations = run.summary.border_stations;
    const figures = (one) => PS.t("border_figures", { share: PS.percent(one.served_share), silent: PS.number(one.longest_silent_km, 1), one: PS.number(one.one_server_km, 1), spill: PS.number(one.spill_km2, 1), deep: PS.number(one.spill_deepest_km, 1) });
    return row("border",
      said && note(figures(said)),
      said?.without_limit && note(PS.t("border_limit", { dbm: PS.number(run.summary.border_limit.eirp_limit_dbm, 1), km: PS.number(run.summary.border_limit.within_km, 1), n: PS.number(said.people_lost_to_limit) }), " ", figures(said.without_limit)),
      stations && note(PS.t("border_stations", { n: PS.number(stations.in_data), on: PS.number(stations.on_air_in_run), planned: PS.number(stations.planned_in_data) })),
      stations && more(PS.t("border_published"), stations.published.map((one) => item(`${PS.number(one.stations)} ${one["title_" + PS.lang]} – ${one.source}`))),
      state.border ? PS.h("p.note.marks", {}, mark(ROAD.silent, PS.t("road_silent")), mark(ROAD.one_server, PS.t("road_one_server")), mark(ROAD.served, PS.t("road_served")), mark(STATION, PS.t("border_on_air")), mark(STATION, PS.t("border_planned"), true)) : null);
  }
  function outageRow(run) {
    const said = run.summary.outages;
    const go = (mast) => PS.h("button.link", { type: "button", onclick: () => { PS.set({ outages: true }); PS.flyTo(L.latLng(mast.lat, mast.lon), 12); PS.mark([mast.lat, mast.lon]); } }, mast.mast_id);
    return row("outages",
      note(PS.t("outage_figures", { share: PS.percent(said.people_served ? said.people_backed / said.people_served : 0), n: PS.number(said.people_served - said.people_backed) })),
      more(PS.t("outage_masts"), said.most_critical_masts.map((mast) => item(go(mast), ` ${mast.operators}${mast.commune ? ", " + mast.commune : ""}: ${PS.t("gap_people", { n: PS.number(mast.people_lost) })}`))),
      more(PS.t("outage_cuts"), said.cuts.map((cut) => item(`${PS.t("cut_" + cut.kind)} ${cut.name}: ${PS.t("gap_people", { n: PS.number(cut.people_lost) })} (${PS.percent(cut.lost_share)})`))),
      state.outages ? PS.h("p.note.marks", {}, mark(MAST, PS.t("mark_mast")), PS.data.style.share_colours.map((colour, i) => mark(colour, i ? "≥ " + PS.percent(PS.data.style.share_edges[i - 1], 0) : "< " + PS.percent(PS.data.style.share_edges[0], 0))), PS.t("mark_backed")) : null);
  }
  function targetRow(run) {
    const said = run.summary.targets, amount = (one, value) => (value === null ? "–" : one.unit === "share" ? PS.percent(value) : PS.number(value));
    const list = said.map((one) => item(PS.h("b", {}, one.met === null ? "–" : one.met ? "✓" : "✗"), ` ${one["title_" + PS.lang]} (${one.due_year}): ${PS.t("target_figures", { reached: amount(one, one.reached), wanted: amount(one, one.wanted) })}`));
    return row("targets", note(PS.t("targets_met", { n: said.filter((one) => one.met).length, total: said.length })), more(PS.t("target_list"), list),
      state.targets ? PS.h("p.note.marks", {}, mark(MET, PS.t("place_met")), mark(MISSED, PS.t("place_missed"))) : null);
  }
  const render = () => {
    const old = PS.$("findings"), open = old ? [...old.querySelectorAll("details")].map((one) => one.open) : [];
    old?.remove();
    const run = PS.run(), { findings } = run;
    if (!findings) return;
    const pane = PS.$("pane-layers"), section = PS.h("fieldset", { id: "findings" }, PS.h("legend", {}, PS.t("group_findings")),
      findings.border ? borderRow(run) : null, findings.outages ? outageRow(run) : null, findings.targets ? targetRow(run) : null);
    [...section.querySelectorAll("details")].forEach((one, i) => { one.open = Boolean(open[i]); });
    pane.insertBefore(section, pane.querySelectorAll("fieldset")[2] ?? null);
  };
  render();
  PS.on("lang", render);
  PS.on("state", (keys) => {
    if (keys.some((key) => ["run", "layer", ...KEYS].includes(key))) render();
    if (keys.some((key) => ["run", "layer", "divider", ...KEYS].includes(key))) canvas.redraw();
  });
});
