"use strict";
// Title, headline figures, tabs, the notice on synthetic data and the about pane.
PS.feature(() => {
  const { data } = PS;
  const licences = JSON.parse(PS.$("licences").textContent);

  const figure = (value, label, kind, was) => PS.h("div" + (kind ? "." + kind : ""), {}, PS.h("dt", {}, label), PS.h("dd", {}, value, was));
  const head = () => {
    const run = PS.run(), layer = PS.layerOf(run);
    const before = PS.swipe(), now = layer.figures, then = before && PS.layerOf(before).figures;
    const total = PS.number(data.hamlets.n);
    const between = (key, text) => (layer.intervals?.[key] && !then ? PS.h("small.between", { title: PS.t("interval_hint") }, PS.t("between", { a: text(layer.intervals[key][0]), b: text(layer.intervals[key][1]) })) : null);
    const shown = (kind, label, text, value, sure = null) => figure(text(value(now)), PS.t(label), kind, (then && PS.h("small.was", {}, `${PS.t("was", { value: text(value(then)) })}`)) || sure);
    document.title = `${run.title[PS.lang]} · phusong`;
    PS.$("brand-place").textContent = data.province;
    PS.$("title").textContent = data.mode === "compare" ? `${data.runs[0].title[PS.lang]} → ${run.title[PS.lang]}` : run.title[PS.lang];
    PS.$("subtitle").textContent = [PS.layerName(layer), run.year, PS.t("cell", { m: PS.number(run.cell_m) })].join(" · ");
    PS.$("figures").replaceChildren(
      shown("", "kpi_hamlets", (n) => PS.t("of", { a: PS.number(n), b: total }), (row) => row.hamlets_served, between("hamlets_served", (value) => PS.number(value))),
      shown("", "kpi_people", PS.percent, (row) => row.population_served_share, between("people_served_share", PS.percent)),
      shown("", "kpi_indoor", PS.percent, (row) => row.indoor_population_share, between("people_indoor_share", PS.percent)),
      shown("bad", "kpi_gaps", PS.number, (row) => row.people_in_gaps, between("people_in_gaps", (value) => PS.number(value))));
    PS.$("lang").textContent = PS.t("other_lang");
    PS.$("lang").lang = PS.lang === "vi" ? "en" : "vi";
    PS.$("notice").hidden = data.synthetic.length === 0;
    PS.$("notice-more").textContent = PS.t("details_of");
    PS.$("notice-text").textContent = PS.t("synthetic");
    PS.$("attribution").textContent = [`phusong ${data.version}`, "Leaflet", PS.t("roads_by"), PS.state.online && data.tiles.attribution].filter(Boolean).join(" · ");
  };

  const about = () => {
    const run = PS.run(), layer = PS.layerOf(run), classes = Object.fromEntries(layer.classes.map((item) => [item.key, item.low]));
    const limits = ["outdoor", "in_car", "indoor"].map((key) => PS.number(classes[key])).join(" / ");
    const rows = [
      [PS.t("about_model"), PS.words(run.model)],
      [PS.t("about_resolution"), `${PS.number(run.cell_m)}\u202fm` + (run.numbers.coarser > 1 ? ` (${PS.t("about_numbers", { m: PS.number(run.cell_m * run.numbers.coarser) })})` : "")],
      [PS.t("about_thresholds"), `${limits} dBm`],
      run.summary.hamlet_people_share && [PS.t("about_hamlet_rule"), PS.t("about_hamlet_text", { share: PS.percent(run.summary.hamlet_people_share, 0) })],
      run.summary.sites_on_air && [PS.t("about_sites"), PS.number(run.summary.sites_on_air)],
      [PS.t("about_projection"), `WGS 84; ${data.vn2000.name}${data.vn2000.epsg ? ` (EPSG:${data.vn2000.epsg})` : ""}`],
      [PS.t("about_synthetic"), data.synthetic.length ? PS.h("ul", {}, data.synthetic.map((item) => PS.h("li", {}, item[PS.lang]))) : PS.t("about_none_synthetic")],
      [PS.t("version"), `phusong ${data.version}`]].filter(Boolean);
    PS.$("pane-about").replaceChildren(
      PS.h("h2", {}, PS.t("about_what")),
      PS.h("p", {}, PS.t("about_text", { technology: layer.technology }), " ", PS.t("gap_area_note")),
      PS.h("dl.facts", {}, rows.flatMap(([term, value]) => [PS.h("dt", {}, term), PS.h("dd", {}, value)])),
      PS.h("h2", {}, PS.t("about_licences")),
      ...licences.map((item) => PS.h("details.licence", {}, PS.h("summary", {}, `${item.npm} · ${item.licence}`), PS.h("pre", { tabindex: "0" }, item.text))));
  };

  const tabs = [...document.querySelectorAll("[role=tab]")].filter((tab) => tab.closest("#tabs"));
  PS.tab = (tab) => {
    for (const other of tabs) {
      const on = other === tab;
      other.setAttribute("aria-selected", on);
      other.tabIndex = on ? 0 : -1;
      PS.$(other.getAttribute("aria-controls")).hidden = !on;
    }
  };
  tabs.forEach((tab, index) => {
    tab.addEventListener("click", () => {
      PS.tab(tab);
      fold(true);
    });
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = tabs[(index + step + tabs.length) % tabs.length];
      PS.tab(next);
      next.focus();
    });
  });
  const fold = (open) => {
    PS.$("panel").classList.toggle("folded", !open);
    PS.$("sheet").setAttribute("aria-expanded", open);
  };
  PS.foldPanel = fold;
  const panel = PS.$("panel"), stage = PS.$("stage");
  new ResizeObserver(() => stage.style.setProperty("--sheet", `${panel.offsetHeight}px`)).observe(panel); // what a phone's map shows stands above it
  PS.$("sheet").addEventListener("click", () => fold(PS.$("panel").classList.contains("folded")));
  if (window.matchMedia("(max-width: 760px)").matches) fold(false);
  PS.$("lang").addEventListener("click", () => PS.setLang(PS.lang === "vi" ? "en" : "vi"));

  PS.$("notice-more").addEventListener("click", () => {
    PS.tab(PS.$("tab-about"));
    fold(true);
    PS.$("pane-about").focus();
  });
  const render = () => {
    head();
    about();
  };
  render();
  PS.on("lang", render);
  PS.on("state", (keys) => keys.some((key) => ["run", "layer", "online"].includes(key)) && render());
});
