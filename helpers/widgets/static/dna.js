// DNA on a canvas: tinted cells, letters, logos. Goes between plot.js and the widget's own file.

const MONO = 'ui-monospace, "SFMono-Regular", Menlo, monospace';
const indices = (dna) => Int8Array.from(dna, (base) => BASES.indexOf(base)); // N is -1
const hex = (colour) => "#" + colour.map((channel) => Math.round(channel).toString(16).padStart(2, "0")).join("");
const channels = (colour) => [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));

/** The ground's colour with a share (0 to 1) of `colour` mixed in, as "#rrggbb": fit for inkOn. */
function tint(colour, share, dark) {
  const ground = dark ? [32, 37, 44] : [244, 246, 248], target = channels(colour);
  return hex(ground.map((channel, i) => channel + clamp(share, 0, 1) * (target[i] - channel)));
}

/** The ground for a signed weight: violet for it, orange against it. */
const weightTint = (weight, most, dark) => tint(weight >= 0 ? SIGNS.plus : SIGNS.minus, most > 0 ? 0.85 * Math.abs(weight) / most : 0, dark);

/** A rounded box with text in the middle that can be read on it. */
function cell(surface, { x, y, width, height, ground, text = "", size = 12, weight = "", family = surface.family, radius = 4 }) {
  const c = surface.context;
  c.fillStyle = ground;
  c.beginPath();
  c.roundRect(x, y, width, height, Math.min(radius, width / 3));
  c.fill();
  if (text === "") return;
  surface.font(size, weight, family);
  c.fillStyle = inkOn(ground);
  c.textAlign = "center";
  c.textBaseline = "middle";
  c.fillText(text, x + width / 2, y + height / 2 + 0.5);
}

/** A letter stretched to fill a box from (x, y), upside down where `flipped`. */
function stretchedLetter(surface, base, x, y, width, height, flipped = false) {
  if (height < 0.5) return;
  const c = surface.context;
  surface.font(100, "bold", "Arial, Helvetica, sans-serif");
  c.textAlign = "left";
  c.textBaseline = "alphabetic";
  const ink = c.measureText(base), wide = ink.actualBoundingBoxLeft + ink.actualBoundingBoxRight;
  const tall = ink.actualBoundingBoxAscent + ink.actualBoundingBoxDescent;
  c.save();
  c.translate(x, flipped ? y : y + height);
  c.scale(width / wide, ((flipped ? -1 : 1) * height) / tall);
  c.fillStyle = asText(PALETTE[base], surface.view.colours.dark);
  c.fillText(base, ink.actualBoundingBoxLeft, -ink.actualBoundingBoxDescent);
  c.restore();
}

/**
 * A logo of `heights`, four rows of numbers, at columns `first`, `first + 1`, ... of `axes`: the largest letter outermost,
 * negative ones upside down below zero.
 */
function logo(axes, heights, first = 0) {
  const { surface } = axes, width = axes.x(1) - axes.x(0);
  for (let j = 0; j < heights[0].length; j++) {
    let up = 0, down = 0;
    const column = heights.map((row, b) => ({ base: BASES[b], value: row[j] })).sort((a, b) => Math.abs(a.value) - Math.abs(b.value));
    for (const { base, value } of column) {
      const bottom = value < 0 ? down : up, top = bottom + value, left = axes.x(first + j) - width / 2 + 0.04 * width;
      stretchedLetter(surface, base, left, axes.y(Math.max(bottom, top)), 0.92 * width, Math.abs(axes.y(bottom) - axes.y(top)), value < 0);
      if (value < 0) down = top;
      else up = top;
    }
  }
}
