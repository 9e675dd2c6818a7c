const PAD = 64, BESIDE = 12; // room left of a plot; how far from its dot a number stands
const called = (i) => String(i + 1); // an end: by a number, for letters are bases
const bytesOf = (bytes) => new Uint8Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));

/** Heights of a logo in bits: each letter's share of what its column tells; `chance(b, j)`. */
function letterHeights(chance, length) {
  const rows = [0, 1, 2, 3].map(() => new Array(length).fill(0));
  for (let j = 0; j < length; j++) {
    let bits = 2;
    for (let b = 0; b < 4; b++) if (chance(b, j) > 0) bits += chance(b, j) * Math.log2(chance(b, j));
    for (let b = 0; b < 4; b++) rows[b][j] = chance(b, j) * clamp(bits, 0, 2);
  }
  return rows;
}

/** Where each dot's number stands in the box: on the side that is farthest from other dots and numbers, above where all are free. */
function freeSides(spots, { left, right, top, bottom }) {
  const placed = [], sides = [-2, 2, 0, 4, -1, -3, 1, 3].map((eighth) => (eighth * Math.PI) / 4);
  spots.forEach(([x, y], i) => {
    const others = [...spots.filter((_, k) => k !== i), ...placed];
    const inside = ([px, py]) => Math.min(px - left - 4, right - 4 - px, py - top - 6, bottom - 6 - py);
    const room = (at) => Math.min(BESIDE + 4, inside(at), ...others.map(([ox, oy]) => Math.hypot(at[0] - ox, at[1] - oy)));
    const around = sides.map((angle) => [x + BESIDE * Math.cos(angle), y + BESIDE * Math.sin(angle)]);
    placed.push(around.reduce((best, place) => (room(place) > room(best) + 0.5 ? place : best)));
  });
  return placed;
}

export default widget("latent-walk", (view) => {
  const get = (name) => view.get(name), sequences = get("sequences"), names = get("names"), words = get("words"), steps = get("steps");
  const places = floats(get("places")), decoded = bytesOf(get("decoded")), obeys = bytesOf(get("obeys")), shares = floats(get("shares"));
  const count = sequences.length, length = sequences[0].length, ways = (count * (count - 1)) / 2, dots = places.length / 2 / names.length;
  let map = null, plot = null;

  // ---- arithmetic
  const model = () => clamp(get("model"), 0, names.length - 1), at = () => clamp(get("step"), 0, steps - 1);
  function ends() {
    const start = clamp(get("start"), 0, count - 1), end = clamp(get("end"), 0, count - 1);
    return start === end ? [start, (end + 1) % count] : [start, end];
  }
  /** Where step `k` of the present way lies among all steps of all ways of all models. */
  function row(k) {
    const [start, end] = ends(), low = Math.min(start, end), high = Math.max(start, end);
    const way = low * count - (low * (low + 1)) / 2 + high - low - 1;
    return (model() * ways + way) * steps + (start < end ? k : steps - 1 - k);
  }
  const chance = (k) => (b, j) => decoded[(row(k) * 4 + b) * length + j] / 255;
  function likeliest(k) {
    const p = chance(k);
    let letters = "";
    for (let j = 0; j < length; j++) letters += BASES[[0, 1, 2, 3].reduce((best, b) => (p(b, j) > p(best, j) ? b : best), 0)];
    return letters;
  }
  const place = (i) => [0, 1].map((axis) => places[(model() * dots + i) * 2 + axis]);
  function here() {
    const [a, b] = ends().map(place);
    return [0, 1].map((axis) => a[axis] + (at() / (steps - 1)) * (b[axis] - a[axis]));
  }
  function sure() {
    const p = chance(at());
    let sum = 0;
    for (let j = 0; j < length; j++) sum += Math.max(p(0, j), p(1, j), p(2, j), p(3, j));
    return sum / length;
  }
  const every = Array.from({ length: steps }, (_, k) => k);
  const good = () => every.reduce((sum, k) => sum + obeys[row(k)], 0);

  // ---- controls
  const rule = get("grammar") ? ` (${get("grammar")})` : "";
  view.hint(`Walk from the code of one numbered sequence to another's. Does what the decoder writes on the way still obey the grammar${rule}?`);
  view.challenge("find a walk on which every sequence obeys the grammar.", () => good() === steps);
  const go = (step) => view.set({ step: clamp(step, 0, steps - 1) });
  const named = sequences.map((_, i) => [i, called(i)]);
  const turn = (trait, other) => ({ onchange: (i) => view.set(i === ends()[other] ? { start: ends()[1], end: ends()[0] } : { [trait]: i }) });
  const walk = view.button("Walk", () => {
    let frame = 0;
    go(0);
    view.run(() => {
      if (++frame % 5) return true;
      go(at() + 1);
      return at() < steps - 1;
    });
  }, { primary: true });
  view.controls(
    view.slider("step", "Step", { min: 0, max: steps - 1, step: 1, onchange: (step) => (view.stop(), go(step)) }),
    view.choice("start", "From", named, turn("start", 1)),
    view.choice("end", "To", named, turn("end", 0)),
    ...(names.length > 1 ? [view.choice("model", "Model", names.map((name, i) => [i, name]))] : []),
    h("div", { class: "dlg-buttons" }, walk),
  );
  view.watch("step", "start", "end", "model");

  // ---- pictures and hands
  const columns = view.add(h("div", { class: "dlg-columns" }));
  const codes = new Surface(view, { label: "Map of codes", height: () => 230, place: columns });
  const truth = new Surface(view, { label: "Draws that obey, step by step", height: () => 230, place: columns });
  const perRow = (width) => (width < 560 ? Math.ceil(length / 2) : length);
  const ROW = 92;
  const letters = new Surface(view, { label: "Logo of decoded letters", height: (width) => ROW * Math.ceil(length / perRow(width)) + 4 });
  codes.drag({
    grab: (point) => (map?.holds(point) ? "walker" : null),
    move(point) {
      view.stop();
      const [a, b] = ends().map(place), [ax, ay, bx, by] = [map.x(a[0]), map.y(a[1]), map.x(b[0]), map.y(b[1])];
      const square = (bx - ax) ** 2 + (by - ay) ** 2;
      if (square > 0) go(Math.round((((point.x - ax) * (bx - ax) + (point.y - ay) * (by - ay)) / square) * (steps - 1)));
    },
  });
  truth.drag({
    grab: (point) => (plot?.holds(point) ? "step" : null),
    move: (point) => (view.stop(), go(Math.round(plot.xAt(point.x)))),
  });
  const by = (change) => () => (view.stop(), go(at() + change));
  const along = { ArrowLeft: by(-1), ArrowRight: by(1), Home: by(-steps), End: by(steps) };
  codes.keys("left and right walk", along);
  truth.keys("left and right walk", along);

  function drawMap() {
    const c = codes.begin(), { colours } = view, box = { left: 8, right: codes.width - 8, top: 24, bottom: codes.tall - 8 };
    const all = Array.from({ length: dots }, (_, i) => place(i)), [start, end] = ends();
    map = new Axes(codes, colours, box, extent(all.map(([x]) => x)), extent(all.map(([, y]) => y)));
    c.strokeStyle = colours.grid;
    c.strokeRect(box.left + 0.5, box.top + 0.5, box.right - box.left - 1, box.bottom - box.top - 1);
    c.fillStyle = colours.muted;
    c.globalAlpha = 0.6;
    for (const [x, y] of all.slice(count)) c.fillRect(map.x(x) - 1.5, map.y(y) - 1.5, 3, 3);
    c.globalAlpha = 1;
    map.line([place(start)[0], place(end)[0]], [place(start)[1], place(end)[1]], colours.fg, 1.5);
    codes.font(13, "700");
    c.fillStyle = colours.fg;
    const spots = all.slice(0, count).map(([x, y]) => [map.x(x), map.y(y)]);
    freeSides(spots, box).forEach(([x, y], i) => map.text(called(i), x, y, { align: "center", halo: true }));
    all.slice(0, count).forEach(([x, y]) => map.dot(x, y, colours.fg, 4));
    map.dot(...here(), colours.hues.red, 7);
    codes.font(12.5, "600");
    c.fillStyle = colours.fg;
    map.text(`${names[model()]}: codes`, box.left, 11);
  }

  function drawTruth() {
    const c = truth.begin(), { colours } = view, box = { left: PAD, right: truth.width - 8, top: 42, bottom: truth.tall - 44 };
    plot = new Axes(truth, colours, box, [-0.5, steps - 0.5], [0, 1]);
    const [start, end] = ends().map(called);
    plot.frame({ xLabel: `step from ${start} to ${end}`, yLabel: "draws that obey", yTicks: { values: [0, 0.5, 1], text: (value) => `${100 * value} %` } });
    const wide = plot.x(1) - plot.x(0);
    for (const k of every) {
      const right = obeys[row(k)] === 1, left = plot.x(k) - wide * 0.42, top = plot.y(shares[row(k)]), tall = Math.max(box.bottom - top, 2);
      c.fillStyle = c.strokeStyle = right ? colours.hues.blue : colours.hues.red;
      c.lineWidth = 1.5;
      if (right) c.fillRect(left, box.bottom - tall, wide * 0.84, tall);
      else c.strokeRect(left + 0.75, box.bottom - tall + 0.75, wide * 0.84 - 1.5, Math.max(tall - 1.5, 0.5));
    }
    plot.line([at(), at()], plot.ys, colours.fg, 1.5);
    truth.font(12.5, "600");
    c.fillStyle = colours.fg;
    plot.text("height: how many of the draws obey", 0, 11);
    truth.font(12);
    plot.text("hollow: the likeliest letters break it", 0, 28);
  }

  function drawLetters() {
    const c = letters.begin(), { colours } = view, across = perRow(letters.width), spelled = likeliest(at());
    const heights = letterHeights(chance(at()), length), marked = new Array(length).fill(false);
    for (const word of words)
      for (let j = spelled.indexOf(word); j >= 0; j = spelled.indexOf(word, j + 1)) marked.fill(true, j, j + word.length);
    for (let first = 0, r = 0; first < length; first += across, r++) {
      const box = { left: 8, right: letters.width - 8, top: r * ROW + 6, bottom: r * ROW + 72 };
      const axes = new Axes(letters, colours, box, [first - 0.5, first + across - 0.5], [0, 2]), wide = axes.x(1) - axes.x(0);
      c.fillStyle = colours.grid;
      c.fillRect(box.left, box.bottom, (Math.min(across, length - first) * (box.right - box.left)) / across, 1);
      logo(axes, heights.map((row) => row.slice(first, first + across)), first);
      letters.font(clamp(wide * 0.95, 8, 13), "600", MONO);
      for (let j = first; j < Math.min(first + across, length); j++) {
        c.fillStyle = marked[j] ? colours.fg : colours.muted;
        axes.text(spelled[j], axes.x(j), box.bottom + 10, { align: "center" });
        if (marked[j]) c.fillRect(axes.x(j) - wide / 2, box.bottom + 17, wide, 2.5);
      }
    }
  }

  function draw() {
    drawMap();
    drawTruth();
    drawLetters();
    const [start, end] = ends().map(called), right = obeys[row(at())] === 1, share = fixed(100 * shares[row(at())], 0);
    const sentence =
      `${names[model()]}, step ${at()} of ${steps - 1} from ${start} to ${end}: the likeliest letters ${right ? "obey" : "break"} the grammar, ` +
      `and ${share} % of what is drawn here obeys. On this way ${good()} of ${steps} steps obey.`;
    codes.describe(`${dots} sequences by their codes; the walker stands at step ${at()} between ${start} and ${end}.`);
    truth.describe(`${share} % of the draws obey at this step; the likeliest letters obey at ${good()} of ${steps} steps.`);
    letters.describe(`The likeliest letters are ${likeliest(at())}.`);
    view.say(sentence);
  }

  const numbers = () => ({
    x: here()[0], y: here()[1], likeliest: likeliest(at()), obeys: obeys[row(at())] === 1, share: shares[row(at())], sure: sure(), good: good(),
  });
  return { draw, numbers };
});
