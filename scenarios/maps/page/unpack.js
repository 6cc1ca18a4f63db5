"use strict";
// Undoes packing.py: the tree of data and the parts beside it, number grids, labels of areas.
{
  let parts; // what lies beside the tree, one after another
  const view = ({ at, size }) => parts.subarray(at, at + size);
  const inflated = async (bytes) =>
    new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).arrayBuffer());
  const parsed = async (bytes) => JSON.parse(new TextDecoder().decode(await inflated(bytes)));

  PS.unpack = async (base64) => {
    const letters = atob(base64.trim()), bytes = new Uint8Array(letters.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = letters.charCodeAt(i);
    const end = 4 + new DataView(bytes.buffer).getUint32(0, true);
    parts = bytes.subarray(end);
    return parsed(bytes.subarray(4, end));
  };
  PS.inflate = (part) => inflated(view(part));
  PS.unpackJson = (part) => parsed(view(part));
  PS.picture = (part, type) => URL.createObjectURL(new Blob([view(part)], { type }));

  const pairs = (bytes) => Uint16Array.from({ length: bytes.length / 2 }, (_, i) => bytes[2 * i] | (bytes[2 * i + 1] << 8));
  const codesOf = async ({ codes, rest }) => { // escapes undone
    const code = await PS.inflate(codes), large = pairs(await PS.inflate(rest));
    const values = new Uint16Array(code.length);
    for (let i = 0, next = 0; i < code.length; i++) values[i] = code[i] === 255 ? large[next++] : code[i];
    return values;
  };
  const signed = (c) => (c & 1 ? -((c + 1) >> 1) : c >> 1);
  PS.unpackSteps = async (packed) => Int32Array.from(await codesOf(packed), signed);
  // -> for each shape its rings, as PS.shape takes them
  PS.unpackRings = async (packed) => {
    const [counts, lengths, starts, steps] = await Promise.all(["rings", "lengths", "starts", "steps"].map((key) => PS.unpackSteps(packed[key])));
    const east = packed.east && (await PS.inflate(packed.east));
    let ring = 0, x = 0, y = 0, next = 0;
    return Array.from(counts, (count) => Array.from({ length: count }, () => {
      const points = [x += starts[2 * ring], y += starts[2 * ring + 1]];
      let along = east && ((east[ring >> 3] >> (7 - (ring & 7))) & 1);
      for (let i = 0; i < lengths[ring]; i++, along ^= 1) {
        if (!east) points.push(steps[next++], steps[next++]);
        else if (along) points.push(steps[next++], 0);
        else points.push(0, steps[next++]);
      }
      ring++;
      return points;
    }));
  };
  // -> Uint8Array or Uint16Array, row by row
  PS.unpackGrid = async ({ rows, cols, bits, near, ...packed }) => {
    const code = await codesOf(packed);
    const values = new (bits === 8 ? Uint8Array : Uint16Array)(rows * cols);
    for (let row = 0, i = 0; row < rows; row++) {
      for (let col = 0; col < cols; col++, i++) {
        if (!near) {
          values[i] = code[i];
          continue;
        }
        const left = col ? values[i - 1] : 0, above = row ? values[i - cols] : 0, corner = col && row ? values[i - cols - 1] : 0;
        const low = Math.min(left, above), high = Math.max(left, above), plane = left + above - corner;
        values[i] = (plane < low ? low : plane > high ? high : plane) + signed(code[i]);
      }
    }
    return values;
  };
  PS.unpackLabels = async ({ rows, cols, inside, edge, turns, fresh }) => {
    const [within, along, turn, other] = await Promise.all([inside, edge, turns, fresh].map(PS.inflate));
    const label = pairs(other), values = new Uint16Array(rows * cols), recent = [];
    let w = 0, a = 0, t = 0, f = 0;
    for (let row = 0, i = 0; row < rows; row++) {
      for (let col = 0; col < cols; col++, i++) {
        const above = row ? values[i - cols] : 0, left = col ? values[i - 1] : 0, corner = row && col ? values[i - cols - 1] : 0;
        const step = above === left && left === corner ? within[w++] : along[a++];
        if (step === 0) values[i] = above;
        else if (step === 1) values[i] = left;
        else if (step === 2) values[i] = row && col + 1 < cols ? values[i - cols + 1] : 0;
        else if (step === 3) values[i] = corner;
        else {
          const back = turn[t++];
          values[i] = back === 255 ? label[f++] : recent.splice(back, 1)[0];
          recent.unshift(values[i]);
          if (recent.length > 254) recent.pop();
        }
      }
    }
    return values;
  };
}
