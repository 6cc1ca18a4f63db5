"use strict";
// Places and shapes: degrees, the unit square of the world's map, projected grids, VN-2000.
{
  const mercatorY = (lat) => 0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI);
  PS.world = (lat, lon) => [(lon + 180) / 360, mercatorY(lat)]; // the world is the unit square

  // rings of steps -> { rings: [Float64Array x, y, …], box: [x0, y0, x1, y1] } in world units; a step is 1e-5
  // degree, or what a frame of coordinates.py says
  PS.shape = (encoded, frame) => {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    const rings = encoded.map((steps) => {
      const points = new Float64Array(steps.length);
      let east = 0, north = 0;
      for (let i = 0; i < steps.length; i += 2) {
        east += steps[i];
        north += steps[i + 1];
        const [lon, lat] = frame ? polynomials(frame.lon, frame.lat, east / frame.unit, north / frame.unit) : [east / 1e5, north / 1e5];
        const [x, y] = PS.world(lat, lon);
        points[i] = x;
        points[i + 1] = y;
        if (x < box[0]) box[0] = x;
        if (y < box[1]) box[1] = y;
        if (x > box[2]) box[2] = x;
        if (y > box[3]) box[3] = y;
      }
      return points;
    });
    return { rings, box };
  };
  PS.degrees = (x, y) => [(Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI, x * 360 - 180];
  // how far a place is from the lines of a shape, Infinity beyond `most`
  PS.toLine = (shape, x, y, most) => {
    if (x < shape.box[0] - most || x > shape.box[2] + most || y < shape.box[1] - most || y > shape.box[3] + most) return Infinity;
    let least = Infinity;
    for (const p of shape.rings) {
      for (let i = 2; i < p.length; i += 2) {
        const dx = p[i] - p[i - 2], dy = p[i + 1] - p[i - 1];
        const along = Math.min(1, Math.max(0, ((x - p[i - 2]) * dx + (y - p[i - 1]) * dy) / (dx * dx + dy * dy || 1)));
        least = Math.min(least, Math.hypot(x - p[i - 2] - along * dx, y - p[i - 1] - along * dy));
      }
    }
    return least > most ? Infinity : least;
  };
  PS.contains = (shape, x, y) => {
    if (x < shape.box[0] || x > shape.box[2] || y < shape.box[1] || y > shape.box[3]) return false;
    let inside = false;
    for (const p of shape.rings) {
      for (let i = 0, j = p.length - 2; i < p.length; j = i, i += 2) {
        if (p[i + 1] > y !== p[j + 1] > y && x < ((p[j] - p[i]) * (y - p[i + 1])) / (p[j + 1] - p[i + 1]) + p[i]) inside = !inside;
      }
    }
    return inside;
  };

  // row and column of a place on a grid, with fractions
  PS.rowCol = (grid, lat, lon) => {
    const [[south, west], [north, east]] = grid.bounds;
    const [x0, y0] = PS.world(north, west), [x1, y1] = PS.world(south, east), [x, y] = PS.world(lat, lon);
    return [((y - y0) / (y1 - y0)) * grid.rows, ((x - x0) / (x1 - x0)) * grid.cols];
  };
  // index of the cell at a place, -1 outside
  PS.cellAt = (grid, lat, lon) => {
    const [row, col] = PS.rowCol(grid, lat, lon).map(Math.floor);
    return col < 0 || row < 0 || col >= grid.cols || row >= grid.rows ? -1 : row * grid.cols + col;
  };

  // two polynomials of the fourth degree, as coordinates.py fits them, at once
  const polynomials = (first, second, u, v) => {
    let a = 0, b = 0, k = 0;
    for (let i = 0, ui = 1; i <= 4; i++, ui *= u) for (let j = 0, term = ui; j <= 4 - i; j++, k++, term *= v) {
      a += first[k] * term;
      b += second[k] * term;
    }
    return [a, b];
  };
  PS.vn2000 = (lat, lon) => {
    const { lat0, lon0, east, north } = PS.data.vn2000;
    return polynomials(east, north, lon - lon0, lat - lat0);
  };
}
