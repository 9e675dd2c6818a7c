const LEFT = 66, ROW = 15, RULER = 34, LEGIBLE = 11.5; // of the sequences, in CSS pixels; LEGIBLE: the least width of a letter
const BAR = 28, PAD = 52; // of the bars and the plot

const ints = (bytes) => new Int8Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
const signed = (by) => (by > 0 ? `+${by}` : fixed(by, 0));

/** How many of each kind, and Matthews' correlation of the calls above 0 with the labels; 0 where one divides by zero. */
function judge(labels, logits) {
  let tp = 0, fp = 0, fn = 0, tn = 0;
  for (let i = 0; i < labels.length; i++) {
    if (labels[i]) logits[i] > 0 ? tp++ : fn++;
    else logits[i] > 0 ? fp++ : tn++;
  }
  const whole = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn);
  return { wrong: fp + fn, mcc: whole > 0 ? (tp * tn - fp * fn) / Math.sqrt(whole) : 0 };
}

export default widget("shift-explorer", (view) => {
  const get = (name) => view.get(name), names = get("names"), reach = get("reach"), labels = ints(get("labels")), all = ints(get("logits"));
  const shown = get("sequences"), classes = get("classes"), mark = get("mark"), length = shown[0].length, count = labels.length;
  const shifts = Array.from({ length: 2 * reach + 1 }, (_, i) => i - reach);
  let strip = null, axes = null, bent = null; // bent: the last shift at which a guess was drawn, in this stroke
  let drawn = shifts; // where the learner drew; a guess that came along was drawn everywhere

  // ---- arithmetic: all of it once, but for the chosen model's calls
  const row = (model, by) => all.subarray((model * shifts.length + by + reach) * count, (model * shifts.length + by + reach + 1) * count);
  const judged = names.map((_, model) => shifts.map((by) => judge(labels, row(model, by))));
  const curves = judged.map((line) => line.map(({ mcc }) => mcc));
  const at = () => clamp(get("shift"), -reach, reach), model = () => clamp(get("model"), 0, names.length - 1), open = () => get("revealed");
  const guess = () => (get("guess").length ? get("guess") : shifts.map(() => curves[model()][reach])); // as if nothing would happen
  const off = () => (get("guess").length ? get("guess").reduce((sum, value, i) => sum + Math.abs(value - curves[model()][i]), 0) / shifts.length : 0);
  const paint = (i) => asText(view.colours.inks[i % view.colours.inks.length], view.colours.dark);

  // ---- controls
  view.hint("All sequences move by a few bases. How much of the MCC is left? Draw your guess over the plot, or click a few points of it, then see.");
  view.challenge("draw a guess that is off by less than a tenth on average.", () => get("revealed") && get("guess").length > 0 && off() < 0.1);
  const go = (by) => view.set({ shift: clamp(by, -reach, reach) });
  const reveal = view.button("Show what happens", () => view.set({ revealed: true }), { primary: true });
  const again = view.button("Guess again", () => view.set({ revealed: false, guess: [], shift: 0 }));
  view.controls(
    view.slider("shift", "Shift", { min: -reach, max: reach, step: 1, format: signed }),
    ...(names.length > 1 ? [view.choice("model", "Model", names.map((name, i) => [i, name]), { onchange: (i) => view.set({ model: i, guess: [] }) })] : []),
    h("div", { class: "dlg-buttons" }, reveal, again),
  );
  view.watch("guess", "revealed", "model", "shift");

  // ---- pictures and hands
  const rows = new Surface(view, { label: "Sequences under a ruler", height: () => RULER + shown.length * ROW + 6 });
  const columns = view.add(h("div", { class: "dlg-columns" }));
  const plot = new Surface(view, { label: "MCC against the shift", height: () => 250, place: columns });
  const right = h("div", {});
  columns.append(right);
  const dots = new Surface(view, { label: "Logits of all sequences", height: () => 136, place: right });
  const bars = new Surface(view, { label: "MCC of each model", height: () => names.length * BAR + 4, place: right });
  rows.drag({
    grab: (point) => (strip ? { x: point.x, from: at() } : null),
    move: (point, held) => go(held.from + Math.round((point.x - held.x) / strip.wide)),
  });
  function bend(by, value) {
    const line = guess().slice(), from = bent ?? by, outside = (k) => k !== by && (k - from) * (k - by) >= 0;
    drawn = [...(get("guess").length ? drawn : [0]).filter(outside), by]; // a quick hand leaves no gaps
    line[by + reach] = value;
    bent = by;
    view.set({ guess: shifts.map((k) => joined(line, k)), shift: by });
  }
  /** A guess goes straight from one drawn shift to the next, and level beyond the outermost. */
  function joined(line, by) {
    const low = Math.max(...drawn.filter((k) => k <= by)), high = Math.min(...drawn.filter((k) => k >= by));
    const [from, to] = [Number.isFinite(low) ? low : high, Number.isFinite(high) ? high : low], start = line[from + reach];
    return from === to ? start : start + ((line[to + reach] - start) * (by - from)) / (to - from);
  }
  const shiftAt = ({ x }) => clamp(Math.round(axes.xAt(x)), -reach, reach);
  const trace = (point) => bend(shiftAt(point), clamp(Math.round(axes.yAt(point.y) * 50) / 50, -1, 1));
  plot.drag({
    grab({ x, y }, near) { // from beside the plot, too: the outermost shifts stand at its edges
      const inside = axes && axes.holds({ x: clamp(x, Math.min(x + near, axes.box.left), Math.max(x - near, axes.box.right)), y });
      return inside ? { from: { x, y } } : null;
    },
    move(point, held) {
      if (open()) return go(shiftAt(point));
      if (held.from) trace(held.from); // a finger has gone some way before it is known to drag
      held.from = null;
      trace(point);
    },
    drop: () => (bent = null),
  });
  const turn = (by) => () => {
    if (open()) return view.set({ model: (model() + Math.sign(by) + names.length) % names.length });
    bend(at(), clamp(Math.round((guess()[at() + reach] + by) * 100) / 100, -1, 1));
    bent = null;
  };
  const step = (by) => () => go(at() + by);
  const along = { ArrowLeft: step(-1), ArrowRight: step(1), Home: () => go(-reach), End: () => go(reach) };
  rows.keys("left and right move all sequences", along);
  plot.keys("left and right move all sequences; up and down bend your guess there, Page Up and Page Down by more, the rest follows; once it is shown, they choose the model",
    { ...along, ArrowUp: turn(0.05), ArrowDown: turn(-0.05), PageUp: turn(0.2), PageDown: turn(-0.2) });

  /** The sequences as the networks see them; columns stay, bases move. */
  function drawRows() {
    const c = rows.begin(), { colours } = view, by = at(), room = rows.width - LEFT - 4;
    const fits = Math.min(length, Math.floor(room / LEGIBLE)), wide = Math.min(room / fits, 16);
    const first = clamp((mark.length ? mark[0] : 0) - reach - 2, 0, length - fits);
    strip = { wide };
    const unknown = tint("#8a94a0", 0.3, colours.dark);
    rows.font(clamp(wide * 0.8, 9, 12), "600", MONO);
    Object.assign(c, { textAlign: "center", textBaseline: "middle" });
    shown.forEach((sequence, r) => {
      const y = RULER + r * ROW;
      for (let j = first; j < first + fits; j++) {
        const letter = sequence[j - by], ground = letter ? tint(PALETTE[letter] ?? "#8a94a0", 0.3, colours.dark) : unknown;
        c.fillStyle = ground;
        c.fillRect(LEFT + (j - first) * wide, y, wide - 1, ROW - 2);
        c.fillStyle = letter ? colours.fg : colours.muted;
        c.fillText(letter ?? "·", LEFT + (j - first + 0.5) * wide - 0.5, y + ROW / 2 - 0.5);
      }
    });
    rows.font(11.5);
    Object.assign(c, { textAlign: "right", fillStyle: colours.muted });
    classes.forEach((own, r) => c.fillText(own ? "promoter" : "other", LEFT - 6, RULER + r * ROW + ROW / 2 - 1));
    c.textAlign = "center";
    const every = wide < 12 ? 10 : 5;
    for (let j = Math.ceil(first / every) * every; j < first + fits; j += every) c.fillText(String(j), LEFT + (j - first + 0.5) * wide, 26);
    if (mark.length === 0) return;
    const [from, to] = [mark[0] - first, mark[1] - first].map((column) => LEFT + clamp(column, 0, fits) * wide - 0.5);
    c.strokeStyle = c.fillStyle = colours.fg;
    c.lineWidth = 2;
    c.strokeRect(from, RULER - 2, to - from, shown.length * ROW + 2);
    rows.font(11.5, "600");
    const half = c.measureText(mark[2]).width / 2;
    c.fillText(mark[2], clamp((from + to) / 2, half + 2, rows.width - half - 2), 9);
  }

  function drawPlot() {
    const c = plot.begin(), { colours } = view, box = { left: PAD, right: plot.width - 10, top: 24, bottom: plot.tall - 44 };
    const lowest = Math.min(0, ...guess(), ...(open() ? curves.flat() : []));
    axes = new Axes(plot, colours, box, [-reach, reach], [lowest < -0.02 ? -1 : 0, 1]);
    axes.frame({ xLabel: "shift (bases)", yLabel: "test MCC", xTicks: 5 });
    if (open()) {
      names.forEach((_, i) => {
        c.setLineDash(i >= view.colours.inks.length ? [6, 4] : []);
        axes.line(shifts, curves[i], paint(i), i === model() ? 3.5 : 1.5);
      });
      c.setLineDash([]);
    }
    if (!open() || get("guess").length) {
      c.setLineDash([3, 4]);
      axes.line(shifts, guess(), colours.muted, 2);
      c.setLineDash([]);
    }
    const mine = open() ? curves[model()][at() + reach] : guess()[at() + reach];
    axes.line([at(), at()], axes.ys, colours.fg, 1.2);
    if (!open()) axes.dot(0, curves[model()][reach], paint(model()), 6);
    axes.dot(at(), mine, open() ? paint(model()) : colours.muted, 6);
    plot.font(12.5, "600");
    c.fillStyle = open() ? paint(model()) : colours.fg;
    axes.text(open() ? names[model()] : `your guess for the ${names[model()]}`, box.left, 11);
    if (open() && get("guess").length) {
      c.fillStyle = colours.muted;
      axes.text("dotted: your guess", box.right, 11, { align: "right" });
    }
  }

  /** Every test sequence at its logit: promoters above, others below; what stands on the wrong side is red, and a cross. */
  function drawDots() {
    const c = dots.begin(), { colours } = view, values = row(model(), at()), middle = 66, half = 40;
    const x = (logit) => 8 + ((logit + 128) / 256) * (dots.width - 16);
    dots.font(12);
    c.fillStyle = colours.muted;
    Object.assign(c, { textBaseline: "middle", textAlign: "left" });
    if (!open()) {
      const lines = ["Every test sequence gets a dot here,", "once you have guessed."], fits = c.measureText(lines.join(" ")).width < dots.width - 8;
      return (fits ? [lines.join(" ")] : lines).forEach((line, i) => c.fillText(line, 4, middle + 18 * i));
    }
    c.fillText("others", 4, 126);
    c.textAlign = "right";
    c.fillText("promoters", dots.width - 4, 10);
    c.strokeStyle = colours.fg;
    c.lineWidth = 1.5;
    c.beginPath();
    lineBetween(c, x(0), 18, x(0), 118);
    c.stroke();
    for (const wrong of [false, true]) {
      c.beginPath();
      for (let i = 0; i < count; i++) {
        if ((values[i] > 0) !== (labels[i] === 1) !== wrong) continue;
        const px = x(values[i]), py = middle + (labels[i] ? -1 : 1) * (6 + ((i * 0.618) % 1) * half);
        if (wrong) lineBetween(c, px - 2.2, py - 2.2, px + 2.2, py + 2.2), lineBetween(c, px - 2.2, py + 2.2, px + 2.2, py - 2.2);
        else c.rect(px - 1.5, py - 1.5, 3, 3);
      }
      Object.assign(c, { fillStyle: colours.muted, strokeStyle: colours.bad, lineWidth: 1.6 });
      if (wrong) c.stroke();
      else c.fill();
    }
    Object.assign(c, { fillStyle: colours.fg, textAlign: "right" });
    c.fillText("← called other", x(0) - 6, 10);
    c.textAlign = "left";
    c.fillText("called promoter →", x(0) + 6, 126);
  }
  function lineBetween(c, x0, y0, x1, y1) {
    c.moveTo(x0, y0);
    c.lineTo(x1, y1);
  }

  function drawBars() {
    const c = bars.begin(), { colours } = view;
    bars.font(12.5);
    const label = Math.min(Math.max(...names.map((name) => c.measureText(name).width)) + 10, bars.width * 0.5), room = bars.width - label - 50;
    names.forEach((name, i) => {
      const y = i * BAR + BAR / 2, value = open() ? curves[i][at() + reach] : 0, zero = label + room / 2;
      bars.font(12.5, i === model() ? "700" : "");
      Object.assign(c, { fillStyle: colours.fg, textAlign: "left", textBaseline: "middle" });
      c.fillText(name, 0, y, label - 8);
      c.fillStyle = colours.grid;
      c.fillRect(label, y - 6, room, 12);
      c.fillStyle = paint(i);
      c.fillRect(Math.min(zero, zero + (value * room) / 2), y - 7, Math.abs(value * room) / 2, 14);
      c.fillStyle = colours.fg;
      c.fillRect(zero - 0.5, y - 9, 1, 18);
      c.textAlign = "right";
      c.fillText(open() ? fixed(value) : "?", bars.width - 2, y);
    });
  }

  function draw() {
    drawRows();
    drawPlot();
    drawDots();
    drawBars();
    reveal.disabled = open();
    again.disabled = !open();
    const name = names[model()], before = fixed(curves[model()][reach]), { mcc, wrong } = judged[model()][at() + reach];
    const bases = `${signed(at())} base${Math.abs(at()) === 1 ? "" : "s"}`;
    const far = get("guess").length ? ` Your guess was off by ${fixed(off())} on average.` : "";
    const sentence = !open()
      ? `Unmoved, the ${name} has an MCC of ${before}. Your guess at ${signed(at())}: ${fixed(guess()[at() + reach])}.`
      : at() === 0
        ? `Unmoved, the ${name} has an MCC of ${before}: ${wrong} of ${count} calls are wrong. Now move by one base.${far}`
        : `Moved by ${bases}, the ${name} has an MCC of ${fixed(mcc)}, ${before} unmoved: ${wrong} of ${count} calls are wrong.${far}`;
    const others = open() ? names.map((other, i) => `${other} ${fixed(curves[i][at() + reach])}`).join(", ") : "not shown before a guess";
    rows.describe(`${shown.length} test sequences, moved by ${bases}; columns stay.`);
    plot.describe(sentence);
    dots.describe(open() ? `${wrong} of ${count} sequences stand on the wrong side of 0.` : "Nothing is shown before a guess is made.");
    bars.describe(`MCC of all models at this shift: ${others}.`);
    view.say(sentence);
  }

  const numbers = () => ({
    [LATER]: open() ? [] : ["curves", "mcc", "wrong", "off"],
    curves, mcc: Object.fromEntries(names.map((name, i) => [name, curves[i][at() + reach]])), wrong: judged[model()][at() + reach].wrong, off: off(),
  });
  return { draw, numbers };
});
