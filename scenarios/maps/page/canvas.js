"use strict";
// Drawing functions, the same for the map and for the saved picture. What lies on one another with no picture between
// shares a canvas: each canvas that the browser lays over the others costs it time at every frame.
{
  const MARGIN = 0.1; // drawn beyond each edge of the window, so that near moves need nothing new
  const hatches = new Map();
  PS.hatch = (context, colour) => { // a fill of slanted lines, one pattern a colour
    if (hatches.has(colour)) return hatches.get(colour);
    const tile = document.createElement("canvas");
    tile.width = tile.height = 7;
    const pen = tile.getContext("2d");
    pen.strokeStyle = colour;
    pen.lineWidth = 1.5;
    pen.beginPath();
    for (const shift of [-7, 0, 7]) {
      pen.moveTo(shift - 1, 8);
      pen.lineTo(shift + 8, -1);
    }
    pen.stroke();
    hatches.set(colour, context.createPattern(tile, "repeat"));
    return hatches.get(colour);
  };
  const SHEETS = { land: ["land"], over: ["relief", "lines", "gaps", "added", "points", "labels"] }; // from below
  const Sheet = L.Layer.extend({
    initialize(name) {
      this.name = name;
      this.drawings = [];
    },
    onAdd(map) {
      this.canvas = L.DomUtil.create("canvas", "leaflet-zoom-animated", map.getPane(this.name));
      this.canvas.setAttribute("aria-hidden", "true");
    },
    soon() { // however many ask for it, once
      if (this.stale) return;
      this.stale = true;
      queueMicrotask(() => this.stale && this.redraw());
    },
    getEvents() {
      return { moveend: this.settle, resize: this.redraw, zoomanim: this.follow, zoom: this.stretch };
    },
    settle() { // what was drawn reaches a little beyond the window: near moves need nothing new
      const map = this._map, from = map.containerPointToLayerPoint([0, 0]), to = from.add(map.getSize());
      if (this.stale) return;
      const inside = this.corner && from.x >= this.corner.x && from.y >= this.corner.y && to.x <= this.corner.x + this.size.x && to.y <= this.corner.y + this.size.y;
      if (!inside || map.getZoom() !== this.zoom || !this.origin.equals(map.getPixelOrigin()) || PS.swipe()) this.redraw();
    },
    redraw() {
      const map = this._map;
      this.stale = false;
      if (map._animatingZoom) return;
      const size = map.getSize(), margin = size.multiplyBy(MARGIN).round();
      const ratio = Math.min(window.devicePixelRatio || 1, 2);
      const corner = map.containerPointToLayerPoint(margin.multiplyBy(-1)).round();
      const width = size.x + 2 * margin.x, height = size.y + 2 * margin.y;
      this.center = map.getCenter();
      this.zoom = map.getZoom();
      this.corner = corner;
      L.DomUtil.setPosition(this.canvas, corner);
      const context = this.canvas.getContext("2d");
      if (this.canvas.width !== width * ratio || this.canvas.height !== height * ratio) {
        this.canvas.width = width * ratio;
        this.canvas.height = height * ratio;
        this.canvas.style.width = width + "px";
        this.canvas.style.height = height + "px";
      } else {
        context.setTransform(1, 0, 0, 1, 0, 0);
        context.clearRect(0, 0, this.canvas.width, this.canvas.height);
      }
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      this.size = L.point(width, height);
      this.origin = map.getPixelOrigin();
      const origin = this.origin.add(corner);
      const divider = PS.swipe() ? PS.state.divider * size.x + margin.x : null;
      const view = { scale: 256 * 2 ** this.zoom, ox: origin.x, oy: origin.y, width, height, zoom: this.zoom, divider };
      for (const drawing of this.drawings) drawing.draw(context, view);
    },
    follow(event) { this.transform(event.center, event.zoom); },
    stretch() { this.transform(this._map.getCenter(), this._map.getZoom()); },
    transform(center, zoom) { // as Leaflet moves its own renderers while zooming
      if (!this.center) return; // nothing drawn yet
      const map = this._map, scale = map.getZoomScale(zoom, this.zoom);
      const half = map.getSize().multiplyBy(0.5 + MARGIN);
      const from = map.project(this.center, zoom);
      const offset = half.multiplyBy(-scale).add(from).subtract(map._getNewPixelOrigin(center, zoom));
      L.DomUtil.setTransform(this.canvas, offset, scale);
    },
  });

  PS.drawn = { relief: false, gaps: 0, hamlets: 0, stations: 0, labels: 0, added: 0 }; // how many of each the map shows
  PS.sheets = {};
  PS.drawings = []; // from below
  // name: its place among SHEETS; -> something to redraw, which happens once for all that ask for it together
  PS.drawing = (map, name, draw) => {
    const [pane, names] = Object.entries(SHEETS).find(([, list]) => list.includes(name));
    const sheet = (PS.sheets[pane] ??= new Sheet(pane).addTo(map));
    const drawing = { name, draw, redraw: () => sheet.soon() };
    sheet.drawings.push(drawing);
    sheet.drawings.sort((a, b) => names.indexOf(a.name) - names.indexOf(b.name));
    PS.drawings = Object.keys(SHEETS).flatMap((key) => PS.sheets[key]?.drawings ?? []);
    sheet.soon();
    return drawing;
  };

  // a picture that lies on the map as it is, pixel by pixel: an element from PS.painted or PS.image
  PS.Raster = L.ImageOverlay.extend({
    options: { interactive: false, zIndex: 1 },
    _initImage() {
      this._image = this._url;
      this._image.classList.add("leaflet-image-layer", "leaflet-zoom-animated", "crisp");
      this._image.setAttribute("aria-hidden", "true");
      L.Util.extend(this._image, { onselectstart: L.Util.falseFn, onmousemove: L.Util.falseFn });
    },
  });
  // whole numbers of a grid -> a canvas; colours[n] is "#rrggbb", or "" for nothing
  PS.painted = (values, { rows, cols }, colours) => {
    const inks = Uint32Array.from(colours, (hex) => (hex ? (0xff000000 | (parseInt(hex.slice(5, 7), 16) << 16) | (parseInt(hex.slice(3, 5), 16) << 8) | parseInt(hex.slice(1, 3), 16)) >>> 0 : 0));
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [cols, rows];
    const pixels = new Uint32Array(rows * cols);
    for (let i = 0; i < pixels.length; i++) pixels[i] = inks[values[i]];
    canvas.getContext("2d").putImageData(new ImageData(new Uint8ClampedArray(pixels.buffer), cols, rows), 0, 0);
    return canvas;
  };
  // an 18 x 18 pixels drawing for legends
  PS.sample = (paint) => {
    const canvas = PS.h("canvas.symbol", { "aria-hidden": "true" });
    canvas.width = canvas.height = 36;
    const context = canvas.getContext("2d");
    context.scale(2, 2);
    paint(context);
    return canvas;
  };
  // a PNG or WebP beside the data -> an <img>
  PS.image = async (part, type) => {
    const image = new Image();
    image.alt = "";
    image.src = PS.picture(part, type);
    await image.decode();
    return image;
  };

  // adds a shape's rings to the current path
  PS.trace = (context, shape, view, close) => {
    const { scale, ox, oy } = view;
    for (const p of shape.rings) {
      context.moveTo(p[0] * scale - ox, p[1] * scale - oy);
      let lastX = NaN, lastY = NaN;
      for (let i = 2; i < p.length; i += 2) {
        const x = p[i] * scale - ox, y = p[i + 1] * scale - oy;
        if (Math.abs(x - lastX) < 0.6 && Math.abs(y - lastY) < 0.6 && i < p.length - 2) continue;
        context.lineTo((lastX = x), (lastY = y));
      }
      if (close) context.closePath();
    }
  };
  PS.inView = (shape, view) => {
    const [x0, y0, x1, y1] = shape.box;
    return x1 * view.scale >= view.ox && x0 * view.scale <= view.ox + view.width && y1 * view.scale >= view.oy && y0 * view.scale <= view.oy + view.height;
  };
  // draws once, or with a swipe twice: left of the handle the run before, right of it the run after
  PS.perRun = (context, view, paint) => {
    const before = PS.swipe();
    if (!before || view.divider === null) return paint(PS.run());
    for (const [run, x, width] of [[before, 0, view.divider], [PS.run(), view.divider, view.width - view.divider]]) {
      if (width <= 0) continue;
      context.save();
      context.beginPath();
      context.rect(x, 0, width, view.height);
      context.clip();
      paint(run);
      context.restore();
    }
    return undefined;
  };
}
