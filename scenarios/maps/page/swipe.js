"use strict";
// Before | after: one handle, the run before on its left and the run after on its right.
PS.feature((map) => {
  const before = PS.swipe();
  if (!before) return;
  const stage = PS.$("stage");
  const handle = PS.h("div", { id: "swipe", role: "slider", tabindex: "0", "aria-orientation": "horizontal", "aria-valuemin": "0", "aria-valuemax": "100" }, PS.h("i", { "aria-hidden": "true" }));
  const names = ["left", "right"].map((side) => PS.h("span.side." + side, { id: "side-" + side }));
  stage.append(handle, ...names);

  const clip = () => {
    const size = map.getSize(), x = PS.state.divider * size.x;
    const a = map.containerPointToLayerPoint([0, 0]), b = map.containerPointToLayerPoint(size), middle = a.x + x;
    // a pane has no size of its own: clip by a polygon in its coordinates
    const box = (left, right) => `polygon(${left}px ${a.y}px,${right}px ${a.y}px,${right}px ${b.y}px,${left}px ${b.y}px)`;
    map.getPane("before").style.clipPath = box(a.x, middle);
    map.getPane("signal").style.clipPath = box(middle, b.x);
  };
  const place = () => {
    const percent = Math.round(PS.state.divider * 100);
    handle.style.left = `${PS.state.divider * 100}%`;
    handle.setAttribute("aria-valuenow", percent);
    handle.setAttribute("aria-valuetext", `${PS.t("before")} ${percent} %, ${PS.t("after")} ${100 - percent} %`);
    names[0].style.right = `calc(${100 - PS.state.divider * 100}% + 26px)`;
    names[1].style.left = `calc(${PS.state.divider * 100}% + 26px)`;
    clip();
  };
  const text = () => {
    handle.setAttribute("aria-label", PS.t("swipe"));
    handle.title = PS.t("swipe");
    names[0].textContent = `${PS.t("before")} · ${before.year}`;
    names[1].textContent = `${PS.t("after")} · ${PS.run().year}`;
  };
  const to = (divider) => PS.set({ divider: Math.min(0.98, Math.max(0.02, divider)) });
  handle.addEventListener("pointerdown", (event) => {
    handle.setPointerCapture(event.pointerId);
    event.preventDefault();
    handle.focus();
  });
  handle.addEventListener("pointermove", (event) => {
    if (!handle.hasPointerCapture(event.pointerId)) return;
    const box = stage.getBoundingClientRect();
    to((event.clientX - box.left) / box.width);
  });
  handle.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -0.05, ArrowRight: 0.05, Home: -1, End: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    to(PS.state.divider + step);
  });
  L.DomEvent.disableClickPropagation(handle);
  let waiting = false;
  map.on("move zoom viewreset", () => {
    clip();
    if (waiting || map._animatingZoom) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      PS.sheets.over.redraw();
    });
  });
  PS.on("state", (keys) => {
    if (keys.includes("divider")) place();
    if (keys.includes("run")) text();
  });
  PS.on("lang", text);
  map.on("resize", place);
  map.whenReady(place);
  PS.afterPaint(place);
  text();
});
