const TOP = 26, BASE_ROW = 34, ROW = 46, GAP = 18; // of the picture, in CSS pixels
const FRAMES = 30; // from base to base while it plays

/** Matches with the motif above its width less 3, for each window. */
function matchesAbove(dna, motif) {
  const bases = indices(dna), word = indices(motif), bias = Math.max(word.length - 3, 0);
  const values = new Float64Array(Math.max(bases.length - word.length + 1, 0));
  for (let i = 0; i < values.length; i++) {
    let count = 0;
    for (let j = 0; j < word.length; j++) count += word[j] >= 0 && bases[i + j] === word[j];
    values[i] = Math.max(count - bias, 0);
  }
  return values;
}

/** One round of pooling; an incomplete last pool is lost, as in torch. */
function poolOnce(values, { pool, stride, kind }) {
  const cells = new Float64Array(Math.max(0, Math.floor((values.length - pool) / stride) + 1));
  for (let i = 0; i < cells.length; i++) {
    let most = -Infinity, sum = 0;
    for (let j = i * stride; j < i * stride + pool; j++) {
      sum += values[j];
      if (values[j] > most) most = values[j];
    }
    cells[i] = kind === "max" ? most : sum / pool;
  }
  return cells;
}

export default widget("pool-explorer", (view) => {
  let chosen = 0, axes = null, rows = [], glass = null; // which says what base stands where in the loupe

  const get = (name) => view.get(name);
  const width = () => get("motif").length, length = () => get("sequence").length, last = () => length() - width();
  const holds = (place) => clamp(place, 0, last());
  function planted(places) {
    const dna = [...get("sequence")];
    for (const place of places) dna.splice(holds(place), width(), ...get("motif"));
    return dna.join("");
  }
  const activations = (places) => matchesAbove(planted(places), get("motif"));
  function pooled(values, kind = get("kind")) {
    const layers = [], settings = { pool: get("pool"), stride: get("stride"), kind };
    for (let k = 0; k < get("rounds"); k++) layers.push(poolOnce(layers.at(-1) ?? values, settings));
    return layers;
  }
  const cellNow = (cells) => clamp(get("cell"), 0, Math.max(cells - 1, 0));
  /** First and last value that a cell of the last round sees, in every row below it: [[low, high], ...], the top first. */
  function sight(index) {
    const ranges = [[index, index]];
    for (let k = 0; k < get("rounds"); k++) ranges.push([ranges.at(-1)[0] * get("stride"), ranges.at(-1)[1] * get("stride") + get("pool") - 1]);
    return [...ranges, [ranges.at(-1)[0], ranges.at(-1)[1] + width() - 1]];
  }
  const differ = (now, then) => Array.from(now, (value, i) => Math.abs(value - then[i]) > 1e-9);
  /** How many numbers differ from what was remembered, and of how many: by maximum, by average, without pooling. */
  function noticed() {
    const [now, then] = [activations(get("places")), activations(get("remembered"))], counted = (a, b) => [differ(a, b).filter(Boolean).length, a.length];
    const after = (kind) => counted(pooled(now, kind).at(-1), pooled(then, kind).at(-1));
    return { maximum: after("max"), average: after("average"), none: counted(now, then) };
  }
  const short = (value) => fixed(value, Number.isInteger(value) ? 0 : 2);

  // ---- controls
  view.hint("Drag the motif, or move it with the arrow keys. Outlined cells differ from what was remembered. Choose a cell to see its receptive field.");
  view.challenge("move the motif without a single pooled cell noticing.", () => {
    const top = (places) => pooled(activations(places)).at(-1), now = top(get("places"));
    return String(get("places")) !== String(get("remembered")) && now.length > 0 && !differ(now, top(get("remembered"))).includes(true);
  });
  const tied = (pool) => view.set(get("stride") === get("pool") ? { pool, stride: pool } : { pool });
  view.controls(
    view.slider("pool", "Pool", { min: 1, max: get("most").pool, step: 1, onchange: tied }),
    view.slider("stride", "Stride", { min: 1, max: get("most").pool, step: 1 }),
    view.choice("rounds", "Rounds", [[1, "1"], [2, "2"], [3, "3"]]),
    view.choice("kind", "Keep the", [["max", "maximum"], ["average", "average"]]),
  );
  const move = (step) => () => {
    chosen = clamp(chosen, 0, get("places").length - 1);
    view.set({ places: get("places").map((place, i) => (i === chosen ? holds(place + step) : place)) });
  };
  const choose = (step) => () => {
    chosen = (chosen + step + get("places").length) % get("places").length;
    view.redraw();
  };
  const see = (step) => () => view.set({ cell: clamp(cellNow(rows.at(-1).values.length) + step, 0, Math.max(rows.at(-1).values.length - 1, 0)) });
  const more = view.button("One motif more", () => {
    const free = get("places").map((place) => place + 2 * width()).find((place) => place <= last() && get("places").every((other) => Math.abs(other - place) >= width()));
    chosen = get("places").length;
    view.set({ places: [...get("places"), holds(free ?? 0)] });
  });
  const fewer = view.button("One fewer", () => {
    view.set({ places: get("places").slice(0, -1) });
    chosen = 0;
  });
  let left = 0;
  const play = view.player("Play", () => {
    if (left-- <= 0 || holds(get("places")[chosen] + 1) === get("places")[chosen]) return false;
    move(1)();
  }, { frames: FRAMES, begin: () => {
    chosen = clamp(chosen, 0, get("places").length - 1);
    left = get("pool") + 2;
    view.set({ remembered: get("places").slice() });
  } });
  view.controls(h("div", { class: "dlg-buttons" }, play, view.button("Remember this", () => view.set({ remembered: get("places").slice() }), { primary: true }),
    view.button("← Move by 1", move(-1)), view.button("Move by 1 →", move(1)), more, fewer, view.button("Previous cell", see(-1)), view.button("Next cell", see(1))));
  view.watch("sequence", "motif", "places", "remembered", "cell");

  // ---- the picture: rows from the bases up to the last round, each value above the middle of what it sees
  const side = (width) => (width > 700 ? 92 : 72), lens = (width) => loupeRoom((width - side(width) - 6) / (length() + 0.4));
  const head = () => TOP + lens(picture.width);
  const height = (width) => TOP + lens(width) + BASE_ROW + (get("rounds") + 1) * (ROW + GAP) + 26;
  const picture = new Surface(view, { label: "Sequence, activations and pooled cells", height });
  const under = (point, through) => through?.(point.x) ?? (axes.xAt(point.x) + 0.5) | 0;
  picture.drag({
    grab(point, reach) {
      const through = point.y < GLASS ? glass : null, base = under(point, through);
      const near = (place) => axes.x(place - 0.5) - reach / 2 < point.x && point.x < axes.x(place + width() - 0.5) + reach / 2;
      const inside = get("places").findIndex((place) => (through ? base >= place && base < place + width() : near(place)));
      if (point.y < head() + BASE_ROW + 6) return inside < 0 ? null : { motif: inside, off: base - get("places")[inside], through };
      return point.y > rows.at(-1).y - 4 && rows.at(-1).values.length ? { cell: true } : null;
    },
    move(point, held) {
      if (held.cell) {
        const { middle, step, values } = rows.at(-1);
        return view.set({ cell: clamp(Math.round((axes.xAt(point.x) - middle) / step), 0, values.length - 1) });
      }
      chosen = held.motif;
      view.set({ places: get("places").map((place, i) => (i === chosen ? holds(under(point, held.through) - held.off) : place)) });
    },
  });
  picture.keys("sequence with motifs to move; page keys choose a motif, up and down a cell",
    { ArrowLeft: move(-1), ArrowRight: move(1), Home: move(-Infinity), End: move(Infinity),
      PageUp: choose(-1), PageDown: choose(1), ArrowUp: see(1), ArrowDown: see(-1) });

  /** The rows with their values and geometry: `middle` of the first cell, `step` between cells, `wide` in bases. */
  function layOut(values) {
    const all = [values, ...pooled(values)];
    let step = 1, wide = 1;
    return all.map((cells, k) => {
      if (k > 0) [wide, step] = [wide + (get("pool") - 1) * step, step * get("stride")];
      return { values: cells, step, wide, middle: (width() - 1) / 2 + (wide - 1) / 2, y: head() + BASE_ROW + GAP + k * (ROW + GAP), name: k === 0 ? "activation" : get("rounds") === 1 ? "pooled" : `pooled ${k}×` };
    });
  }

  const inMotif = (i) => get("places").some((place) => i >= holds(place) && i < holds(place) + width());
  function drawLoupe(dna) {
    const wide = axes.x(1) - axes.x(0), strip = { x: axes.x(-0.5), wide }, here = holds(get("places")[chosen] ?? 0) + (width() >> 1);
    glass = lens(picture.width) ? loupe(picture, dna, { x: 0, right: picture.width, strip, here, strong: inMotif }) : null;
  }

  function drawBases(dna) {
    const c = picture.context, wide = axes.x(1) - axes.x(0), { colours } = view, size = clamp(wide * 0.7, LEAST_LETTER, 14);
    for (let i = 0; i < dna.length; i++) {
      const own = inMotif(i), colour = PALETTE[dna[i]] ?? "#8a94a0";
      const ground = own ? colour : tint(colour, 0.2, colours.dark), gap = wide > 5 ? 1.5 : 0;
      if (wide >= 2 || own) cell(picture, { x: axes.x(i - 0.5) + gap / 2, y: head(), width: Math.max(wide - gap, 1), height: BASE_ROW - 6, ground, text: wide >= LEAST_LETTER ? dna[i] : "", size, weight: own ? "700" : "", family: MONO });
    }
    if (wide < 2) cell(picture, { x: axes.x(-0.5), y: head() + BASE_ROW - 10, width: wide * dna.length, height: 3, ground: tint("#8a94a0", 0.4, colours.dark) });
    const frame = (place, colour, dash, line) => {
      c.strokeStyle = colour;
      c.lineWidth = line;
      c.setLineDash(dash);
      c.strokeRect(axes.x(holds(place) - 0.5) - 1, head() - 3, Math.max(wide * width(), 4) + 2, BASE_ROW);
      c.setLineDash([]);
    };
    for (const place of get("remembered")) if (!get("places").includes(place)) frame(place, colours.hues.red, [4, 3], 1.8);
    get("places").forEach((place, i) => frame(place, i === chosen ? colours.accent : colours.fg, [], i === chosen ? 2.5 : 1.2));
  }

  function drawRow(row, strongest, { changed = [], index = -1 } = {}) {
    const c = picture.context, { colours } = view, wide = (axes.x(1) - axes.x(0)) * Math.min(row.wide, row.step), gap = wide > 5 ? 2 : 0;
    row.values.forEach((value, i) => {
      const x = axes.x(row.middle + i * row.step) - wide / 2 + gap / 2, box = { x, y: row.y, width: Math.max(wide - gap, 1), height: ROW };
      if (wide < 2 && value === 0) return;
      const text = [short(value), fixed(value, 1)].find((figures) => figures.length * 7.5 < wide - 2) ?? "";
      cell(picture, { ...box, ground: weightTint(value, strongest, colours.dark), text, size: 12, weight: value > 0 ? "600" : "" });
      if (!changed[i] && i !== index) return;
      c.strokeStyle = i === index ? colours.fg : colours.hues.red;
      c.lineWidth = 2.5;
      c.beginPath();
      c.roundRect(x, row.y, box.width, ROW, Math.min(4, wide / 3));
      c.stroke();
      if (i === index && changed[i]) {
        c.fillStyle = colours.hues.red;
        c.fillRect(x + 2, row.y + ROW - 5, Math.max(box.width - 4, 1), 3);
      }
    });
  }

  /** A funnel from the chosen cell down to all that it sees. */
  function drawSight(ranges) {
    const c = picture.context, right = [], edge = (row, i, side) => axes.x(row.middle + i * row.step + (side * Math.min(row.wide, row.step)) / 2);
    c.fillStyle = view.colours.hues.coral + (view.colours.dark ? "33" : "26");
    c.beginPath();
    [...rows].reverse().forEach((row, k) => {
      const [low, high] = ranges[k];
      for (const y of [row.y + ROW, row.y]) {
        c.lineTo(edge(row, low, -1), y);
        right.unshift([edge(row, high, 1), y]);
      }
    });
    const [low, high] = ranges.at(-1);
    for (const y of [head() + BASE_ROW, head() - 8]) c.lineTo(axes.x(low - 0.5), y);
    for (const y of [head() - 8, head() + BASE_ROW]) c.lineTo(axes.x(high + 0.5), y);
    for (const corner of right) c.lineTo(...corner);
    c.fill();
    picture.font(12, "600");
    c.fillStyle = asText(view.colours.hues.coral, view.colours.dark);
    const label = `sees ${high - low + 1} bases`, half = c.measureText(label).width / 2;
    axes.text(label, clamp(axes.x((low + high) / 2), axes.box.left + half, axes.box.right - half), head() - 18, { align: "center" });
  }

  function draw() {
    const c = picture.begin(), now = activations(get("places")), then = pooled(activations(get("remembered"))).at(-1);
    const box = { left: side(picture.width), right: picture.width - 6, top: 0, bottom: picture.tall - 24 };
    axes = new Axes(picture, view.colours, box, [-0.7, length() - 0.3], [0, 1]);
    rows = layOut(now);
    const top = rows.at(-1), index = cellNow(top.values.length), changed = differ(top.values, then), strongest = Math.max(1, ...now);
    const ranges = top.values.length ? sight(index) : null;
    if (ranges) drawSight(ranges);
    drawBases(planted(get("places")));
    drawLoupe(planted(get("places")));
    rows.forEach((row, k) => drawRow(row, strongest, k === rows.length - 1 ? { changed, index } : {}));
    picture.font(12.5);
    c.fillStyle = view.colours.muted;
    axes.text("sequence", 0, head() + 14);
    for (const row of rows) axes.text(row.name, 0, row.y + ROW / 2);
    picture.font(11);
    for (const base of ticks(0, length() - 1, picture.width / 90).values) axes.text(String(base), axes.x(base), picture.tall - 10, { align: "center" });
    axes.text("base", 0, picture.tall - 10);
    more.disabled = get("places").length >= get("most").motifs;
    fewer.disabled = get("places").length <= 1;
    const sentence = tell(top, index, ranges, changed.filter(Boolean).length);
    picture.describe(sentence);
    view.say(sentence);
  }

  function tell(top, index, ranges, changes) {
    const where = get("places").map(holds).join(", "), moved = String(get("places")) !== String(get("remembered"));
    if (!ranges) return `Motif at ${where}. Nothing is left after so much pooling: a sequence of ${length()} bases is too short for it.`;
    const [low, high] = ranges.at(-1), starts = ranges.at(-2)[1] - ranges.at(-2)[0] + 1;
    const { maximum, average, none } = noticed(), of = ([some, all]) => `${some} of ${all}`, [other, others] = get("kind") === "max" ? ["average", average] : ["maximum", maximum];
    const beside = ` By ${other} it would be ${of(others)}; flattened without pooling, ${of(none)}.`;
    const compared = !moved ? "Move the motif and see what changes." : changes === 0 ? `Moved from ${get("remembered").join(", ")}: no pooled cell noticed.${beside}` : `Moved from ${get("remembered").join(", ")}: ${changes} of ${top.values.length} pooled cells changed.${beside}`;
    const largest = Math.max(...top.values);
    return `Motif at ${where}. Cell ${index} holds ${short(top.values[index])} and sees bases ${low} to ${high}: a motif found there may start at any of ${starts} places. ${compared} The largest of all cells is ${short(largest)}.`;
  }

  const numbers = () => {
    const values = activations(get("places")), layers = pooled(values), cells = layers.at(-1).length;
    const then = pooled(activations(get("remembered"))).at(-1);
    return {
      planted: planted(get("places")),
      activations: Array.from(values),
      pooled: layers.map((layer) => Array.from(layer)),
      receptive_field: cells ? sight(cellNow(cells)).at(-1) : [],
      changed: differ(layers.at(-1), then).filter(Boolean).length,
      noticed: noticed(),
    };
  };
  return { draw, numbers };
});
