const LEFT = 46, RIGHT = 6, TOP = 60, HEAD = 22, MAP = 80, SHARE = 42, GAP = 12, FOOT = 40; // in CSS pixels
const ROW = HEAD + MAP + SHARE + GAP, LETTERS = 26;
const KEEPS = { GRU: "update", LSTM: "forget" }; // the gate that holds on to the past where it is near 1

export default widget("hidden-state", (view) => {
  const get = (name) => view.get(name), dna = () => get("sequence"), kept = keeper(), floor = Math.log10(get("faintest"));
  let glass = null; // says which base stands where in the loupe
  const cells = recurrentCells(floats(get("weights")), get("units"), get("relu")), kinds = Object.keys(cells);

  // ---- arithmetic
  const last = () => dna().length - 1, step = () => clamp(get("step"), 0, last()), position = () => clamp(get("position"), 0, last());
  const changed = () => dna().slice(0, position()) + get("base") + dna().slice(position() + 1);
  const before = (kind) => kept(`before ${kind}`, dna(), () => recur(cells[kind], indices(dna())));
  const parts = (kind) => kept(`parts ${kind}`, changed(), () => recur(cells[kind], indices(changed())));
  const differences = (kind) => kept(`differences ${kind}`, `${changed()} ${dna()}`, () => {
    const was = before(kind).state;
    return parts(kind).state.map((value, i) => Math.abs(value - was[i]));
  });
  /** Of the largest distance so far between the two states, the share that is left after each base. */
  const left = (kind) => kept(`left ${kind}`, `${changed()} ${dna()}`, () => {
    const all = differences(kind), { n } = cells[kind];
    let most = Number.MIN_VALUE;
    return Float64Array.from(dna(), (_, t) => {
      let sum = 0;
      for (let k = t * n; k < (t + 1) * n; k++) sum += all[k] ** 2;
      most = Math.max(most, Math.sqrt(sum));
      return Math.sqrt(sum) / most;
    });
  });
  /** The probability of a yes after the step, without the change and with it. */
  function answers(kind) {
    const score = get("scores")[kind], { n } = cells[kind], from = step() * n;
    return [before(kind), parts(kind)].map(({ state }) =>
      logistic(score.slice(0, n).reduce((sum, weight, k) => sum + weight * state[from + k], score[n])));
  }
  const turned = () => asked.filter((kind) => Math.abs(answers(kind)[1] - answers(kind)[0]) >= 0.1); // whose answer is another
  const turn = (kind) => answers(kind).map((value) => `${fixed(100 * value, 0)} %`).join(" → ");
  const height_ = (share) => clamp(1 - Math.log10(Math.max(share, 1e-300)) / floor, 0, 1); // on the logarithmic scale
  const percent = (share) => (share > 0 && share < 0.0001 ? "under 0.01 %" : share < 0.1 ? `${+(100 * share).toPrecision(1)} %` : `${fixed(100 * share, 0)} %`);

  // ---- controls
  const go = (to) => view.set({ step: clamp(to, 0, last()) });
  function change(to) {
    const at = clamp(to, 0, last()), same = dna()[at] === get("base");
    view.set(same ? { position: at, base: BASES[(BASES.indexOf(get("base")) + 1) % 4] } : { position: at });
  }
  const write = (base) => view.set({ base });
  view.hint("One base is changed: violet is what is left of it in each unit. Drag over the letters to change another one, over the maps to step.");
  const asked = kinds.filter((kind) => get("scores")[kind]);
  if (asked.length) view.challenge("read to the end after writing, in one of the first six places, a letter that changes no network's answer.", () =>
    step() === last() && position() < 6 && dna()[position()] !== get("base") && turned().length === 0);
  view.controls(
    view.slider("position", "Changed base", { min: 0, max: last, step: 1, format: (i) => `${i} ${dna()[clamp(i, 0, last())]}`, onchange: change }),
    view.choice("base", "Write", [...BASES].map((base) => [base, base, PALETTE[base]])),
    view.slider("step", "Step", { min: 0, max: last, step: 1 }),
  );
  view.more(view.choice("shown", "Maps show", [["difference", "difference"], ["state", "states"], ["gate", "gate that keeps"]]));
  view.watch("sequence");

  // ---- hands
  const picture = new Surface(view, { label: "What each cell remembers", height: () => TOP + kinds.length * ROW + FOOT });
  const wide = () => (picture.width - LEFT - RIGHT) / dna().length, x = (base) => LEFT + base * wide();
  picture.drag({
    grab: (point) => (point.x < LEFT - 8 ? null : point.y >= TOP ? "step" : point.y < GLASS && glass ? { glass } : "base"),
    move(point, what) {
      const column = Math.floor((point.x - LEFT) / wide());
      if (what === "step") go(column);
      else change(what.glass?.(point.x) ?? column);
    },
  });
  const walk = (by) => () => go(step() + by), other = (by) => () => change(position() + by);
  const keys = { ArrowLeft: walk(-1), ArrowRight: walk(1), PageUp: walk(-10), PageDown: walk(10), Home: () => go(0), End: () => go(last()) };
  Object.assign(keys, { ArrowUp: other(-1), ArrowDown: other(1) });
  for (const base of BASES) keys[base] = keys[base.toLowerCase()] = () => write(base);
  picture.keys("cells, one under the other; left and right step, up and down choose the base to change, a letter writes there", keys);

  // ---- pictures
  function words(text, at, y, { size = 12, weight = "", colour = view.colours.fg, align = "left", family } = {}) {
    picture.font(size, weight, family);
    Object.assign(picture.context, { fillStyle: colour, textAlign: align, textBaseline: "middle" });
    picture.context.fillText(text, at, y);
    return picture.context.measureText(text).width;
  }

  /** The changed base among its neighbours, large, over the strip of all bases. */
  function drawLetters() {
    const at = position(), strip = { x: LEFT, wide: wide() }, dim = (i) => i > step();
    letterStrip(picture, changed(), { ...strip, y: 26, height: LETTERS, first: 0, count: dna().length, here: at, dim });
    glass = strip.wide < LEAST_LETTER ? loupe(picture, changed(), { x: LEFT, right: picture.width - RIGHT, strip, here: at, mark: at, dim }) : null;
    if (glass) words(`${dna()[at]} → ${get("base")}`, LEFT - 6, GLASS / 2, { align: "right", weight: "600" });
    else drawNeighbours(at);
  }

  function drawNeighbours(at) {
    const { colours } = view, size = 13, letter = 8.5;
    const around = Array.from({ length: 9 }, (_, i) => at - 4 + i).filter((i) => i >= 0 && i <= last());
    const room = (around.length + 2.7) * letter + 62;
    let from = clamp(x(at + 0.5) - room / 2, 0, picture.width - room);
    from += words(`base ${at}`, from, 12, { colour: colours.muted }) + 8;
    for (const i of around) {
      for (const base of i === at ? [dna()[i], "→", get("base")] : [dna()[i]]) {
        const mine = i === at && base === get("base"), colour = asText(PALETTE[base] ?? colours.muted, colours.dark);
        if (base === "→") from += 0.3 * letter;
        words(base, from, 12, { size, family: MONO, weight: mine ? "800" : "500", colour: i === at ? colour : colours.muted });
        from += base === "→" ? 1.4 * letter : letter;
      }
    }
  }

  function drawMap(kind, y) {
    const { n } = cells[kind], shown = get("shown"), gate = parts(kind)[KEEPS[kind]];
    const box = { x: LEFT, y, width: x(dna().length) - LEFT, height: MAP }, size = { rows: n, columns: dna().length, signed: true };
    const logs = () => kept(`logs ${kind}`, `${changed()} ${dna()}`, () => differences(kind).map(height_));
    const values = shown === "difference" ? logs() : shown === "state" ? parts(kind).state : gate;
    if (values) heat(picture, box, { ...size, at: (k, t) => values[t * n + k] });
    else words("no gate: all is written anew at each base", LEFT, y + MAP / 2, { colour: view.colours.muted });
    const name = { difference: "units", state: "states", gate: KEEPS[kind] ?? "" }[shown];
    words(name, LEFT - 6, y + MAP / 2, { size: 11, align: "right", colour: view.colours.muted });
  }

  function drawShare(kind, y) {
    const c = picture.context, { colours } = view, shares = left(kind), tall = SHARE - 6, base = y + SHARE;
    c.fillStyle = asText(SIGNS.plus, colours.dark);
    c.beginPath();
    shares.forEach((share, t) => c.rect(x(t), base - tall * height_(share), wide(), tall * height_(share)));
    c.fill();
    c.strokeStyle = colours.grid;
    c.lineWidth = 1;
    c.beginPath();
    for (const level of [base - tall, base]) lineThrough(c, LEFT, Math.round(level) + 0.5, x(shares.length) - LEFT, 0);
    c.stroke();
    for (const [level, share] of [[base - tall, 1], [base - 4, get("faintest")]])
      words(`${+(100 * share).toPrecision(2)} %`, LEFT - 6, level, { size: 10.5, align: "right", colour: colours.muted });
  }

  function drawHead(kind, y) {
    const from = 4 + words(kind, 4, y, { size: 14, weight: "700" });
    const much = percent(left(kind)[step()]), roomy = picture.width > 480;
    const share = step() < position() ? "not read yet" : roomy ? `${much} of the difference is left` : `${much.replace("under", "<")} left`;
    words(share, from + 10, y);
    if (asked.includes(kind)) words(`${picture.width > 330 ? `${get("question")}? ` : ""}${turn(kind)}`, picture.width - RIGHT, y, { weight: "600", align: "right" });
  }

  function drawFoot() {
    const every = [5, 10, 20, 50, 100].find((n) => n * wide() >= 36) ?? 200, y = TOP + kinds.length * ROW - GAP;
    for (let back = 0; position() + back <= last(); back += every)
      words(String(back), x(position() + back + 0.5), y + 10, { size: 11.5, align: "center", colour: view.colours.muted });
    words("bases after the change", (LEFT + picture.width) / 2, y + 28, { align: "center" });
  }

  function drawStep() {
    const c = picture.context, from = x(step() + 1), line = Math.min(x(step() + 0.5), picture.width - RIGHT) - 1;
    const strips = kinds.map((_, i) => [TOP + i * ROW + HEAD, MAP + SHARE]);
    for (const [y, tall] of [...strips, [26 + LETTERS, 6]]) {
      c.fillStyle = view.colours.bg;
      c.globalAlpha = 0.6; // what is read after the step does not count yet
      c.fillRect(from, y, x(dna().length) - from, tall);
      c.globalAlpha = 1;
      c.fillStyle = view.colours.fg;
      c.fillRect(line, y, 2, tall);
    }
  }

  function draw() {
    picture.begin();
    drawLetters();
    kinds.forEach((kind, i) => {
      const y = TOP + i * ROW;
      drawMap(kind, y + HEAD);
      drawShare(kind, y + HEAD + MAP);
    });
    drawStep();
    kinds.forEach((kind, i) => drawHead(kind, TOP + i * ROW + HEAD / 2));
    drawFoot();
    const at = position(), was = dna()[at], back = step() - at;
    const what = was === get("base") ? `Base ${at} stays ${was}: nothing is changed.` : `Base ${at}: ${get("base")} for ${was}, ${back < 0 ? "not read yet" : `read ${back} bases ago`}.`;
    const tell = (some) => (some.length ? ` It changes the answer of ${some.join(", ").replace(/, (?=[^,]*$)/, " and ")}.` : " It changes no network's answer.");
    const fate = asked.length && back >= 0 && was !== get("base") ? tell(turned()) : "", room = asked.length ? `Base ${last()}: G for T, read ${last()} bases ago.${tell(asked)}` : "";
    const each_ = (make, which) => which.map((kind) => `${kind} ${make(kind)}`).join(", ");
    const turns = asked.length ? ` ${get("question")}? ${each_(turn, asked)}.` : "";
    const heads = `Of the difference is left: ${each_((kind) => percent(left(kind)[step()]), kinds)}.${turns}`; // as the picture says
    picture.describe(`Maps of ${kinds.join(", ")} over ${dna().length} bases, a row a unit. ${what}${fate} ${heads}`);
    view.say(what + fate, heads, room);
  }

  const rows = (kind, values) => Array.from(dna(), (_, t) => values.subarray(t * cells[kind].n, (t + 1) * cells[kind].n));
  const each = (make, which = kinds) => Object.fromEntries(which.map((kind) => [kind, make(kind)]));
  const numbers = () => ({
    states: each((kind) => rows(kind, parts(kind).state)),
    gates: each((kind) => rows(kind, parts(kind)[KEEPS[kind]]), kinds.filter((kind) => KEEPS[kind])),
    differences: each((kind) => rows(kind, differences(kind))),
    left: each(left),
    answers: each(answers, asked),
  });
  return { draw, numbers };
});
