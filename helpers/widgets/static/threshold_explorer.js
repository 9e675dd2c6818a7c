const BINS = 60, CUTS = 300, STEPS = 400;
const DOTS_TOP = 22, LINE = 18; // of the hundred dots: CSS pixels
const share = (part, whole) => (whole > 0 ? part / whole : 0);
const count = (n) => (n < 10 && n % 1 ? n.toFixed(1) : Math.round(n).toLocaleString("en"));
const percent = (value) => (value < 0.1 ? (100 * value).toFixed(1) : Math.round(100 * value)) + " %";

/** How many of the sorted scores lie below `cut`, or, with `orAt`, at it, too. */
function below(scores, cut, orAt = false) {
  let low = 0, high = scores.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (scores[middle] < cut || (orAt && scores[middle] === cut)) low = middle + 1;
    else high = middle;
  }
  return low;
}

export default widget("threshold-explorer", (view) => {
  const yes = floats(view.get("positive_scores")), no = floats(view.get("negative_scores")); // sorted
  const lowest = Math.min(yes[0], no[0]), highest = Math.max(yes.at(-1), no.at(-1)), room = (highest - lowest || 1) * 0.03;
  const range = [lowest - room, highest + room], step = (range[1] - range[0]) / STEPS; // of the slider and the keys
  const colours = () => ({ ...view.colours, yes: view.colours.hues.blue, no: view.colours.hues.red });
  const weight = () => (yes.length * (1 - view.get("positives"))) / view.get("positives") / no.length;

  // ---- arithmetic
  function countsAt(cut) {
    const fn = below(yes, cut), tn = below(no, cut), w = weight();
    return { tp: yes.length - fn, fn, fp: (no.length - tn) * w, tn: tn * w };
  }

  function measures({ tp, fn, fp, tn }) {
    return {
      accuracy: share(tp + tn, tp + fn + fp + tn),
      sensitivity: share(tp, tp + fn),
      specificity: share(tn, tn + fp),
      precision: share(tp, tp + fp),
      mcc: share(tp * tn - fp * fn, Math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))),
    };
  }

  // ranks do not change while the threshold moves: for each positive, the negatives below it and tied with it
  const under = Float64Array.from(yes, (score) => below(no, score));
  const tied = Float64Array.from(yes, (score, i) => below(no, score, true) - under[i]);
  const rank = Float64Array.from(yes, (score) => yes.length - below(yes, score));
  const auroc = under.reduce((sum, n, i) => sum + n + tied[i] / 2, 0) / yes.length / no.length;
  let curve = null;

  /** Both curves and the area under precision and recall, computed once for each share of positives. */
  function curves() {
    const w = weight();
    if (curve?.w === w) return curve;
    let auprc = 0;
    for (let i = 0; i < yes.length; i++) auprc += rank[i] / (rank[i] + (no.length - under[i]) * w);
    const pooled = Float32Array.from([...yes, ...no]).sort();
    const cuts = Array.from({ length: CUTS }, (_, i) => pooled[Math.round((i / (CUTS - 1)) * (pooled.length - 1))]);
    const points = [...cuts, Infinity].map((cut) => measures(countsAt(cut)));
    const bestMcc = Math.max(...Array.from({ length: STEPS + 1 }, (_, k) => measures(countsAt(range[0] + k * step)).mcc));
    curve = { w, points, bestMcc, areas: { auroc, auprc: auprc / yes.length } };
    return curve;
  }

  /** Of 100 sequences how many are each, in whole numbers that sum to 100. */
  function hundred(counts) {
    const names = Object.keys(counts), whole = names.reduce((sum, name) => sum + counts[name], 0);
    const parts = names.map((name, i) => ({ name, i, of: (100 * counts[name]) / whole }));
    const shares = Object.fromEntries(parts.map(({ name, of }) => [name, Math.floor(of)]));
    const left = 100 - Object.values(shares).reduce((sum, n) => sum + n, 0);
    parts.sort((a, b) => (b.of % 1) - (a.of % 1) || a.i - b.i).slice(0, left).forEach(({ name }) => shares[name]++);
    return shares;
  }

  function histogram(scores) {
    const bins = new Float64Array(BINS), [low, high] = range;
    for (const score of scores) bins[Math.min(Math.floor(((score - low) / (high - low)) * BINS), BINS - 1)]++;
    return bins;
  }
  const bars = { yes: histogram(yes), no: histogram(no) };

  // ---- page
  view.hint(
    "Drag anywhere in the scores: at or above it, a sequence is called positive. “Positives” pretends that they are rarer or more common.",
  );
  view.challenge("find the threshold with the highest MCC.", () => {
    const shown = (value) => Number(value.toFixed(2)); // as it is read: the very best may lie between two steps
    return shown(measures(countsAt(view.get("threshold"))).mcc) >= shown(curves().bestMcc);
  });
  view.controls(view.slider("threshold", "Threshold", { min: range[0], max: range[1], step, format: (value) => fixed(value) }),
    view.slider("positives", "Positives", { min: -3, max: Math.log10(0.9), step: 0.01, log: true, format: percent }),
  );
  const scores = new Surface(view, {
    label: "Scores of both classes",
    height: (width) => clamp(width * 0.28, 220, 270),
  });
  const inRow = (width) => (width >= 640 ? 50 : 20), pitch = (width) => Math.min(width / inRow(width), 17);
  const dots = new Surface(view, { label: "Of 100 sequences", height: (width) => DOTS_TOP + 2 * LINE + (100 / inRow(width) + 1) * pitch(width) });
  const cells = Object.fromEntries(["tp", "fn", "fp", "tn"].map((name) => [name, h("td", { class: `dlg-${name}` })]));
  const matrix = h("table", { class: "dlg-confusion" }, h("caption", {}, "Confusion matrix"), h("thead", {}, h("tr", {}, h("td", {}),
        h("th", { scope: "col" }, "called negative"),
        h("th", { scope: "col" }, "called positive"),
      ),
    ),
    h("tbody", {}, h("tr", {}, h("th", { scope: "row" }, "negatives"), cells.tn, cells.fp),
      h("tr", {}, h("th", { scope: "row" }, "positives"), cells.fn, cells.tp),
    ),
  );
  const gauges = ["sensitivity", "precision", "specificity", "accuracy", "mcc"].map((name) => {
    const value = h("span", {}), bar = h("span", { class: "dlg-gauge" });
    return {
      name,
      value,
      bar,
      element: h("div", {}, h("dt", {}, name === "mcc" ? "MCC" : name), h("dd", {}, value, bar)),
    };
  });
  const panel = h("div", { class: "dlg-panel" }, matrix, h("dl", { class: "dlg-gauges" }, ...gauges.map((gauge) => gauge.element)));
  const columns = view.add(h("div", { class: "dlg-columns dlg-thirds" }, panel));
  const square = (width) => clamp(width * 0.95, 220, 300);
  const roc = new Surface(view, { label: "ROC curve", height: square, place: columns });
  const pr = new Surface(view, { label: "Precision and recall", height: square, place: columns });

  let axes = null;
  const move = (value) => view.set({ threshold: clamp(value, ...range) });
  scores.drag({
    grab: (point) => (axes?.holds(point) ? "threshold" : null),
    move: (point) => move(axes.xAt(point.x)),
  });
  const nudge = (steps) => () => move(view.get("threshold") + steps * step);
  scores.keys("scores with a threshold to move", {
    ArrowLeft: nudge(-1),
    ArrowRight: nudge(1),
    PageDown: nudge(-20),
    PageUp: nudge(20),
    Home: () => move(range[0]),
    End: () => move(range[1]),
  });

  /** Positives grow upwards, negatives downwards, from one line: nothing hides behind anything. */
  function drawScores() {
    const c = scores.begin(), ink = colours(), w = weight(), cut = view.get("threshold");
    const tallest = Math.max(...bars.yes), deepest = Math.max(...bars.no) * w, whole = tallest + deepest;
    const heights = [-Math.max(deepest, 0.2 * whole) * 1.1, Math.max(tallest, 0.2 * whole) * 1.25]; // one scale: imbalance shows
    axes = new Axes(scores, ink, { left: 58, right: scores.width - 12, top: 10, bottom: scores.tall - 40 }, range, heights);
    const up = ticks(...heights, 5);
    axes.frame({
      xLabel: "score (logit)",
      yLabel: "sequences",
      yTicks: { values: up.values, text: (n) => count(Math.abs(n)) },
      xTicks: 8,
    });
    const width = (axes.box.right - axes.box.left) / BINS;
    const paint = (values, colour) =>
      values.forEach((value, i) => {
        const middle = range[0] + ((i + 0.5) / BINS) * (range[1] - range[0]), y = axes.y(Math.max(value, 0));
        c.globalAlpha = middle >= cut ? 1 : 0.35;
        c.fillStyle = colour;
        const tall = value === 0 ? 0 : Math.max(axes.y(Math.min(value, 0)) - y, 2); // few are not none
        c.fillRect(axes.box.left + i * width + 0.5, value > 0 ? axes.y(0) - tall : y, width - 1, tall);
      });
    paint(bars.yes, ink.yes);
    paint(bars.no.map((n) => -n * w), ink.no);
    c.globalAlpha = 1;
    scores.font(13, "600");
    c.fillStyle = asText(ink.yes, ink.dark);
    axes.text("positives", axes.box.left + 6, axes.box.top + 12, { halo: true });
    c.fillStyle = asText(ink.no, ink.dark);
    axes.text("negatives", axes.box.left + 6, axes.box.bottom - 12, { halo: true });
    const x = axes.x(clamp(cut, ...range));
    c.fillStyle = c.strokeStyle = ink.fg;
    c.lineWidth = 2;
    c.beginPath();
    c.moveTo(x, axes.box.top);
    c.lineTo(x, axes.box.bottom);
    c.stroke();
    c.beginPath();
    c.arc(x, axes.y(0), 8, 0, 2 * Math.PI);
    c.fill();
    scores.font(12);
    const right = x + 16 + c.measureText("called positive →").width < axes.box.right;
    axes.text(right ? "called positive →" : "← called negative", x + (right ? 12 : -12),
      axes.box.top + (right ? 12 : 28), // under the word "positives"
      { align: right ? "left" : "right", halo: true },
    );
  }

  /** 100 sequences: those called positive filled, the others hollow, wrong calls crossed. */
  function drawDots(shares) {
    const c = dots.begin(), ink = colours(), each = inRow(dots.width), step = pitch(dots.width), radius = step * 0.36, called = shares.tp + shares.fp;
    const groups = [[`called positive: ${called}`, [["tp", ink.yes], ["fp", ink.no]]], [`called negative: ${100 - called}`, [["tn", ink.no], ["fn", ink.yes]]]];
    dots.font(13, "600");
    Object.assign(c, { fillStyle: ink.fg, textAlign: "left", textBaseline: "middle" });
    const title = "of 100 sequences";
    c.fillText(title, 0, 10);
    const beside = c.measureText(title).width + 16;
    dots.font(12);
    c.fillText("✕ wrong call", beside, 10);
    let y = DOTS_TOP;
    groups.forEach(([words, parts], g) => {
      dots.font(12);
      c.fillStyle = ink.muted;
      c.fillText(words, 0, y + LINE / 2);
      y += LINE;
      const all = parts.flatMap(([name, colour]) => Array(shares[name]).fill([name, colour]));
      all.forEach(([name, colour], i) => {
        const [x, at] = [(i % each) * step + step / 2, y + Math.floor(i / each) * step + step / 2];
        c.beginPath();
        c.arc(x, at, radius, 0, 2 * Math.PI);
        c.fillStyle = colour;
        c.strokeStyle = asText(colour, ink.dark);
        c.lineWidth = 1.5;
        if (g === 0) c.fill();
        c.stroke();
        if (name !== "fp" && name !== "fn") return;
        c.strokeStyle = ink.fg;
        c.lineWidth = 2;
        c.beginPath();
        for (const turn of [1, -1]) {
          c.moveTo(x - radius * 1.2, at - turn * radius * 1.2);
          c.lineTo(x + radius * 1.2, at + turn * radius * 1.2);
        }
        c.stroke();
      });
      y += Math.ceil(all.length / each) * step;
    });
    dots.describe(`Of 100 sequences ${called} are called positive, ${shares.fp} of them wrongly; of the ${100 - called} called negative, ${shares.fn} are positives.`);
  }

  function drawCurve(surface, { xLabel, yLabel, title, xs, ys, here, baseline }) {
    const c = surface.begin(),
      ink = colours(),
      box = { left: 50, right: surface.width - 12, top: 26, bottom: surface.tall - 42 };
    const plot = new Axes(surface, ink, box, [0, 1], [0, 1]);
    plot.frame({ xLabel, yLabel, xTicks: 4, yTicks: 4 });
    c.setLineDash([4, 4]);
    plot.line(...baseline, ink.muted, 1);
    c.setLineDash([]);
    plot.line(xs, ys, ink.fg, 2);
    plot.dot(...here, ink.yes, 8);
    surface.font(surface.width < 300 ? 12 : 13, "600");
    c.fillStyle = ink.fg;
    plot.text(title, Math.min(box.left, surface.width - c.measureText(title).width), 12);
  }

  function draw() {
    const counts = countsAt(view.get("threshold")),
      m = measures(counts),
      { points, areas } = curves(),
      base = view.get("positives");
    drawScores();
    drawDots(hundred(counts));
    for (const [name, cell] of Object.entries(cells)) {
      cell.textContent = count(counts[name]);
      const whole = name === "tp" || name === "fn" ? yes.length : no.length * weight();
      cell.style.setProperty("--share", `${Math.round((100 * counts[name]) / whole)}%`);
    }
    for (const { name, value, bar } of gauges) {
      value.textContent = fixed(m[name]);
      bar.style.setProperty("--share", `${clamp(100 * m[name], 0, 100)}%`);
    }
    drawCurve(roc, {
      xLabel: "1 − specificity",
      yLabel: "sensitivity",
      title: `ROC, area ${fixed(areas.auroc, 3)}`,
      xs: points.map((p) => 1 - p.specificity),
      ys: points.map((p) => p.sensitivity),
      here: [1 - m.specificity, m.sensitivity],
      baseline: [[0, 1], [0, 1]],
    });
    const drawn = points.filter((p) => p.sensitivity > 0);
    drawCurve(pr, {
      xLabel: "sensitivity (recall)",
      yLabel: "precision",
      title: `Precision–recall, area ${fixed(areas.auprc, 3)}`,
      xs: drawn.map((p) => p.sensitivity),
      ys: drawn.map((p) => p.precision),
      here: [m.sensitivity, m.precision],
      baseline: [[0, 1], [base, base]],
    });
    const found = `At ${fixed(view.get("threshold"))}: ${count(counts.tp)} of ${count(yes.length)} positives are found; ${count(counts.tp)} of ${count(counts.tp + counts.fp)} calls are right.`;
    const lazy = Math.max(base, 1 - base);
    view.say(
      `${found} Accuracy ${fixed(m.accuracy)}, where always saying “${base < 0.5 ? "no" : "yes"}” has ${fixed(lazy)}; MCC ${fixed(m.mcc)}.`,
    );
    scores.describe(found);
    roc.describe(
      `ROC curve, area ${fixed(areas.auroc, 3)}; the threshold stands at sensitivity ${fixed(m.sensitivity)}, specificity ${fixed(m.specificity)}.`,
    );
    pr.describe(
      `Precision–recall curve, area ${fixed(areas.auprc, 3)}; the threshold stands at recall ${fixed(m.sensitivity)}, precision ${fixed(m.precision)}.`,
    );
  }

  const numbers = () => {
    const counts = countsAt(view.get("threshold"));
    return { counts, hundred: hundred(counts), measures: measures(counts), areas: curves().areas };
  };
  return { draw, numbers };
});
