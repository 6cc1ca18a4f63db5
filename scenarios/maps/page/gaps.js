"use strict";
// Gaps: hatched polygons on the map and a ranked list that flies to them.
PS.feature((map) => {
  const INK = "#b1101a", FAR_INK = "rgba(177,16,26,.62)";
  PS.far = (zoom) => zoom < 11;
  const ofLayer = (run) => run.gaps.filter((gap) => gap.layer === PS.layerOf(run).key);
  PS.gapsOf = ofLayer;
  let chosen = null;

  const canvas = PS.drawing(map, "gaps", (context, view) => {
    PS.drawn.gaps = 0;
    if (!PS.state.gaps) return;
    PS.perRun(context, view, (run) => {
      const seen = ofLayer(run).filter((gap) => PS.inView(gap.shape, view)), far = PS.far(view.zoom);
      PS.drawn.gaps += seen.length;
      for (const gap of seen) { // one by one: a path of them all takes ten times as long to fill
        const near = view.zoom >= 12.5 || gap === chosen;
        context.beginPath();
        PS.trace(context, gap.shape, view, true);
        context.fillStyle = far && !near ? FAR_INK : PS.hatch(context, INK);
        context.fill("evenodd");
        if (far && !near) continue; // an outline would be larger than what it outlines
        context.lineJoin = near ? "round" : "miter";
        if (near) { // many wide strokes are what a frame would wait for
          context.lineWidth = gap === chosen ? 5 : 2.6;
          context.strokeStyle = "rgba(255,255,255,.8)";
          context.stroke();
        }
        context.lineWidth = gap === chosen ? 3 : near ? 1.2 : 1;
        context.strokeStyle = INK;
        context.stroke();
      }
    });
  });

  PS.gapAt = (lat, lon, run = PS.run()) => {
    const [x, y] = PS.world(lat, lon);
    return ofLayer(run).find((gap) => PS.contains(gap.shape, x, y)) ?? null;
  };
  PS.showGap = (gap) => {
    chosen = gap;
    canvas.redraw();
    const [x0, y0, x1, y1] = gap.shape.box;
    PS.flyTo(L.latLngBounds(PS.degrees(x0, y1), PS.degrees(x1, y0)), 13.5);
    PS.emit("pick", { kind: "gap", gap, at: gap.at });
  };

  const list = () => {
    const gaps = ofLayer(PS.run());
    PS.$("gap-count").textContent = PS.number(gaps.length);
    const pane = PS.$("pane-gaps");
    if (!gaps.length) {
      pane.replaceChildren(PS.h("p.muted", {}, PS.t("gaps_none")));
      return;
    }
    const most = gaps[0].people;
    const items = gaps.slice(0, 200).map((gap, index) =>
      PS.h("li", {}, PS.h("button.gap", { type: "button", "data-gap": gap.id, onclick: () => PS.showGap(gap) },
        PS.h("span.rank", {}, String(index + 1)),
        PS.h("span.what", {}, PS.h("b", {}, PS.names(gap.hamlets, 2) || PS.t("gap_title", { n: index + 1 })), PS.h("small", {}, PS.names(gap.communes, 2))),
        PS.h("span.many", {}, PS.t("gap_people", { n: PS.number(gap.people) }), PS.h("i", { style: `width:${Math.max(3, (gap.people / most) * 100)}%`, "aria-hidden": "true" })))));
    pane.replaceChildren(
      PS.h("p.muted", {}, PS.t("gaps_intro", { n: PS.number(gaps.length), layer: PS.layerName(PS.layerOf()) })),
      PS.h("ol.gaps", {}, items));
  };
  PS.on("card", (shown) => {
    if (shown || !chosen) return;
    chosen = null;
    canvas.redraw();
  });
  list();
  PS.on("lang", list);
  PS.on("state", (keys) => {
    if (keys.some((key) => ["run", "layer"].includes(key))) {
      chosen = null;
      list();
    }
    if (keys.some((key) => ["run", "layer", "gaps", "divider"].includes(key))) canvas.redraw();
  });
});
