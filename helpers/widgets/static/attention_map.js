const LEFT = 62, TOP = 56, LANE = 12, LANES = 2; // of the map: room for tokens, words and annotations, in CSS pixels
const THUMB = 48, THUMBS = [20, 64], ROOM = 18; // of all heads: numbers and CSS pixels along a side, room for words
const LISTED = 6, KEY = 34; // annotations whose shares are drawn; room for the key of colours

export default widget("attention-map", (view) => {
  const get = (name) => view.get(name), kept = keeper();
  const [layers, heads, count] = get("shape"), windowed = Math.min(get("window"), count);
  const track = get("track"), name = (i) => get("tokens")[i];
  let box = null, axes = null;

  // ---- arithmetic
  const layer = () => Math.min(get("layer"), layers - 1);
  const head = () => Math.min(get("head"), heads - 1);
  const base = () => Math.min(get("base"), count - 1);
  const index = () => layer() * heads + head();
  const here = () => get("held") < 0 || get("held") === index(); // has the chosen head arrived?
  const sent = () => kept("sent", get("maps"), () => floats(get("maps")));
  const coarse = () => kept("coarse", get("coarse"), () => floats(get("coarse")));

  /** The chosen head as { rows, get(i, j) }; from its coarse map where the kernel has not sent it. */
  const map = () => kept("map", `${index()} ${here()}`, () => {
    const size = get("coarse_size"), whole = here() ? count : size, first = here() && get("held") >= 0 ? 0 : index();
    const values = (here() ? sent() : coarse()).subarray(first * whole * whole, (first + 1) * whole * whole);
    const block = Int32Array.from({ length: count }, (_, i) => (here() ? i : Math.floor(((i + 1) * size - 1) / count)));
    return { at: (i, j) => values[block[i] * whole + block[j]] };
  });
  /** All heads, in full or coarse, and the largest weight of all: one scale of colours for every picture. */
  const every = () => (get("held") < 0 ? sent() : coarse());
  const most = () => kept("most", `${get("held") < 0}`, () => every().reduce((top, value) => Math.max(top, value), 1e-9));
  const shade = (weight) => Math.sqrt(weight / most()); // so that an even row is seen beside a head that asks one base
  const row = () => kept("row", `${index()} ${here()} ${base()}`, () => Float32Array.from({ length: count }, (_, j) => map().at(base(), j)));
  const argmax = (values) => values.reduce((best, value, i) => (value > values[best] ? i : best), 0);
  /** How many bases share a row's weight, as if evenly; 0 for a row without weight. */
  const spreadOf = (weights) => {
    const entropy = weights.reduce((sum, value) => (value > 0 ? sum - value * Math.log2(value) : sum), 0);
    return weights.some((value) => value > 0) ? 2 ** entropy : 0;
  };
  const spread = () => spreadOf(row());
  const narrowest = () => kept("narrowest", `${index()} ${here()}`, () => {
    const all = Array.from({ length: count }, (_, i) => spreadOf(Float32Array.from({ length: count }, (__, j) => map().at(i, j))));
    return Math.min(...all.filter((value) => value > 0));
  });
  const part = ({ start, stop }) => row().subarray(start, stop).reduce((sum, value) => sum + value, 0);
  function strongest() {
    const { at } = map(), best = [0, Math.min(1, count - 1)];
    for (let i = 0; i < count; i++) for (let j = 0; j < count; j++) if (i !== j && at(i, j) > at(...best)) best.splice(0, 2, i, j);
    return best;
  }
  const corner = () => get("corner").map((at) => clamp(at, 0, count - windowed));

  // ---- controls
  view.hint("A row asks, a column is asked. Choose a base by dragging over the map, and see whom it asks. A map shows where weight goes; it is no proof of why the model decides: mutate to test.");
  view.challenge("find, in this head, the base that asks the fewest others: a strong cell or two in its row, and the rest faint. " +
    "The title over the row's plot counts them: “asks about … bases”.", () => spread() > 0 && spread() <= narrowest() * 1.001);
  const follow = (at, edge) => (at < edge ? at : at >= edge + windowed ? at - windowed + 1 : edge);
  const ask = (to) => {
    const at = clamp(to, 0, count - 1), [down, across] = corner();
    view.set({ base: at, corner: [follow(at, down), across] });
  };
  const focus = ([asks, asked]) => view.set({ base: asks, corner: [asks, asked].map((at) => clamp(at - (windowed >> 1), 0, count - windowed)) });
  const edge = (which, label) => {
    const input = h("input", { type: "range", id: `${view.id}-corner${which}`, min: 0, max: count - windowed, step: 1 });
    const shown = h("output", { for: input.id });
    view.slide(input, (at) => view.set({ corner: corner().map((old, i) => (i === which ? at : old)) }));
    return { input, shown, element: h("div", { class: "dlg-slider" }, h("label", { for: input.id }, label), input, shown) };
  };
  const edges = count > windowed ? [edge(0, "Rows from"), edge(1, "Columns from")] : [];
  view.controls(
    ...(layers > 1 ? [view.slider("layer", "Layer", { min: 0, max: layers - 1, step: 1 })] : []),
    ...(heads > 1 ? [view.slider("head", "Head", { min: 0, max: heads - 1, step: 1 })] : []),
    view.slider("base", "Base that asks", { min: 0, max: count - 1, step: 1, format: (i) => `${i} ${name(Math.min(i, count - 1))}`, onchange: ask }),
    ...edges.map(({ element }) => element),
    h("div", { class: "dlg-buttons" }, view.button("Strongest pair", () => focus(strongest())), view.button("Who it asks most", () => focus([base(), argmax(row())]))),
  );
  view.watch("layer", "head", "corner", "held", "maps");
  const sideOf = (wide) => clamp((wide - LEFT) / heads - 6, ...THUMBS);
  const overview = layers * heads < 2 ? null : new Surface(view, { label: "All heads", height: (wide) => ROOM + layers * (sideOf(wide) + 6) });
  overview?.drag({
    grab: ({ x, y }) => (x >= LEFT && y >= ROOM ? "head" : null),
    move({ x, y }) {
      const pitch = sideOf(overview.width) + 6;
      view.set({ layer: clamp(Math.floor((y - ROOM) / pitch), 0, layers - 1), head: clamp(Math.floor((x - LEFT) / pitch), 0, heads - 1) });
    },
  });
  const climb = (by) => () => view.set({ layer: clamp(layer() + by, 0, layers - 1) });
  const columns = view.add(h("div", { class: "dlg-columns" }));
  const lanes = track.length ? LANES * LANE : 0, sideIn = (wide) => Math.min(wide - LEFT - lanes - 4, 440);
  const square = new Surface(view, { label: "Attention map", height: (wide) => sideIn(wide) + TOP + lanes - 4 + KEY, place: columns });
  const profile = new Surface(view, { label: "One row", height: () => 220 + 26 * Math.min(track.length, LISTED) + 10, place: columns });
  const inside = (point) => box && point.x >= box.x && point.y >= box.y && point.y < box.y + box.height;
  square.drag({
    grab: (point) => (inside(point) ? "row" : null),
    move: (point) => ask(corner()[0] + Math.floor(((point.y - box.y) / box.height) * windowed)),
  });
  const step = (by) => () => ask(base() + by);
  const turn = (by) => () => view.set({ head: clamp(head() + by, 0, heads - 1) });
  const rows = { ArrowUp: step(-1), ArrowDown: step(1), PageUp: step(-10), PageDown: step(10), Home: () => ask(0), End: () => ask(count - 1) };
  square.keys("map of attention; up and down choose the base that asks, left and right the head", { ...rows, ArrowLeft: turn(-1), ArrowRight: turn(1) });
  overview?.keys("all heads; left and right choose the head, up and down the layer",
    { ArrowLeft: turn(-1), ArrowRight: turn(1), ArrowUp: climb(-1), ArrowDown: climb(1) });
  profile.drag({
    grab: (point) => (axes?.holds(point) && count > windowed ? "column" : null),
    move: (point) => view.set({ corner: [corner()[0], clamp(Math.round(axes.xAt(point.x)) - (windowed >> 1), 0, count - windowed)] }),
  });

  // ---- pictures
  /** Lanes of annotations; `place(i)` gives the pixel of a position, `paint` draws from pixel to pixel. */
  function annotations(place, low, high, paint) {
    track.forEach(({ start, stop, name: words }, i) => {
      const from = clamp(place(start), low, high), to = clamp(place(stop), low, high);
      if (to > from) paint(from, to, i % LANES, words);
    });
  }
  const RED = () => asText(view.colours.hues.red, view.colours.dark);

  /** Every head, small: the largest weight of each block of its map. */
  function thumb(k) {
    const whole = get("held") < 0 ? count : get("coarse_size"), values = every(), size = Math.min(whole, THUMB);
    const blocks = new Float32Array(size * size), first = k * whole * whole,
      block = Int32Array.from({ length: whole }, (_, i) => Math.floor((i * size) / whole));
    for (let i = 0; i < whole; i++) {
      for (let j = 0; j < whole; j++) {
        const value = values[first + i * whole + j], at = block[i] * size + block[j];
        if (value > blocks[at]) blocks[at] = value;
      }
    }
    const { dark } = view.colours;
    return tile(size, size, (at) => channels(rampColour(shade(blocks[at]), false, dark)));
  }

  function drawHeads() {
    const c = overview.begin(), { colours } = view, side = sideOf(overview.width);
    const all = kept("thumbs", `${colours.dark} ${get("held") < 0 ? "sent" : "coarse"}`, () => Array.from({ length: layers * heads }, (_, k) => thumb(k)));
    overview.font(12);
    Object.assign(c, { fillStyle: colours.muted, textAlign: "right", textBaseline: "middle", imageSmoothingEnabled: true });
    for (let l = 0; l < layers; l++) {
      const y = ROOM + l * (side + 6);
      c.textAlign = "right";
      c.fillText(layers > 1 ? `layer ${l}` : "heads", LEFT - 10, y + side / 2);
      for (let k = 0; k < heads; k++) {
        const x = LEFT + k * (side + 6), chosen = l === layer() && k === head();
        c.drawImage(all[l * heads + k], x, y, side, side);
        c.lineWidth = chosen ? 3 : 1;
        c.strokeStyle = chosen ? colours.accent : colours.muted;
        c.strokeRect(x, y, side, side);
        c.textAlign = "center";
        if (l === 0) c.fillText(side >= 46 ? `head ${k}` : String(k), x + side / 2, 8);
      }
    }
    overview.describe(`All ${layers * heads} maps, small; layer ${layer()}, head ${head()} is the one below.`);
  }

  function drawMap() {
    const c = square.begin(), [down, across] = corner(), all = map(), side = sideIn(square.width);
    box = { x: LEFT + lanes, y: TOP + lanes - 10, width: side, height: side };
    const at = (i, j) => shade(all.at(down + i, across + j)), column = argmax(row()) - across;
    drawSquare(square, box, { count: windowed, from: [down, across], at, row: base() - down, names: name, column, margin: lanes });
    nameAxes(square, box, 9, 9);
    const cellWide = side / windowed;
    c.fillStyle = RED();
    const beside = (edge_, lane) => edge_ + 1 - (lane + 1) * LANE, long = (from, to) => Math.max(to - from - 1, 2);
    annotations((i) => box.x + (i - across) * cellWide, box.x, box.x + side, (from, to, lane) =>
      c.fillRect(from + 0.5, beside(box.y, lane), long(from, to), LANE - 4));
    annotations((i) => box.y + (i - down) * cellWide, box.y, box.y + side, (from, to, lane) =>
      c.fillRect(beside(box.x, lane), from + 0.5, LANE - 4, long(from, to)));
    drawKey(c, box.y + side + 12);
  }

  /** What the colours say: from 0 to the largest weight of all heads, by its square root. */
  function drawKey(c, y) {
    const wide = Math.min(110, box.width * 0.4), { fg, muted, dark } = view.colours;
    const put = (words, x, y_, align) => (c.textAlign = align, c.fillText(words, x, y_));
    for (let x = 0; x < wide; x++) {
      c.fillStyle = rampColour(x / wide, false, dark);
      c.fillRect(box.x + x, y, 1, 9);
    }
    square.font(11);
    Object.assign(c, { fillStyle: fg, textBaseline: "middle" });
    for (const [at, align] of [[0, "left"], [0.5, "center"], [1, "right"]])
      put(at ? share(most() * at ** 2) : "0", box.x + at * wide, y + 18, align);
    c.fillStyle = muted;
    put("weight, by its", box.x + wide + 10, y + 5, "left");
    put("square root", box.x + wide + 10, y + 18, "left");
  }

  const asksAbout = () => (spread() > 0 ? `asks about ${fixed(spread(), spread() < 9.5 ? 1 : 0)} bases` : "may ask nobody");

  function drawRow() {
    const c = profile.begin(), { colours } = view, values = row(), above = track.length ? 34 : 6;
    const plot = { left: 48, right: profile.width - 8, top: 22 + above, bottom: 220 - 44 };
    axes = new Axes(profile, colours, plot, [-0.5, count - 0.5], [0, Math.max(...values, 1e-9)]);
    profile.font(13, "600");
    c.fillStyle = colours.fg;
    const title = `base ${base()} (${name(base())}) ${asksAbout()}`;
    axes.text(title, Math.min(plot.left, profile.width - c.measureText(title).width - 2), 10);
    axes.frame({ xLabel: "is asked (base)", yLabel: "weight", yTicks: 3, xTicks: 6 });
    const wide = (plot.right - plot.left) / count;
    c.fillStyle = view.colours.hues.blue;
    values.forEach((value, i) => c.fillRect(axes.x(i - 0.5), axes.y(value), Math.max(wide * 0.9, 1), plot.bottom - axes.y(value)));
    c.strokeStyle = colours.fg;
    c.lineWidth = 1.5;
    c.beginPath();
    lineThrough(c, axes.x(base()), plot.top - 4, 0, plot.bottom - plot.top + 4);
    c.stroke();
    profile.font(11);
    c.fillStyle = RED();
    annotations((i) => axes.x(i - 0.5), plot.left, plot.right, (from, to, lane, words) => {
      c.fillRect(from, 38 + lane * 13, Math.max(to - from, 2), 3);
      const half = c.measureText(words).width / 2;
      axes.text(words, clamp((from + to) / 2, plot.left + half, plot.right - half), 32 + lane * 13, { align: "center" });
    });
    track.slice(0, LISTED).forEach((entry, i) => gauge(entry, 220 + i * 26 + 12));
  }

  /** What share of the row falls into an annotation, beside the share that an even row would give it. */
  function gauge(entry, y) {
    const c = profile.context, { colours } = view, got = part(entry), even = (entry.stop - entry.start) / count;
    const from = profile.width < 420 ? 90 : 120, room = profile.width - from - 134;
    profile.font(12.5);
    c.fillStyle = colours.fg;
    axes.text(entry.name.length > from / 7 ? entry.name.slice(0, from / 7 - 1) + "…" : entry.name, from - 10, y, { align: "right" });
    c.fillStyle = colours.grid;
    c.fillRect(from, y - 6, room, 12);
    c.fillStyle = RED();
    c.fillRect(from, y - 6, room * got, 12);
    c.fillStyle = colours.fg;
    c.fillRect(from + room * even - 1, y - 9, 2, 18);
    axes.text(`${fixed(100 * got, 0)} % (even: ${fixed(100 * even, 0)} %)`, from + room + 8, y);
  }

  function draw() {
    corner().forEach((at, i) => {
      if (!edges[i]) return;
      edges[i].input.value = at;
      edges[i].shown.textContent = String(at);
      edges[i].input.setAttribute("aria-valuetext", String(at));
      edges[i].input.style.setProperty("--fill", `${(100 * at) / (count - windowed)}%`);
    });
    if (overview) drawHeads();
    drawMap();
    drawRow();
    const best = argmax(row()), value = row()[best];
    const where = track.filter(({ start, stop }) => best >= start && best < stop).map((entry) => entry.name);
    const which = `Layer ${layer()}, head ${head()}: `, who = `base ${base()} (${name(base())})`;
    const sentence = !here()
      ? `${which}a coarse map. The full one comes from the running notebook; without it, only layer ${Math.floor(get("held") / heads)}, head ${get("held") % heads} is here in full.`
      : value > 0
        ? `${which}${who} ${asksAbout()}, most of all base ${best} (${name(best)}${where.length ? `, in ${where.join(" and ")}` : ""}), weight ${share(value)}.`
        : `${which}${who} ${asksAbout()}: its row is zero.`;
    square.describe(`Attention map of ${count} tokens, rows ask, columns are asked. ${sentence}`);
    profile.describe(`Weights of one row. ${sentence} ${track.map((entry) => `${entry.name} gets ${fixed(100 * part(entry), 0)} %.`).join(" ")}`);
    view.say(sentence);
  }

  const numbers = () => ({
    row: Array.from(row()), asked: argmax(row()), spread: spread(), shares: track.map(part), strongest: strongest(),
  });
  return { draw, numbers };
});
