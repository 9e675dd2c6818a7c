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

const LEAST_LETTER = 9; // in CSS pixels, of a letter and of its column: a narrower one is a block of colour, without its letter
const GLASS = 20, FUNNEL = 6; // heights of a loupe, and of what leads down from it

/**
 * `count` letters of `sequence` from `first` on, `wide` pixels each; `here` is drawn strong, or those that `strong(i)`
 * says; `dim(i)` says which are faint.
 */
function letterStrip(surface, sequence, { x, y, height, wide, first, count, here, strong = (i) => i === here, dim = () => false }) {
  const { dark } = surface.view.colours, gap = wide > 8 ? 2 : wide > 3 ? 1 : 0, look = { y, height, width: wide - gap, family: MONO, radius: 3 };
  for (let i = first; i < first + count; i++) {
    const letter = sequence[i] ?? "", colour = PALETTE[letter] ?? "#8a94a0";
    const ground = strong(i) ? colour : tint(colour, dim(i) ? 0.08 : 0.24, dark), size = clamp(wide * 0.68, LEAST_LETTER, 15);
    const text = wide >= LEAST_LETTER ? letter : "", weight = strong(i) ? "700" : "500";
    cell(surface, { ...look, x: x + (i - first) * wide, ground, text, size, weight });
  }
}

/** The height that a loupe takes over columns of `wide` pixels: none where their letters can be read. */
const loupeRoom = (wide) => (wide < LEAST_LETTER ? GLASS + FUNNEL : 0);

/**
 * The letters around `here`, large, at the top of a picture from `x` to `right`, over a `strip` { x, wide } of columns too
 * narrow for letters; `mark` is outlined, `look` goes to the letters. Gives which base stands at a place in the loupe.
 */
function loupe(surface, sequence, { x, right, strip, here, mark = -1, ...look }) {
  const c = surface.context, { muted, fg } = surface.view.colours, count = Math.min(sequence.length, Math.floor((right - x) / 18));
  const wide = (right - x) / count, first = clamp(here - (count >> 1), 0, sequence.length - count);
  letterStrip(surface, sequence, { x, y: 1, height: GLASS - 2, wide, first, count, here, ...look });
  c.strokeStyle = muted;
  c.lineWidth = 1;
  c.beginPath();
  for (const [from, i] of [[x, first], [right, first + count]]) {
    c.moveTo(from, GLASS);
    c.lineTo(strip.x + i * strip.wide, GLASS + FUNNEL);
  }
  c.stroke();
  c.strokeStyle = fg;
  c.lineWidth = 2;
  if (mark >= first && mark < first + count) c.strokeRect(x + (mark - first) * wide - 1, 1, wide, GLASS - 2);
  return (pixel) => clamp(first + Math.floor((pixel - x) / wide), 0, sequence.length - 1);
}
