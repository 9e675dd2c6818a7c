const BINS = 40, SHOWN = 8, CLOSE = 1e-9, PSEUDOCOUNT = 0.5, EVEN = 1 / 4; // as in Python
const LOGO = 96, TITLE = 22, WIDEST_LETTER = 48; // height of a logo and of the line above it, in CSS pixels

const total = (values) => values.reduce((sum, value) => sum + value, 0);
const column = (matrix, j) => matrix.map((row) => row[j]);
const across = (matrix, make) => matrix.map((row, b) => row.map((_, j) => make(b, j)));
const zeros = (width) => Array.from(BASES, () => Array(width).fill(0));

/** Counts to probabilities, with the pseudocount shared out evenly. */
const probabilities = (counts) => across(counts, (b, j) => (counts[b][j] + PSEUDOCOUNT * EVEN) / (total(column(counts, j)) + PSEUDOCOUNT));

/** Each column's information in bits. */
const information = (shares) => shares[0].map((_, j) => Math.max(0, 2 + total(column(shares, j).map((p) => (p > 0 ? p * Math.log2(p) : 0)))));

const reverseComplement = (matrix) => across(matrix, (b, j) => matrix[3 - b][matrix[0].length - 1 - j]);

/** Pearson's correlation of two matrices at the best offset; columns that only one has are even in the other. */
function bestOverlap(ours, theirs) {
  const n = ours[0].length, m = theirs[0].length, above = (matrix) => matrix.map((row) => row.map((p) => p - EVEN));
  const [a, b] = [above(ours), above(theirs)], norm = (matrix) => Math.sqrt(total(matrix.flat().map((v) => v * v)));
  const scale = Math.max(norm(a) * norm(b), 1e-9), best = { correlation: -Infinity, offset: 0 };
  for (let offset = 1 - m; offset < n; offset++) {
    let sum = 0;
    for (let j = Math.max(0, offset); j < Math.min(n, offset + m); j++) for (let r = 0; r < 4; r++) sum += a[r][j] * b[r][j - offset];
    if (sum / scale > best.correlation) Object.assign(best, { correlation: sum / scale, offset });
  }
  return best;
}

export default widget("filter-logo", (view) => {
  const [filters, , width] = view.get("shape"), weights = floats(view.get("filters"));
  const parts = view.get("sequences").split("\n"), ends = [], tokens = indices(parts.join("")), starts = [];
  let end = 0;
  for (const part of parts) {
    for (let i = end; i + width <= end + part.length; i++) starts.push(i);
    end += part.length;
    ends.push(end);
  }
  const motifs = view.get("motifs").map((motif) => ({ ...motif, shares: probabilities(motif.counts) }));
  const cache = { filter: -1 };
  let chosenWindow = 0; // of those listed, the one whose sequence is shown
  let axes = null, shown = null; // the motif as it was drawn last

  const chosen = () => Math.min(view.get("filter"), filters - 1);
  const weight = (b, j) => weights[(chosen() * 4 + b) * width + j];
  const short = (value) => fixed(value, Math.abs(value) < 10 ? 2 : 1);

  /** The chosen filter's sums over all windows, computed once a filter, and the windows with the largest, in `top`. */
  function activations() {
    if (cache.filter === chosen()) return cache;
    const rows = [...Array(4).keys()].map((b) => Array.from({ length: width }, (_, j) => weight(b, j))), bias = view.get("biases")[chosen()];
    const sums = new Float64Array(starts.length);
    for (let i = 0; i < sums.length; i++) {
      let sum = bias;
      for (let j = 0; j < width; j++) {
        const base = tokens[starts[i] + j];
        if (base >= 0) sum += rows[base][j];
      }
      sums[i] = sum;
    }
    const largest = sums.reduce((most, value) => Math.max(most, value)), least = sums.reduce((most, value) => Math.min(most, value));
    const top = [];
    sums.forEach((sum, i) => {
      if (sum <= 0 || (top.length === SHOWN && sum <= sums[top.at(-1)])) return;
      const rank = top.findIndex((other) => sums[other] < sum);
      top.splice(rank < 0 ? top.length : rank, 0, i);
      top.length = Math.min(top.length, SHOWN);
    });
    const bins = new Float64Array(BINS), wide = Math.max(largest - least, 1e-6) / BINS;
    for (const sum of sums) bins[clamp(Math.floor((sum - least) / wide), 0, BINS - 1)]++;
    return Object.assign(cache, { filter: chosen(), sums, largest, least, top, bins, wide });
  }

  /** The windows at or above the threshold: how many, their counts, the motif that they resemble most. */
  function motif() {
    const { sums, largest } = activations(), threshold = view.get("share") * Math.max(largest, 0);
    const least = threshold - CLOSE * largest, counts = zeros(width);
    let windows = 0;
    for (let i = 0; i < sums.length; i++) {
      if (sums[i] < least || sums[i] <= 0) continue;
      windows++;
      for (let j = 0; j < width; j++) {
        const base = tokens[starts[i] + j];
        if (base >= 0) counts[base][j]++;
      }
    }
    const shares = probabilities(counts);
    return { threshold, windows, counts, shares, bits: information(shares), nearest: total(counts.flat()) ? nearest(shares) : null };
  }

  function nearest(shares) {
    let best = { correlation: -Infinity };
    for (const index of view.get("candidates")[chosen()]) {
      const known = motifs[index];
      for (const strand of [1, -1]) {
        const overlap = bestOverlap(shares, strand === 1 ? known.shares : reverseComplement(known.shares));
        if (overlap.correlation > best.correlation + 1e-7) best = { id: known.id, name: known.name, ...overlap, strand };
      }
    }
    return best;
  }

  // ---- controls
  view.hint("Choose a filter, and with the dashed line or the slider how active a window must be, in % of the largest activation. Such windows, aligned, make the logo.");
  view.challenge("pull the threshold up until ten windows or fewer are left: what becomes of the logo?", () => shown.windows > 0 && shown.windows <= 10);
  const format = (share) => `${Math.round(100 * share)} %`;
  view.controls(
    ...(filters > 1 ? [view.slider("filter", "Filter", { min: 0, max: filters - 1, step: 1 })] : []),
    view.slider("share", "Threshold", { min: 0, max: 1, step: 0.01, format }),
  );
  view.watch("motifs", "candidates", "filter");
  const columns = view.add(h("div", { class: "dlg-columns" }));
  const left = h("div", {}), tall = 3 * (LOGO + TITLE) + 26;
  columns.append(left);
  const histogram = new Surface(view, { label: "How active the windows are", height: () => 180, place: left });
  const list = new Surface(view, { label: "The strongest windows", height: () => tall - 180, place: left });
  const context = new Surface(view, { label: "A window in its sequence", height: () => 64 });
  const logos = new Surface(view, { label: "Logos", height: () => tall, place: columns });

  const setShare = (share) => view.set({ share: clamp(Math.round(share * 100) / 100, 0, 1) });
  const step = (by) => () => setShare(view.get("share") + by);
  const turn = (by) => () => view.set({ filter: clamp(chosen() + by, 0, filters - 1) });
  histogram.drag({
    grab: (point) => (axes?.holds(point) && activations().largest > 0 ? "threshold" : null),
    move: (point) => setShare(axes.xAt(point.x) / activations().largest),
  });
  histogram.keys("histogram with a threshold; left and right move it, up and down change the filter",
    { ArrowLeft: step(-0.01), ArrowRight: step(0.01), PageUp: step(0.1), PageDown: step(-0.1), ArrowUp: turn(1), ArrowDown: turn(-1) });

  const rowAt = (y) => Math.floor((y - TITLE - 4) / rowHeight()), look = (k) => {
    const to = clamp(k, 0, Math.max(0, Math.min(shown.windows, SHOWN) - 1));
    if (to === chosenWindow) return;
    chosenWindow = to;
    view.redraw();
  };
  view.listen(list.element, "pointermove", ({ pointerType, offsetY }) => pointerType === "mouse" && look(rowAt(offsetY)));
  list.drag({ grab: ({ y }) => (y > TITLE ? "window" : null), move: ({ y }) => look(rowAt(y)) });
  list.keys("the strongest windows; up and down choose one to see in its sequence", { ArrowUp: () => look(chosenWindow - 1), ArrowDown: () => look(chosenWindow + 1) });

  // ---- pictures
  const rowHeight = () => Math.min(20, (list.width - 62) / width, (list.tall - 46) / SHOWN);

  /** The sequence that holds the chosen window, as much of it as fits, with the window framed. */
  function drawContext(count) {
    const c = context.begin(), { colours } = view, { top } = activations();
    if (!count) return;
    const at = starts[top[Math.min(chosenWindow, count - 1, top.length - 1)]], number = ends.findIndex((stop) => at < stop);
    const first = number ? ends[number - 1] : 0, length = parts[number].length,
      fit = Math.min(length, Math.max(width, Math.floor(context.width / 12)));
    const wide = Math.min(context.width / fit, 20), from = clamp(at - first - Math.floor((fit - width) / 2), 0, length - fit),
      x = (i) => (i - from) * wide;
    context.font(13, "600");
    Object.assign(c, { fillStyle: colours.fg, textAlign: "left", textBaseline: "middle" });
    const title = ["window # in its sequence: base", "window #: base"].map((words) => `${words.replace("#", Math.min(chosenWindow, count - 1) + 1)} ${at - first} of ${length}`);
    c.fillText(title.find((words) => c.measureText(words).width < context.width) ?? title[1], 0, 10);
    letterStrip(context, parts[number], { x: 0, y: 28, height: 26, wide, first: from, count: fit, here: -1,
      dim: (i) => i < at - first || i >= at - first + width });
    c.strokeStyle = colours.fg;
    c.lineWidth = 2.5;
    c.strokeRect(Math.max(x(at - first), 1), 26, width * wide - 2, 30);
    context.describe(`Window ${Math.min(chosenWindow, count - 1) + 1} of the strongest stands in sequence ${number} at base ${at - first} of ${length}.`);
  }

  function drawHistogram(threshold) {
    const c = histogram.begin(), { colours } = view, { bins, least, wide, largest } = activations();
    const high = Math.log10(Math.max(...bins) + 1), box = { left: 52, right: histogram.width - 8, top: 18, bottom: 180 - 44 };
    axes = new Axes(histogram, colours, box, [Math.min(least, 0), Math.max(largest, 0.1) * 1.02], [0, high * 1.05]);
    const powers = [...Array(Math.floor(high) + 1).keys()].map((n) => Math.log10(10 ** n + 1));
    axes.frame({ xLabel: "activation", yLabel: "windows", xTicks: 5, yTicks: { values: powers, text: (value) => String(Math.round(10 ** value - 1)) } });
    bins.forEach((count, k) => {
      if (!count) return;
      const from = axes.x(least + k * wide), to = axes.x(least + (k + 1) * wide);
      c.fillStyle = least + (k + 0.5) * wide >= threshold && largest > 0 ? colours.hues.blue : colours.muted + "80";
      c.fillRect(from + 0.5, axes.y(Math.log10(count + 1)), Math.max(to - from - 1, 1), box.bottom - axes.y(Math.log10(count + 1)));
    });
    if (largest <= 0) return;
    const x = axes.x(threshold);
    c.strokeStyle = colours.fg;
    c.setLineDash([6, 4]);
    c.lineWidth = 1.8;
    c.beginPath();
    c.moveTo(x, box.top);
    c.lineTo(x, box.bottom);
    c.stroke();
    c.setLineDash([]);
    histogram.font(12, "600");
    c.fillStyle = colours.fg;
    axes.text(`threshold ${short(threshold)}`, clamp(x, box.left + 50, box.right - 50), 8, { align: "center" });
  }

  function drawList(count) {
    const c = list.begin(), { colours } = view, { top, sums } = activations(), shown = Math.min(count, SHOWN);
    const size = rowHeight();
    list.font(13, "600");
    c.fillStyle = colours.fg;
    c.textBaseline = "top";
    c.textAlign = "left";
    c.fillText(count > 1 ? `the strongest of its ${count.toLocaleString("en")} windows` : count ? "its only window" : "no window reaches the threshold", 0, 4);
    for (let k = 0; k < shown; k++) {
      const y = TITLE + 4 + k * size, at = starts[top[k]];
      for (let j = 0; j < width; j++) {
        const letter = BASES[tokens[at + j]] ?? "N";
        cell(list, { x: j * size, y, width: size - 1.5, height: size - 1.5, ground: PALETTE[letter] ?? tint("#8a94a0", 0.3, colours.dark), text: size >= LEAST_LETTER ? letter : "", size: clamp(size * 0.65, LEAST_LETTER, 13), weight: "600", family: MONO, radius: 3 });
      }
      list.font(12, k === chosenWindow ? "700" : "");
      c.fillStyle = k === chosenWindow ? colours.fg : colours.muted;
      c.textAlign = "left";
      c.textBaseline = "middle";
      c.fillText(`${short(sums[top[k]])}${k === chosenWindow ? " ◂" : ""}`, width * size + 8, y + size / 2);
    }
    c.fillStyle = colours.muted;
    c.textAlign = "left";
    if (count > shown) c.fillText("⋮", 4, TITLE + 12 + shown * size);
  }

  /** Three logos over each other on one scale of columns: raw weights, aligned windows, the nearest known motif. */
  function drawLogos({ shares, bits, windows, nearest: near }) {
    const c = logos.begin(), { colours } = view, raw = across(zeros(width), weight);
    const known = near && (near.strand === 1 ? (m) => m : reverseComplement)(motifs.find((m) => m.id === near.id).shares);
    const first = Math.min(0, near?.offset ?? 0), final = Math.max(width, (near?.offset ?? 0) + (known?.[0].length ?? 0));
    const lengths = raw[0].map((_, j) => [total(column(raw, j).filter((v) => v < 0)), total(column(raw, j).filter((v) => v > 0))]);
    const range = [Math.min(0, ...lengths.map((pair) => pair[0])), Math.max(1e-6, ...lengths.map((pair) => pair[1]))];
    const high = (matrix, heights) => across(matrix, (b, j) => matrix[b][j] * heights[j]);
    const rows = [
      ["the filter's raw weights", raw, range, 0],
      [windows ? `its ${windows > 1 ? `${windows.toLocaleString("en")} windows, aligned` : "only window"} (bits)` : "no windows", windows ? high(shares, bits) : null, [0, 2], 0],
      [near ? `nearest in JASPAR: ${near.name} (${near.id}${near.strand === 1 ? "" : ", other strand"})` : "", known && high(known, information(known)), [0, 2], near?.offset ?? 0],
    ];
    logos.font(11);
    const left = Math.max(30, ...range.map((value) => c.measureText(fixed(value, 1)).width + 10));
    const right = Math.min(logos.width - 4, left + (final - first) * WIDEST_LETTER);
    rows.forEach(([title, heights, ys, offset], k) => {
      const top = k * (LOGO + TITLE), box = { left, right, top: top + TITLE + 6, bottom: top + TITLE + LOGO - 6 };
      const plot = new Axes(logos, colours, box, [first - 0.5, final - 0.5], ys);
      logos.font(13, "600");
      c.fillStyle = colours.fg;
      plot.text(title, 0, top + 12);
      if (!heights) return;
      logo(plot, heights, offset);
      c.strokeStyle = colours.muted;
      c.lineWidth = 1;
      c.beginPath();
      c.moveTo(box.left, plot.y(0));
      c.lineTo(box.right, plot.y(0));
      c.stroke();
      logos.font(11);
      c.fillStyle = colours.muted;
      for (const value of k ? [0, 1, 2] : [ys[0], 0, ys[1]].filter((v, i) => i === 1 || Math.abs(v) > 0.15 * (ys[1] - ys[0]))) plot.text(k ? String(value) : fixed(value, 1), box.left - 6, plot.y(value), { align: "right" });
    });
    logos.font(11);
    c.fillStyle = colours.muted;
    c.textAlign = "center";
    const places = new Axes(logos, colours, { left, right, top: 0, bottom: tall }, [first - 0.5, final - 0.5], [0, 1]);
    for (let j = 0; j < width; j += width > 16 ? 5 : 1) places.text(String(j), places.x(j), tall - 10, { align: "center" });
  }

  function draw() {
    const found = (shown = motif()), near = found.nearest, { largest } = activations();
    drawHistogram(found.threshold);
    drawList(found.windows);
    drawContext(found.windows);
    drawLogos(found);
    const how = near && (near.correlation > 0.85 ? "a close match" : near.correlation > 0.7 ? "a weak match" : "no match to speak of");
    const sentence = !near
      ? `Filter ${chosen()} is active on none of these windows${largest <= 0 ? ": a dead filter" : ""}.`
      : `Filter ${chosen()}: ${found.windows.toLocaleString("en")} of ${starts.length.toLocaleString("en")} windows reach ${short(found.threshold)}; their logo holds ${fixed(total(found.bits), 1)} bits. Nearest in JASPAR is ${near.name}, correlation ${fixed(near.correlation)}: ${how}.`;
    histogram.describe(`Histogram of activations. ${sentence}`);
    list.describe(`The strongest windows: ${activations().top.slice(0, found.windows).map((i) => Array.from(tokens.slice(starts[i], starts[i] + width), (base) => BASES[base] ?? "N").join("")).join(", ") || "none"}.`);
    logos.describe(`Logos of the raw weights, of the aligned windows and of the nearest motif. ${sentence}`);
    view.say(sentence);
  }

  const numbers = () => {
    const { threshold, windows, counts, bits, nearest: near } = motif();
    return { largest: activations().largest, threshold, windows, counts, bits, nearest: near ?? {} };
  };
  return { draw, numbers };
});
