"use strict";
// The same facts as tables, for reading, sorting and screen readers.
PS.feature((map) => {
  const { hamlets, stations, style, ground } = PS.data;
  let perPage = 100;
  const section = PS.$("tables");
  let kind = "hamlets", sort = { column: 0, down: false }, filter = "", level = "", page = 0;

  const sources = {
    hamlets: () => {
      const run = PS.run();
      return {
        columns: [["col_name"], ["col_commune"], ["col_district"], ["col_unit_2025"], ["col_people", "number", 0], ["col_rsrp", "number", 0], ["col_level", "level"]],
        rows: Array.from({ length: hamlets.n }, (_, i) => {
          const [dbm, level] = PS.service(run, i);
          return { cells: [hamlets.name[i], hamlets.commune[i], hamlets.district[i], hamlets.unit_2025[i], hamlets.people[i], dbm, level], level, pick: { kind: "hamlet", index: i, at: [hamlets.lat[i], hamlets.lon[i]] } };
        }),
      };
    },
    gaps: () => ({
      columns: [["col_id"], ["col_hamlets"], ["col_commune"], ["col_people", "number", 0], ["col_km2", "number", 2], ["col_worst", "number", 0], ["col_cause"]],
      rows: PS.gapsOf(PS.run()).map((gap) => ({ cells: [gap.id, gap.hamlets.join(", "), gap.communes.join(", "), gap.people, gap.km2, gap.worst, gap.cause && PS.t("cause_" + gap.cause)], pick: { kind: "gap", gap, at: gap.at } })),
    }),
    units: () => {
      const run = PS.run(), key = PS.layerOf(run).key;
      return {
        columns: [["col_name"], ["col_unit_level"], ["col_people", "number", 0], ["col_share", "percent"], ["col_indoor", "percent"], ["col_area_share", "percent"]],
        rows: ["district", "commune", "unit_2025"].flatMap((level) => ground.units[level].map((unit) => {
          const [people, share, indoor, area] = run.units[level]?.[key]?.[unit.code] ?? [null, null, null, null];
          return { unit: level, cells: [unit.name, PS.t("unit_" + level), people, share, indoor, area], go: unit.at };
        })),
      };
    },
    stations: () => {
      const run = PS.run();
      return {
        columns: [["col_id"], ["col_name"], ["operator"], ["kind"], ["status"], ["height", "number", 0], ["on_air_in_run"]],
        rows: Array.from({ length: stations.n }, (_, i) => ({
          cells: [stations.id[i], stations.name[i], stations.operator[i], stations.kind[i] && PS.t("kind_" + stations.kind[i]), stations.status[i] && PS.t("status_" + stations.status[i]), stations.height[i], PS.t(run.onAir[i] ? "yes" : "no")],
          pick: { kind: "station", index: i, at: [stations.lat[i], stations.lon[i]] } })),
      };
    },
  };
  const cell = (value, [, type, digits]) => {
    if (type === "level") return PS.h("td", {}, PS.h("span.level", { "data-level": style.level_keys[value] }, PS.t("level_" + style.level_keys[value])));
    if (type === "number") return PS.h("td.n", {}, PS.number(value, digits));
    if (type === "percent") return PS.h("td.n", {}, PS.percent(value));
    return PS.h("td", {}, value ?? "");
  };
  const compare = (a, b) => (a === null || b === null ? (a === null) - (b === null) : typeof a === "number" ? a - b : PS.collator.compare(a, b));
  PS.tableRows = (name) => {
    const source = sources[name]();
    return source;
  };

  const render = () => {
    const source = sources[kind]();
    let rows = source.rows;
    if (kind === "units" && level !== "") rows = rows.filter((row) => row.unit === level);
    if (kind === "hamlets" && filter !== "") rows = rows.filter((row) => row.level === Number(filter));
    rows.sort((a, b) => compare(a.cells[sort.column], b.cells[sort.column]) * (sort.down ? -1 : 1));
    page = Math.min(page, Math.max(0, Math.ceil(rows.length / perPage) - 1));
    const from = page ? page * perPage : 0, shown = rows.slice(from, from + perPage);
    const head = source.columns.map((column, i) =>
      PS.h("th" + (column[1] === "number" || column[1] === "percent" ? ".n" : ""), { scope: "col", "aria-sort": i === sort.column ? (sort.down ? "descending" : "ascending") : "none" },
        PS.h("button", { type: "button", onclick: () => { sort = { column: i, down: i === sort.column ? !sort.down : ["number", "percent"].includes(source.columns[i][1]) }; page = 0; render(); } }, PS.t(column[0]))));
    const body = shown.map((row) => PS.h("tr", {},
      PS.h("th", { scope: "row" }, PS.h("button.link", { type: "button", title: PS.t("show_on_map"), onclick: () => goTo(row) }, row.cells[0] || "–")),
      row.cells.slice(1).map((value, i) => cell(value, source.columns[i + 1]))));
    const step = (label, to, off) => PS.h("button", { type: "button", disabled: off, onclick: () => { page = to; render(); } }, label);
    section.replaceChildren(
      PS.h("div.bar", {},
        PS.h("div.segments", { role: "group", "aria-label": PS.t("tables") }, Object.keys(sources).map((name) =>
          PS.h("button", { type: "button", "aria-pressed": String(name === kind), id: "table-" + name, onclick: () => { kind = name; sort = { column: 0, down: false }; page = 0; render(); } }, PS.t("table_" + name)))),
        kind === "hamlets" ? PS.h("label", {}, PS.h("span.unseen", {}, PS.t("filter")), PS.h("select", { id: "level-filter", onchange: (event) => { filter = event.target.value; page = 0; render(); } },
          PS.h("option", { value: "" }, PS.t("filter_all")), style.level_keys.map((key, i) => PS.h("option", { value: String(i), selected: filter === String(i) }, PS.t("level_" + key))))) : null,
        kind === "units" ? PS.h("label", {}, PS.h("span.unseen", {}, PS.t("filter_units")), PS.h("select", { id: "unit-filter", onchange: (event) => { level = event.target.value; page = 0; render(); } },
          ["", "district", "commune", "unit_2025"].map((key) => PS.h("option", { value: key, selected: level === key }, PS.t(key ? "unit_" + key : "filter_units_all"))))) : null,
        PS.h("span.muted", { id: "rows-shown" }, PS.t("rows_shown", { a: PS.number(rows.length ? from + 1 : 0), b: PS.number(from + shown.length), n: PS.number(rows.length) })),
        step(PS.t("previous"), page - 1, page === 0), step(PS.t("next"), page + 1, from + perPage >= rows.length),
        PS.h("button.link", { type: "button", id: "to-map", onclick: () => PS.$("stage").scrollIntoView({ behavior: "smooth" }) }, PS.t("to_map"))),
      PS.h("div.scroll", { tabindex: "0", role: "region", "aria-label": PS.t("table_" + kind) },
        PS.h("table", { id: "table" }, PS.h("caption", {}, `${PS.t("table_" + kind)} · ${PS.layerName(PS.layerOf())}`), PS.h("thead", {}, PS.h("tr", {}, head)), PS.h("tbody", {}, body))));
  };
  const goTo = (row) => {
    PS.$("stage").scrollIntoView();
    if (row.pick?.kind === "gap") PS.showGap(row.pick.gap);
    else if (row.pick) {
      PS.flyTo(L.latLng(row.pick.at), 13.5);
      PS.emit("pick", row.pick);
    } else PS.flyTo(L.latLng(row.go), 11.5);
  };
  PS.afterPaint(render);
  PS.on("print", (on) => {
    perPage = on ? Infinity : 100;
    page = 0;
    render();
  });
  PS.on("lang", render);
  PS.on("state", (keys) => keys.some((key) => ["run", "layer"].includes(key)) && render());
  void map;
});
