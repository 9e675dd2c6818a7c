// Heat maps of many numbers, drawn as one image. Goes after plot.js and dna.js.

/** Gives `kept(name, key, make)`: what `make()` returned, kept under its name until the key changes. */
function keeper() {
  const cache = new Map();
  return (name, key, make) => {
    if (cache.get(name)?.key !== key) cache.set(name, { key, value: make() });
    return cache.get(name).value;
  };
}

const RAMP = 255;
const ramps = new Map();

/** RAMP + 1 colours as the 32 bits of a pixel: from the ground to blue and on to ink, or from orange over the ground to violet. */
function ramp(signed, dark) {
  const key = `${signed} ${dark}`;
  if (!ramps.has(key)) {
    const far = dark ? "#eaf5ff" : "#00224d";
    const colour = (share) => {
      if (signed) return weightTint(2 * share - 1, 1, dark);
      if (share < 0.6) return tint(HUES.blue, share / 0.6, dark);
      const [from, to] = [channels(HUES.blue), channels(far)];
      return hex(from.map((channel, i) => channel + ((share - 0.6) / 0.4) * (to[i] - channel)));
    };
    const pixel = ([r, g, b]) => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
    ramps.set(key, Uint32Array.from({ length: RAMP + 1 }, (_, i) => pixel(channels(colour(i / RAMP)))));
  }
  return ramps.get(key);
}

/** The "#rrggbb" that a heat map gives a share from 0 to 1: for keys and single cells. */
function rampColour(share, signed, dark) {
  const pixel = ramp(signed, dark)[Math.round(clamp(share, 0, 1) * RAMP)];
  return hex([pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255]);
}

/**
 * Rows by columns of numbers in a box; `at(row, column)` gives each, from 0 to `most`, or from -most to most where `signed`.
 * Cells large enough to be told apart are kept apart by lines in the ground's colour.
 */
function heat(surface, { x, y, width, height }, { rows, columns, at, most = 1, signed = false }) {
  const c = surface.context, { dark, bg } = surface.view.colours, colours = ramp(signed, dark);
  const pixels = new Uint32Array(rows * columns), scale = most > 0 ? RAMP / most / (signed ? 2 : 1) : 0, middle = signed ? RAMP / 2 : 0;
  for (let r = 0, k = 0; r < rows; r++) {
    for (let j = 0; j < columns; j++, k++) {
      const level = at(r, j) * scale + middle;
      pixels[k] = colours[level < 0 ? 0 : level > RAMP ? RAMP : (level + 0.5) | 0];
    }
  }
  surface.tile ??= h("canvas", {});
  Object.assign(surface.tile, { width: columns, height: rows });
  surface.tile.getContext("2d").putImageData(new ImageData(new Uint8ClampedArray(pixels.buffer), columns, rows), 0, 0);
  c.imageSmoothingEnabled = false;
  c.drawImage(surface.tile, x, y, width, height);
  c.strokeStyle = bg;
  c.lineWidth = 1;
  c.beginPath();
  if (width / columns >= 9) for (let j = 1; j < columns; j++) lineThrough(c, x + (j * width) / columns, y, 0, height);
  if (height / rows >= 9) for (let r = 1; r < rows; r++) lineThrough(c, x, y + (r * height) / rows, width, 0);
  c.stroke();
}

function lineThrough(c, x, y, across, down) {
  c.moveTo(x, y);
  c.lineTo(x + across, y + down);
}
