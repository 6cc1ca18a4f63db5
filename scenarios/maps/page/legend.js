"use strict";
// What the colours mean, with units and bounds taken from the same classes that coloured the raster.
PS.feature((map) => {
  const { style } = PS.data;
  const body = PS.$("legend-body");
  const bounds = (item) =>
    item.low === null ? `< ${PS.number(item.high)}` : item.high === null ? `\u2265 ${PS.number(item.low)}` : `${PS.number(item.low)} … ${PS.number(item.high)}`;
  const swatch = (colour) => PS.h("i.swatch", { style: `background:${colour}`, "aria-hidden": "true" });
  const lower = (text) => text[0].toLocaleLowerCase(PS.lang) + text.slice(1);
  const title = (text, more) => PS.h("h3", {}, text, more && PS.h("span.of", {}, more));

  const signal = () => {
    const layer = PS.layerOf(), classes = [...layer.classes].reverse();
    const by = Object.fromEntries(layer.classes.map((item) => [item.key, item]));
    const extra = by.indoor ? PS.h("p.note", {}, PS.t("margin_note", { db: PS.number(by.indoor.low - by.outdoor.low) })) : null;
    return [
      title(PS.t("legend_signal", { quantity: PS.quantity(layer.technology) }), PS.layerName(layer)),
      PS.h("ul", { id: "legend-classes" }, classes.map((item) =>
        PS.h("li", { "data-colour": item.colour }, swatch(item.colour), PS.h("b", {}, bounds(item)), PS.h("span", {}, PS.t("class_" + item.key))))),
      extra];
  };
  const shares = () => {
    const edges = style.share_edges;
    return [
      title(PS.t("legend_share", { unit: lower(PS.t("unit_" + (PS.state.units === "none" ? "commune" : PS.state.units))) })),
      PS.h("ul", {}, style.share_colours.map((colour, index) => {
        const text = index === 0 ? `< ${PS.percent(edges[0], 0)}` : index === edges.length ? `\u2265 ${PS.percent(edges[index - 1], 0)}` : `${PS.number(edges[index - 1] * 100)} … ${PS.percent(edges[index], 0)}`;
        return PS.h("li", {}, swatch(colour), PS.h("b", {}, text));
      }).reverse())];
  };
  const servers = () => [
    title(PS.t("legend_server")),
    PS.h("p.patches", { "aria-hidden": "true" }, style.servers.slice(0, 8).map(swatch)),
    PS.h("p.note", {}, PS.t("legend_server_note"))];
  // [colour, what it stands for in few words] of what colours the map, from the lowest, and its unit; the saved picture's legend
  PS.legendOf = () => {
    const shown = PS.rasterShown(), { view } = PS.state;
    const short = (item, digits = 0) => (item.low === null ? `< ${PS.number(item.high, digits)}` : `\u2265 ${PS.number(item.low, digits)}`);
    if (view === "signal") return { unit: "dBm", rows: PS.layerOf().classes.map((item) => [item.colour, short(item)]) };
    if (shown) return { unit: PS.words(shown.title) + (shown.unit && ` (${shown.unit})`), rows: shown.classes.map((item) => [item.colour, item.label && !shown.unit ? PS.words(item.label) : short(item, shown.digits)]) };
    if (PS.state.choropleth) return { unit: PS.t("legend_share_short"), rows: style.share_colours.map((colour, i) => [colour, i ? `\u2265 ${PS.percent(style.share_edges[i - 1], 0)}` : `< ${PS.percent(style.share_edges[0], 0)}`]) };
    return null;
  };
  const raster = (shown) => {
    const { classes, unit, title: name, note } = shown, digits = shown.digits;
    const text = ({ low, high }) => (low === null ? `< ${PS.number(high, digits)}` : high === null ? `\u2265 ${PS.number(low, digits)}` : `${PS.number(low, digits)} … ${PS.number(high, digits)}`);
    return [
      title(PS.words(name) + (unit && ` (${unit})`)),
      PS.h("ul", { id: "legend-classes" }, [...classes].reverse().map((item) =>
        PS.h("li", { "data-colour": item.colour }, swatch(item.colour), ...(item.label && !unit ? [PS.h("span", {}, PS.words(item.label))] : [PS.h("b", {}, text(item)), item.label && PS.h("span", {}, PS.words(item.label))]).filter(Boolean)))),
      note ? PS.h("p.note", {}, PS.words(note)) : null];
  };
  const hamlets = () => {
    const run = PS.run();
    const levels = run.hamlets.layers[PS.layerOf(run).key]?.level ?? run.hamlets.level;
    return [
      title(PS.t("legend_hamlets")),
      PS.h("ul", {}, style.level_keys.map((key, level) =>
        PS.h("li", {}, PS.sample((context) => PS.symbol.hamlet(context, 9, 9, level)), PS.h("span", {}, PS.t("level_" + key)),
          PS.h("b.count", {}, PS.number(levels.filter((value) => value === level).length))))
        .reverse())];
  };
  let far = null;
  const others = () => {
    const items = [];
    far = PS.far(map.getZoom());
    if (PS.state.gaps) items.push(PS.h("li", {}, PS.h("i.swatch." + (far ? "plain" : "hatch"), { "aria-hidden": "true" }), PS.h("span", {}, PS.t("legend_gap"))));
    for (const [name, colour] of Object.entries(style.operators))
      if (PS.state.stations[name]) items.push(PS.h("li", {}, PS.sample((context) => PS.symbol.station(context, 9, 9, colour, true, 1.1)), PS.h("span", {}, PS.t("stations_of", { operator: name }))));
    if (PS.data.ground.border.rings.length) items.push(PS.h("li", {}, PS.h("i.swatch.border", { "aria-hidden": "true" }), PS.h("span", {}, PS.t("legend_border"))));
    return [PS.h("ul.rest", {}, items)];
  };
  const render = () => {
    const { state } = PS;
    body.replaceChildren(...[
      ...(state.choropleth ? shares() : []),
      ...(state.view === "signal" ? signal() : state.view === "server" ? servers() : PS.rasterShown() ? raster(PS.rasterShown()) : []),
      ...(state.hamlets ? hamlets() : []),
      ...(PS.addedLegend?.() ?? []),
      ...others()].filter(Boolean));
  };
  render();
  PS.on("lang", render);
  PS.on("state", (keys) => keys.some((key) => ["run", "layer", "view", "hamlets", "gaps", "stations", "choropleth", "units", "added"].includes(key)) && render());
  map.on("zoomend", () => far !== null && far !== PS.far(map.getZoom()) && render()); // gaps look different from afar
  const legend = PS.$("legend");
  if (window.matchMedia("(max-width: 760px)").matches) legend.open = false;
  // a card needs the room: the legend folds while one is shown
  let wasOpen = false;
  PS.on("card", (shown) => {
    if (shown && legend.open) {
      wasOpen = true;
      legend.open = false;
    } else if (!shown && wasOpen) {
      wasOpen = false;
      legend.open = true;
    }
  });
  L.DomEvent.disableClickPropagation(PS.$("legend"));
});
