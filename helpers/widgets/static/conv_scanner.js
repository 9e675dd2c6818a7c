const LEFT = 52, RIGHT = 10, LETTER = 30, CELL = 25, TICKS = 18; // in CSS pixels; both pictures begin and end alike
const LEAST = 17; // of a cell that shows a base and its weight: where more bases stand, some are shown
const WIDE_TYPED = 24, LINE = 2 / 3; // bases of a motif of one's own; how near the threshold's line counts as on it, in the hand's reaches
const DEEPEST = 2; // how far below the threshold scores are shown, in heights of what rises above it

/** Each window's sum of one-hot columns times weights. */
function scan(sequence, weights, { stride, dilation, padding }) {
  const bases = indices(sequence), width = weights[0].length, reach = dilation * (width - 1);
  const count = Math.floor((bases.length + padding[0] + padding[1] - reach - 1) / stride) + 1, scores = new Float64Array(Math.max(count, 0));
  for (let i = 0; i < scores.length; i++) {
    let sum = 0;
    for (let j = 0, at = i * stride - padding[0]; j < width; j++, at += dilation) {
      const base = bases[at]; // undefined on the padding
      if (base >= 0) sum += weights[base][j];
    }
    scores[i] = sum;
  }
  return scores;
}

/** The largest of every `size` values; an incomplete last group is lost, as in torch. */
function maxPool(values, size) {
  const largest = (group) => group.reduce((most, value) => Math.max(most, value));
  return Array.from({ length: Math.floor(values.length / size) }, (_, g) => largest(values.slice(g * size, (g + 1) * size)));
}

export default widget("conv-scanner", (view) => {
  let axes = null, strip = null, chosen = null; // chosen: the weight that keys change, [row, column]
  let complaint = "";

  const get = (name) => view.get(name);
  const scores = () => scan(get("sequence"), get("weights"), { stride: get("stride"), dilation: get("dilation"), padding: get("padding") });
  const activate = (score) => (get("relu") ? Math.max(score + get("bias"), 0) : score + get("bias"));
  const width = () => get("weights")[0].length;
  const span = () => get("dilation") * (width() - 1) + 1;
  const windows = () => Math.max(0, Math.floor((get("sequence").length + get("padding")[0] + get("padding")[1] - span()) / get("stride")) + 1);
  const position = () => clamp(get("position"), 0, Math.max(windows() - 1, 0));
  const start = (i = position()) => i * get("stride") - get("padding")[0];
  const letterAt = (at) => get("sequence")[at] ?? ".";
  const letters = () => (windows() ? Array.from({ length: width() }, (_, j) => letterAt(start() + j * get("dilation"))).join("") : "");
  const steepest = () => Math.max(...get("weights").flat().map(Math.abs));
  const most = () => get("weights")[0].reduce((sum, _, j) => sum + Math.max(...get("weights").map((row) => Math.abs(row[j]))), 0) || 1;
  const fitting = (value, room) => [number(value), fixed(value, 1), fixed(value, 0)].find((text) => text.length * 5.6 < room - 3) ?? "";
  const number = (value) => fixed(value, Number.isInteger(Math.round(value * 1e6) / 1e6) ? 0 : 2);

  // ---- controls
  view.hint("Drag the filter along the sequence, and the dashed line to set the threshold, which is minus the bias. Click a weight and press + or − to change it, or type a sequence or a motif of your own.");
  view.challenge("set the threshold so that only the best window is above it, or the best ones.", () => {
    const all = scores(), above = all.filter((score) => score + get("bias") > 0);
    return above.length > 0 && above.length < all.length && above.every((score) => score > Math.max(...all) - 1e-6);
  });
  const input = h("input", { type: "text", id: view.id + "-motif", class: "dlg-dna", spellcheck: "false", autocomplete: "off", placeholder: "own filter" });
  view.listen(input, "input", () => {
    const motif = input.value.toUpperCase().replace(/\s/g, ""), wrong = [...motif].find((letter) => !(BASES + "N").includes(letter));
    const longest = Math.min(WIDE_TYPED, get("widest"), get("sequence").length);
    complaint = wrong ? `“${wrong}” is no base: allowed are A, C, G, T, and N for any.` : motif.length > longest ? `A motif of ${motif.length} is too long here: at most ${longest}.` : "";
    input.setAttribute("aria-invalid", String(complaint !== ""));
    chosen = null;
    if (complaint || motif === "") view.redraw();
    else view.set({ weights: Array.from(BASES, (base) => Array.from(motif, (letter) => Number(letter === base))) });
  });
  const typed = h("input", { type: "text", id: view.id + "-sequence", class: "dlg-dna", spellcheck: "false", autocomplete: "off" });
  view.listen(typed, "input", () => {
    const dna = typed.value.toUpperCase().replace(/\s/g, ""), wrong = [...dna].find((letter) => !(BASES + "N").includes(letter));
    complaint = wrong ? `“${wrong}” is no base: allowed are A, C, G, T, and N for “unknown”.` : dna.length > get("longest") ? `${dna.length} bases are more than fit here: at most ${get("longest")}.`
      : dna.length < span() ? `The filter covers ${span()} bases: type as many at least.` : "";
    typed.setAttribute("aria-invalid", String(complaint !== ""));
    if (complaint) view.redraw();
    else view.set({ sequence: dna });
  });
  const options = (trait, usual) => [...new Set([...usual, get(trait)])].sort((a, b) => a - b).map((value) => [value, value === 1 && trait === "pool" ? "off" : String(value)]);
  const biased = (bias) => `${number(bias)} (threshold ${number(-bias)})`;
  const level = view.slider("bias", "Bias", { min: () => Math.min(-most(), get("bias")), max: () => Math.max(most(), get("bias")), step: 0.05, format: biased });
  level.classList.add("dlg-wordy");
  view.controls(
    h("div", { class: "dlg-typed" }, h("label", { for: typed.id }, "Sequence"), typed),
    h("div", { class: "dlg-typed" }, h("label", { for: input.id }, "Motif"), input),
    view.slider("position", "Window", { min: 0, max: () => Math.max(windows() - 1, 0), step: 1 }), level, view.toggle("relu", "ReLU"),
  );
  view.more(
    view.choice("stride", "Stride", options("stride", [1, 2, 3, 4])),
    view.choice("dilation", "Dilation", options("dilation", [1, 2, 4])),
    view.choice("pool", "Max pool", options("pool", [1, 2, 4, 8])),
  );
  const best = () => {
    const all = scores();
    view.set({ position: all.reduce((top, score, i) => (score > all[top] ? i : top), 0) });
  };
  const next = () => {
    const all = scores(), from = position(), active = (i) => all[i] + get("bias") > 0;
    for (let i = 1; i <= all.length; i++) if (active((from + i) % all.length)) return view.set({ position: (from + i) % all.length });
  };
  view.controls(h("div", { class: "dlg-buttons" }, view.button("Best window", best, { primary: true }), view.button("Next above threshold", next), view.button("Weight −", () => turn(-1)()), view.button("Weight +", () => turn(1)())));
  view.watch("sequence", "weights", "padding");

  // ---- hands: the upper picture moves the window and weights, the lower one the window and the threshold
  const sumTop = TICKS + LETTER + 10 + 4 * CELL + 8;
  const upper = new Surface(view, { label: "Sequence and filter", height: (wide) => sumTop + (wide < 480 ? 46 : 26) });
  const lower = new Surface(view, { label: "Match score of each window", height: () => 230 });
  const place = (i) => view.set({ position: clamp(Math.round(i), 0, Math.max(windows() - 1, 0)) });
  function change(row, column, value) {
    const weights = get("weights").map((line) => line.slice());
    weights[row][column] = clamp(Math.round(value * 20) / 20, -1000, 1000);
    input.value = "";
    view.set({ weights });
  }
  function weightUnder(point) {
    const column = (point.x - strip.x(start())) / (strip.cell * get("dilation")), row = Math.floor((point.y - TICKS - LETTER - 10) / CELL);
    const covered = column >= 0 && column < width() && (column % 1) * get("dilation") < 1;
    return row >= 0 && row < 4 && covered && windows() ? [row, Math.floor(column)] : null;
  }
  upper.drag({ knob: ({ weight }) => Boolean(weight),
    grab(point) {
      if (!strip || point.y > TICKS + LETTER + 10 + 4 * CELL) return null;
      const weight = weightUnder(point);
      return weight ? { weight, value: get("weights")[weight[0]][weight[1]], y: point.y } : { x: point.x, from: position() };
    },
    move(point, held) {
      if (!held.weight) return place(held.from + (point.x - held.x) / (strip.cell * get("stride")));
      chosen = held.weight;
      if (Math.abs(held.y - point.y) < 3) return view.redraw();
      change(...held.weight, held.value + ((held.y - point.y) / 60) * Math.max(steepest(), 1));
    },
  });
  const walk = (step) => () => place(position() + step);
  const pick = (down, across) => () => {
    const [row, column] = chosen ?? [0, 0];
    chosen = chosen ? [(row + down + 4) % 4, (column + across + width()) % width()] : [row, column];
    view.redraw();
  };
  const turn = (sign) => () => {
    if (!chosen) return pick(0, 0)();
    change(...chosen, get("weights")[chosen[0]][chosen[1]] + sign * Math.max(0.1, steepest() / 10));
  };
  const along = { Home: () => place(0), End: () => place(Infinity), PageUp: walk(-10), PageDown: walk(10) };
  const across = (step) => (event) => (event.shiftKey ? pick(0, step)() : walk(step)());
  upper.keys("sequence with a filter to slide; shift and arrows choose a weight, plus and minus change it",
    { ...along, ArrowLeft: across(-1), ArrowRight: across(1), ArrowUp: pick(-1, 0), ArrowDown: pick(1, 0), "+": turn(1), "=": turn(1), "-": turn(-1) });
  lower.drag({
    grab(point, reach) {
      if (!axes?.holds(point)) return null;
      return Math.abs(axes.y(-get("bias")) - point.y) < LINE * reach ? "threshold" : "window";
    },
    knob: (held) => held === "threshold",
    move(point, held) {
      if (held === "window") return place((axes.xAt(point.x) + get("padding")[0]) / get("stride"));
      view.set({ bias: clamp(-Math.round(axes.yAt(point.y) * 20) / 20, -1000, 1000) });
    },
  });
  const shift = (step) => () => view.set({ bias: clamp(get("bias") + step, -1000, 1000) });
  lower.keys("scores of all windows; left and right move the window, up and down the threshold",
    { ...along, ArrowLeft: walk(-1), ArrowRight: walk(1), ArrowUp: shift(-0.05), ArrowDown: shift(0.05) });

  // ---- pictures
  function drawStrip() {
    upper.begin();
    const { colours } = view, reach = span(), length = get("sequence").length, [before, after] = get("padding");
    const room = upper.width - LEFT - RIGHT, all = length + before + after;
    const shown = all * LEAST <= room ? all : Math.min(all, Math.max(reach + 2, Math.floor(room / 30)));
    const cellWide = Math.min(room / shown, 34);
    const first = clamp(start() - Math.floor((shown - reach) / 2), -before, length + after - shown);
    strip = { cell: cellWide, x: (at) => LEFT + (at - first) * cellWide, first, shown, all };
    const covered = (at) => windows() > 0 && at >= start() && at < start() + reach && (at - start()) % get("dilation") === 0;
    for (let at = first; at < first + shown; at++) {
      const letter = letterAt(at), x = strip.x(at) + 1, here = covered(at), size = clamp(cellWide * 0.55, 7, 15);
      if (at % 5 === 0 && at >= 0 && at < length) tick(at, x + cellWide / 2 - 1);
      const ground = letter === "." ? tint("#8a94a0", 0.12, colours.dark) : here ? PALETTE[letter] ?? "#8a94a0" : tint(PALETTE[letter] ?? "#8a94a0", 0.22, colours.dark);
      cell(upper, { x, y: TICKS, width: cellWide - 2, height: LETTER, ground, text: letter === "." ? "" : letter, size, weight: here ? "700" : "500", family: MONO });
    }
    if (windows()) drawFilter(cellWide);
  }

  function tick(at, x) {
    const c = upper.context;
    upper.font(11);
    c.fillStyle = view.colours.muted;
    Object.assign(c, { textAlign: "center", textBaseline: "top" });
    c.fillText(String(at), x, 0);
  }

  function drawFilter(cellWide) {
    const c = upper.context, { colours } = view, top = TICKS + LETTER + 10, strong = steepest();
    c.textBaseline = "middle";
    [...BASES].forEach((base, row) => {
      upper.font(13, "700", MONO);
      c.fillStyle = asText(PALETTE[base], colours.dark);
      c.textAlign = "right";
      c.fillText(base, Math.max(strip.x(start()) - 8, LEFT - 12), top + (row + 0.5) * CELL);
    });
    get("weights").forEach((line, row) => line.forEach((value, column) => {
      const at = start() + column * get("dilation"), x = strip.x(at) + 1, y = top + row * CELL + 1, hit = letterAt(at) === BASES[row];
      cell(upper, { x, y, width: cellWide - 2, height: CELL - 2, ground: weightTint(value, strong, colours.dark), text: fitting(value, cellWide), size: cellWide < 30 ? 9.5 : 11, weight: hit ? "700" : "" });
      const edge = chosen && chosen[0] === row && chosen[1] === column ? colours.accent : hit ? colours.fg : null;
      if (!edge) return;
      c.strokeStyle = edge;
      c.lineWidth = edge === colours.accent ? 3.5 : 2;
      c.beginPath();
      c.roundRect(x, y, cellWide - 2, CELL - 2, Math.min(4, cellWide / 3));
      c.stroke();
    }));
  }

  /** The sum in figures, under the filter; shortened where it would not fit. */
  function drawSum(score) {
    const c = upper.context, terms = [...letters()].map((letter, j) => get("weights")[BASES.indexOf(letter)]?.[j] ?? 0);
    const end = ` ${get("bias") < 0 ? MINUS : "+"} ${number(Math.abs(get("bias")))} (bias) = ${number(score + get("bias"))}${get("relu") ? ` → ReLU → ${number(activate(score))}` : ""}`;
    const long = terms.map((term, j) => (j === 0 ? number(term) : `${term < 0 ? MINUS : "+"} ${number(Math.abs(term))}`)).join(" ") + end;
    upper.font(14, "600");
    const short = [`sum of ${terms.length} weights ${number(score)}`, end.trim()], fits = (words) => c.measureText(words).width < upper.width - 8;
    const lines = fits(long) ? [long] : fits(short.join(" ")) ? [short.join(" ")] : short;
    c.fillStyle = view.colours.fg;
    Object.assign(c, { textAlign: "left", textBaseline: "middle" });
    const left = (words) => clamp(strip.x(start()), 2, Math.max(2, upper.width - c.measureText(words).width - 4));
    lines.forEach((words, i) => c.fillText(words, left(words), sumTop + 12 + i * 20));
  }

  function drawTrack(all) {
    const c = lower.begin(), { colours } = view, level = -get("bias"), pooled = get("pool") > 1, stride = get("stride");
    const whole = strip.shown === strip.all; // then each bar stands under the first base of its window
    const box = { left: LEFT, right: whole ? strip.x(strip.first + strip.all) : lower.width - RIGHT, top: pooled ? 54 : 26, bottom: lower.tall - 44 };
    const [floor, high] = extent([0, level, ...all], 0.08), low = Math.max(floor, level - DEEPEST * (high - level));
    const xs = whole ? [strip.first - 0.5, strip.first + strip.all - 0.5] : [start(0) - 0.7, start(Math.max(all.length - 1, 0)) + 0.7];
    axes = new Axes(lower, colours, box, xs, [low, high]);
    if (!whole) {
      c.fillStyle = colours.soft; // the part of the sequence that stands above
      const [from, to] = [strip.first - 0.5, strip.first + strip.shown - 0.5].map((at) => clamp(axes.x(at), box.left, box.right));
      c.fillRect(from, box.top, to - from, box.bottom - box.top);
    }
    axes.frame({ xLabel: "first base of the window", yLabel: "match score", yTicks: 4 });
    const wide = axes.x(1) - axes.x(0), bar = Math.max(wide * 0.84, 1), base = axes.y(level);
    const up = SIGNS.plus, down = get("relu") ? colours.muted + "80" : SIGNS.minus;
    for (const [colour, above] of [[down, false], [up, true]]) {
      c.fillStyle = colour;
      all.forEach((score, i) => {
        if (score > level === above) c.fillRect(axes.x(start(i)) - bar / 2, base, bar, Math.min(axes.y(score), box.bottom) - base);
      });
    }
    if (pooled) drawPool(all, wide * stride);
    c.strokeStyle = colours.fg;
    c.lineWidth = 1.5;
    c.setLineDash([6, 4]);
    c.beginPath();
    c.moveTo(box.left, base);
    c.lineTo(box.right, base);
    c.stroke();
    c.setLineDash([]);
    lower.font(12, "600");
    c.fillStyle = colours.fg;
    axes.text(`- - threshold ${number(level)}`, box.right, box.top - 12, { align: "right" }); // above the bars, not over them
    const x = axes.x(start()), y = Math.min(axes.y(Math.max(all[position()], level)), box.bottom) - 4;
    c.fillStyle = colours.fg;
    c.beginPath();
    c.moveTo(x, y);
    c.lineTo(x - 6, y - 9);
    c.lineTo(x + 6, y - 9);
    c.fill();
  }

  function drawPool(all, step) {
    const values = maxPool(Float64Array.from(all, activate), get("pool")), top = Math.max(...values.map(Math.abs)), each = step * get("pool");
    values.forEach((value, g) => {
      const x = axes.x(start(g * get("pool"))) - step / 2, ground = weightTint(value, top, view.colours.dark);
      const gap = each > 6 ? 1 : 0, text = fitting(value, each * 0.87);
      cell(lower, { x: x + gap, y: 4, width: Math.max(each - 2 * gap, 1), height: 24, ground, text, size: 11.5 });
    });
  }

  function draw() {
    const all = scores(), counting = get("weights")[0].map((_, j) => get("weights").map((row) => row[j]));
    const oneLetter = (column) => column.every((value) => value === 0 || value === 1) && column.reduce((sum, value) => sum + value, 0) <= 1;
    const isMotif = counting.every(oneLetter);
    const consensus = isMotif ? counting.map((column) => BASES[column.indexOf(1)] ?? "N").join("") : "";
    if (!complaint && input.value.toUpperCase() !== consensus && input.getRootNode().activeElement !== input) input.value = consensus;
    if (!complaint && typed.value.toUpperCase().replace(/\s/g, "") !== get("sequence")) typed.value = get("sequence");
    drawStrip();
    if (all.length === 0) {
      lower.begin();
      axes = null;
      const sentence = `The filter covers ${span()} bases and does not fit on a sequence of ${get("sequence").length}: choose a smaller dilation.`;
      upper.describe(sentence);
      lower.describe(sentence);
      return view.say(sentence);
    }
    const score = all[position()], above = all.reduce((sum, value) => sum + (value + get("bias") > 0), 0);
    drawSum(score);
    drawTrack(all);
    const held = chosen ? ` Chosen weight: ${BASES[chosen[0]]} at place ${chosen[1] + 1}, ${number(get("weights")[chosen[0]]?.[chosen[1]] ?? 0)}.` : "";
    const kept = get("pool") > 1 ? ` Max pooling keeps ${Math.floor(all.length / get("pool"))} numbers.` : "";
    const sentence = `Window ${position()} reads ${letters()}: match score ${number(score)}, activation ${number(activate(score))}. ${above} of ${all.length} windows are above the threshold ${number(-get("bias"))}.${kept}${held}`;
    upper.describe(sentence);
    lower.describe(`Match scores of ${all.length} windows, from ${number(Math.min(...all))} to ${number(Math.max(...all))}. ${sentence}`);
    view.say(complaint || sentence);
  }

  const numbers = () => {
    const all = scores(), activations = Array.from(all, activate);
    return { activations, pooled: maxPool(activations, get("pool")), window: letters(), sum: all[position()] ?? 0 };
  };
  return { draw, numbers };
});
