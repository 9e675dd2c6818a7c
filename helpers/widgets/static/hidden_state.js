const LEFT = 96, RIGHT = 12, LETTERS = 26, GAP = 6, TICKS = 18; // in CSS pixels
const NARROW = 9; // columns narrower than this hold no letters: only those around the step are shown, wider
const COLUMN = 16; // the least width of a column whose base can be read and hit
const LOWEST = -8; // power of ten at which the gradient's axis ends

export default widget("hidden-state", (view) => {
  const get = (name) => view.get(name);
  const cells = recurrentCells(floats(get("weights")), get("units"), get("relu")), kinds = Object.keys(cells);
  const kept = keeper();
  let axes = null, place = null; // place: the columns that the maps show, { first, count, wide }

  // ---- arithmetic
  const step = () => clamp(get("step"), 0, get("sequence").length - 1);
  const chosen = () => cells[get("cell")];

  const parts = (kind = get("cell"), dna = get("sequence"), of = "now") => kept(`parts ${kind} ${of}`, dna, () => recur(cells[kind], indices(dna)));
  const gradient = (kind = get("cell")) =>
    kept(`gradient ${kind}`, `${get("sequence")} ${step()}`, () => gradients(cells[kind], parts(kind), step(), get("limits")));
  const remembered = () => gradient().states.findIndex((value, _, all) => value < get("forgotten") * all[0]);

  /** After each base, how far the state is from where it was before bases were changed. */
  function changed() {
    const dna = get("sequence"), far = new Float64Array(dna.length), { n } = chosen();
    if (dna.length !== get("original").length || dna === get("original")) return far;
    const now = parts().state, before = parts(get("cell"), get("original"), "before").state;
    return far.map((_, t) => Math.sqrt(now.subarray(t * n, (t + 1) * n).reduce((sum, value, k) => sum + (value - before[t * n + k]) ** 2, 0)));
  }

  // ---- controls
  const go = (to) => view.set({ step: clamp(to, 0, get("sequence").length - 1) });
  const mutate = (base) => view.set({ sequence: get("sequence").slice(0, step()) + base + get("sequence").slice(step() + 1) });
  view.hint("Step along the bases: the chosen state is the last one read. Change the base there and see for how long the state differs.");
  view.controls(
    view.slider("step", "Step", { min: 0, max: () => get("sequence").length - 1, step: 1 }),
    ...(kinds.length > 1 ? [view.choice("cell", "Cell", kinds.map((kind) => [kind, kind]))] : []),
  );
  const bases = [...BASES].map((base) => {
    const button = view.button(base, () => mutate(base));
    button.setAttribute("aria-label", `Write ${base} here`);
    return button;
  });
  const undo = view.button("Undo changes", () => view.set({ sequence: get("original") }));
  view.controls(h("span", {}, "Base at this step"), h("div", { class: "dlg-buttons" }, ...bases, undo));
  view.watch("sequence", "original", "cell");

  // ---- pictures
  const rowsOf = (kind) => ["state", ...(kind === "LSTM" ? ["memory"] : []), ...GATES[kind]], shown = () => rowsOf(get("cell"));
  const mostRows = Math.max(...kinds.map((kind) => rowsOf(kind).length));
  /** A map's height; the state gets what other cells need for gates, so that nothing jumps when the cell changes. */
  function tallness(name) {
    const gate = clamp(chosen().n * 7, 30, 44);
    return name === "state" ? clamp(chosen().n * 12, 60, 130) + (mostRows - shown().length) * (gate + GAP) : gate;
  }
  const mapsTop = TICKS + LETTERS + GAP;
  const height = () => mapsTop + shown().reduce((sum, name) => sum + tallness(name) + GAP, 0) + 22;
  const maps = new Surface(view, { label: "Hidden state and gates", height });
  const chart = new Surface(view, { label: "Gradient against distance", height: () => 210 });

  const room = (surface) => surface.width - LEFT - RIGHT, each = (surface) => room(surface) / get("sequence").length;
  const overview = (point) => point.y > maps.tall - 24 || place.count === get("sequence").length;
  maps.drag({
    grab: (point) => (point.x < LEFT || !place ? null : overview(point) ? { first: 0, wide: each(maps) } : place),
    move: (point, { first, wide }) => go(first + Math.floor((point.x - LEFT) / wide)),
  });
  chart.drag({ grab: (point) => (point.x >= LEFT ? "step" : null), move: (point) => go(Math.floor((point.x - LEFT) / each(chart))) });
  /** The columns to show: all, or those around the step; the window moves only when it must. */
  function window_() {
    const length = get("sequence").length, all = each(maps);
    if (all >= NARROW) return { first: 0, count: length, wide: all };
    const count = Math.floor(room(maps) / COLUMN), wide = room(maps) / count, at = step();
    const inside = place && place.count === count && at >= place.first && at < place.first + count;
    return { first: inside ? place.first : clamp(at - (count >> 1), 0, length - count), count, wide };
  }
  const walk = (by) => () => go(step() + by);
  const keys = { ArrowLeft: walk(-1), ArrowRight: walk(1), PageUp: walk(-10), PageDown: walk(10), Home: () => go(0), End: () => go(Infinity) };
  for (const base of BASES + "N") keys[base] = keys[base.toLowerCase()] = () => mutate(base);
  maps.keys("states, base by base; left and right step, the letters A, C, G, T and N change the base", keys);

  function drawLetters() {
    const c = maps.context, dna = get("sequence"), at = step(), { first, count, wide } = place;
    letterStrip(maps, dna, { x: LEFT, y: TICKS, height: LETTERS, here: at, dim: (i) => i > at, ...place });
    maps.font(11.5);
    c.fillStyle = view.colours.muted;
    c.textBaseline = "top";
    c.textAlign = "center";
    const every = count > 40 ? 10 : 5;
    for (let i = Math.ceil(first / every) * every; i < first + count; i += every) c.fillText(String(i), LEFT + (i - first + 0.5) * wide, 2);
  }

  function label(words, y, weight = "") {
    maps.font(12, weight);
    Object.assign(maps.context, { fillStyle: view.colours.fg, textAlign: "right", textBaseline: "middle" });
    maps.context.fillText(words, LEFT - 8, y);
  }

  function drawMaps(far) {
    const c = maps.context, { n } = chosen(), all = parts(), length = get("sequence").length, { first, count, wide } = place, across = room(maps);
    let y = mapsTop;
    for (const name of shown()) {
      const tall = tallness(name), values = all[name], gate = name !== "state" && name !== "candidate" && name !== "memory";
      const most = gate ? 1 : kept(`most ${name}`, `${get("sequence")} ${get("cell")}`, () => values.reduce((top, value) => Math.max(top, Math.abs(value)), 1e-9));
      heat(maps, { x: LEFT, y, width: across, height: tall },
        { rows: n, columns: count, at: (k, t) => values[(first + t) * n + k], most, signed: !gate });
      label(name === "state" ? "hidden state" : gate ? `${name} gate` : name, y + tall / 2, name === "state" ? "600" : "");
      y += tall + GAP;
    }
    c.fillStyle = view.colours.bg;
    c.globalAlpha = 0.6; // what is read after the step does not count yet
    c.fillRect(LEFT + (step() + 1 - first) * wide, mapsTop, across - (step() + 1 - first) * wide, y - mapsTop - GAP);
    c.globalAlpha = 1;
    c.strokeStyle = view.colours.fg;
    c.lineWidth = 2;
    const outside = wide < 6 ? 2 : 0; // a frame that does not cover what it frames
    c.strokeRect(LEFT + (step() - first) * wide - outside, mapsTop - 1, wide + 2 * outside, y - mapsTop - GAP + 2);
    const most = Math.max(...far);
    label("your changes", y + 8);
    if (most > 0) heat(maps, { x: LEFT, y, width: across, height: 16 }, { rows: 1, columns: length, at: (_, t) => far[t], most });
    else {
      c.textAlign = "left";
      c.fillStyle = view.colours.muted;
      c.fillText("none yet: change a base", LEFT, y + 8);
    }
    if (count < length) { // these are all bases; the frame is what the maps show of them
      c.strokeStyle = view.colours.accent;
      c.strokeRect(LEFT + first * each(maps), y - 2, count * each(maps), 20);
    }
  }

  const PAINT = { RNN: PALETTE.T, GRU: PALETTE.C, LSTM: PALETTE.A };
  function drawGradient() {
    const c = chart.begin(), { colours } = view, at = step(), length = get("sequence").length;
    const box = { left: LEFT, right: chart.width - RIGHT, top: 24, bottom: chart.tall - 44 };
    const lines = kinds.map((kind) => ({ kind, ...gradient(kind) })).sort((a, b) => (a.kind === get("cell")) - (b.kind === get("cell")));
    const logs = (values) => values.map((value) => Math.log10(Math.max(value, 1e-30)));
    const every = lines.flatMap(({ states, memories }) => [...logs(states), ...logs(memories)]);
    const [low, high] = [Math.max(Math.floor(Math.min(...every)), LOWEST), Math.max(1, Math.ceil(Math.max(...every)))];
    axes = new Axes(chart, colours, box, [-0.5, length - 0.5], [low, high]);
    const powers = ticks(low, high, 6).values.filter((value) => value % 1 === 0);
    axes.frame({ xLabel: "base whose state is varied", yLabel: "gradient norm", xTicks: 8, yTicks: { values: powers, text: (value) => (value ? `10${superscript(value)}` : "1") } });
    axes.clip(() => {
      for (const { kind, states, memories } of lines) {
        const colour = asText(PAINT[kind], colours.dark), xs = states.map((_, back) => at - back), mine = kind === get("cell");
        axes.line(xs, logs(states), colour, mine ? 3 : 1.2);
        c.setLineDash([5, 4]);
        if (memories.length && mine) axes.line(xs, logs(memories), colour, 2);
        c.setLineDash([]);
        if (mine && states.length < 3) states.forEach((value, back) => axes.dot(at - back, logs([value])[0], colour, 3));
      }
    });
    let x = chart.width > 480 ? LEFT : 8;
    for (const { kind } of [...lines].reverse()) {
      chart.font(12.5, kind === get("cell") ? "700" : "");
      c.fillStyle = asText(PAINT[kind], colours.dark);
      const words = kind === "LSTM" && kind === get("cell") ? `LSTM (dashed: ${chart.width > 480 ? "through its " : ""}memory)` : kind;
      axes.text(words, x, 10);
      x += c.measureText(words).width + 18;
    }
    c.strokeStyle = colours.fg;
    c.lineWidth = 1.5;
    c.beginPath();
    c.moveTo(axes.x(at), box.top);
    c.lineTo(axes.x(at), box.bottom);
    c.stroke();
  }
  const superscript = (power) => [...String(power)].map((digit) => (digit === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit])).join("");

  const amount = (value) => (value > 0 && value < 0.001 ? "less than 0.001" : fixed(value, 3));
  function draw() {
    const far = changed(), dna = get("sequence"), back = remembered(), { states } = gradient(), at = step();
    maps.begin();
    place = window_();
    drawLetters();
    drawMaps(far);
    drawGradient();
    bases.forEach((button, i) => button.setAttribute("aria-pressed", String(dna[at] === BASES[i])));
    undo.disabled = dna === get("original");
    const fate = back >= 0 ? `${back} ${back === 1 ? "base" : "bases"} back, its gradient is below 1 % of where it starts` : `${states.length - 1} bases back, its gradient is still ${fixed((100 * states.at(-1)) / states[0], 0)} % of where it starts`;
    const drift = Math.max(...far) > 0 ? ` Your changes move this state by ${amount(far[at])}, and at most by ${amount(Math.max(...far))}.` : "";
    const sentence = `The ${get("cell")}'s state after base ${at} (${dna[at]}): ${fate}.${drift}`;
    maps.describe(`Hidden state and gates of a ${get("cell")} with ${chosen().n} units over ${dna.length} bases. ${sentence}`);
    chart.describe(`Gradient of the chosen state with respect to earlier ones. ${sentence}`);
    view.say(sentence);
  }

  const numbers = () => {
    const { n } = chosen(), all = parts(), at = step(), { states, memories } = gradient();
    const row = (values, t) => Array.from(values.subarray(t * n, (t + 1) * n));
    return {
      states: Array.from(get("sequence"), (_, t) => row(all.state, t)),
      gates: Object.fromEntries(GATES[get("cell")].map((name) => [name, row(all[name], at)])),
      gradient: states, through_memory: memories, remembered: remembered(), changed: changed(),
    };
  };
  return { draw, numbers };
});
