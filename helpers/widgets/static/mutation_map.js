const LEFT = 78, RIGHT = 10, NARROWEST = 13; // a column wide enough for its letter; longer sequences are shown in a window
const LETTERS = 26, GAP = 8, LOGO = 84, CELL = 24, TICKS = 18, OVERVIEW = 54; // heights in CSS pixels

const logistic = (x) => 1 / (1 + Math.exp(-x));

export default widget("mutation-map", (view) => {
  const get = (name) => view.get(name);
  const dna = get("sequence"), length = dna.length, standing = indices(dna);
  const effects = floats(get("effects")), saliency = get("saliency").byteLength ? floats(get("saliency")) : null;
  const effect = (row, i) => effects[row * length + i];
  const most = effects.reduce((top, value) => Math.max(top, Math.abs(value)), 1e-9);
  const least = effects.reduce((low, value) => Math.min(low, value), 0);
  let told = false; // by its button, which mutation is the worst
  let place = null; // of the detailed picture: { first, count, wide }

  // ---- arithmetic, once
  const sum = (i) => effect(0, i) + effect(1, i) + effect(2, i) + effect(3, i);
  const importance = Float64Array.from({ length }, (_, i) => -sum(i) / (standing[i] < 0 ? 4 : 3));
  const standard = (values) => {
    const mean = values.reduce((all, value) => all + value, 0) / length, centred = Float64Array.from(values, (value) => value - mean);
    const spread = Math.sqrt(centred.reduce((all, value) => all + value * value, 0) / length);
    return spread < 1e-12 ? null : centred.map((value) => value / spread);
  };
  const [ours, theirs] = [standard(importance), saliency && standard(saliency)];
  const correlation = ours && theirs && length > 1 ? ours.reduce((all, value, i) => all + value * theirs[i], 0) / length : 0;
  const position = () => clamp(get("position"), 0, length - 1);
  const chosenRow = () => BASES.indexOf(get("base"));
  const change = () => effect(chosenRow(), position());

  // ---- controls
  view.hint("Choose a position and the base to write there: violet raises the prediction, orange lowers it, a dot marks the base that stands there.");
  view.challenge("find the mutation that lowers the prediction most, before you press “Worst mutation”.", () => !told && change() < 0 && change() === least);
  const go = (to) => view.set({ position: clamp(to, 0, length - 1) });
  const write = (base) => view.set({ base });
  const extreme = (sign) => () => {
    told ||= sign < 0;
    const k = effects.reduce((top, value, i) => (sign * value > sign * effects[top] ? i : top), 0);
    view.set({ position: k % length, base: BASES[Math.floor(k / length)] });
  };
  const disagree = () => go(ours.reduce((top, value, i) => (Math.abs(value - theirs[i]) > Math.abs(ours[top] - theirs[top]) ? i : top), 0));
  view.controls(
    view.slider("position", "Position", { min: 0, max: length - 1, step: 1, format: (i) => `${i} ${dna[Math.min(i, length - 1)]}` }),
    view.choice("base", "Write", [...BASES].map((base) => [base, base, PALETTE[base]])),
  );
  view.controls(h("div", { class: "dlg-buttons" }, view.button("Worst mutation", extreme(-1)), view.button("Best mutation", extreme(1)),
    ...(ours && theirs ? [view.button("Where saliency differs most", disagree)] : [])));

  // ---- hands
  const logos = saliency ? 2 : 1, windowed = (wide) => length * NARROWEST > wide - LEFT - RIGHT;
  const tops = { letters: TICKS, map: TICKS + LETTERS + GAP, logos: TICKS + LETTERS + 2 * GAP + 4 * CELL };
  const overview = tops.logos + logos * (LOGO + GAP) + GAP;
  const picture = new Surface(view, { label: "All single mutations", height: (wide) => overview + (windowed(wide) ? OVERVIEW + GAP : 0) });
  picture.drag({
    grab(point) {
      if (!place || point.x < LEFT) return null;
      if (point.y > overview) return windowed(picture.width) ? { whole: true } : null;
      return { row: Math.floor((point.y - tops.map) / CELL), first: place.first };
    },
    move(point, { whole, row, first }) {
      if (whole) return go(Math.floor(((point.x - LEFT) / (picture.width - LEFT - RIGHT)) * length));
      const at = clamp(first + Math.floor((point.x - LEFT) / place.wide), 0, length - 1);
      view.set(row >= 0 && row < 4 ? { position: at, base: BASES[row] } : { position: at });
    },
  });
  const walk = (by) => () => go(position() + by), turn = (by) => () => write(BASES[(chosenRow() + by + 4) % 4]);
  const keys = { ArrowLeft: walk(-1), ArrowRight: walk(1), PageUp: walk(-10), PageDown: walk(10), Home: () => go(0), End: () => go(length - 1) };
  Object.assign(keys, { ArrowUp: turn(-1), ArrowDown: turn(1) });
  for (const base of BASES) keys[base] = keys[base.toLowerCase()] = () => write(base);
  picture.keys("all mutations; left and right choose a position, up and down or a letter the base to write", keys);

  // ---- pictures
  function label(words, y, { weight = "", colour = view.colours.fg, align = "right", x = LEFT - 8 } = {}) {
    picture.font(12, weight);
    Object.assign(picture.context, { fillStyle: colour, textAlign: align, textBaseline: "middle" });
    picture.context.fillText(words, x, y);
  }

  function drawMap({ first, count, wide }) {
    const c = picture.context, { colours } = view, at = position(), mutated = dna.slice(0, at) + get("base") + dna.slice(at + 1);
    letterStrip(picture, mutated, { x: LEFT, y: tops.letters, height: LETTERS, wide, first, count, here: at });
    label("sequence", tops.letters + LETTERS / 2);
    const box = { x: LEFT, y: tops.map, width: count * wide, height: 4 * CELL };
    heat(picture, box, { rows: 4, columns: count, at: (row, j) => effect(row, first + j), most, signed: true });
    [...BASES].forEach((base, row) => label(base, tops.map + (row + 0.5) * CELL, { weight: "700", colour: asText(PALETTE[base], colours.dark) }));
    label("write", tops.map + 2 * CELL, { x: 4, align: "left" });
    c.fillStyle = colours.muted;
    for (let j = 0; j < count; j++) {
      if (standing[first + j] < 0) continue;
      c.beginPath();
      c.arc(LEFT + (j + 0.5) * wide, tops.map + (standing[first + j] + 0.5) * CELL, Math.min(2.5, wide / 5), 0, 2 * Math.PI);
      c.fill();
    }
    c.strokeStyle = colours.fg;
    c.lineWidth = 2.5;
    c.strokeRect(LEFT + (at - first) * wide, tops.map + chosenRow() * CELL, wide, CELL);
    const every = [5, 10, 20, 50, 100].find((n) => n * wide >= 40) ?? 200;
    for (let i = Math.ceil(first / every) * every; i < first + count; i += every) label(String(i), 8, { x: LEFT + (i - first + 0.5) * wide, align: "center", colour: colours.muted });
  }

  /** One letter a base, as high as its number: importance by mutation, or saliency. */
  function drawLogo(values, top, title, { first, count, wide }) {
    const c = picture.context, { colours } = view, part = values.subarray(first, first + count), [low, high] = extent([0, ...part], 0.04);
    const box = { left: LEFT, right: LEFT + count * wide, top, bottom: top + LOGO };
    const plot = new Axes(picture, colours, box, [first - 0.5, first + count - 0.5], [low, high]);
    c.strokeStyle = colours.muted;
    c.lineWidth = 1;
    c.beginPath();
    lineThrough(c, LEFT, plot.y(0), count * wide, 0);
    c.stroke();
    part.forEach((value, j) => {
      const tall = Math.abs(plot.y(value) - plot.y(0)), x = LEFT + j * wide + 0.5, letter = dna[first + j];
      if (letter !== "N") stretchedLetter(picture, letter, x, value < 0 ? plot.y(0) : plot.y(value), wide - 1, tall, value < 0);
    });
    title.forEach((line, i) => label(line, top + LOGO / 2 + (i - (title.length - 1) / 2) * 15, { colour: i ? colours.muted : colours.fg }));
    c.strokeStyle = colours.accent;
    c.lineWidth = 1.5;
    c.strokeRect(plot.x(position() - 0.5), top, wide, LOGO);
  }

  function drawOverview({ first, count }) {
    const c = picture.context, { colours } = view, top = overview, across = picture.width - LEFT - RIGHT;
    const box = { left: LEFT, right: LEFT + across, top, bottom: top + OVERVIEW };
    const plot = new Axes(picture, colours, box, [0, length], extent([0, ...importance], 0.02));
    const columns = Math.floor(across), bottom = plot.y(0);
    for (let pixel = 0; pixel < columns; pixel++) { // the largest in each column of pixels
      const from = Math.floor((pixel * length) / columns), to = Math.max(from + 1, Math.floor(((pixel + 1) * length) / columns));
      let value = 0;
      for (let i = from; i < to; i++) if (Math.abs(importance[i]) > Math.abs(value)) value = importance[i];
      c.fillStyle = value >= 0 ? SIGNS.plus : SIGNS.minus;
      c.fillRect(LEFT + pixel, Math.min(plot.y(value), bottom), 1, Math.abs(plot.y(value) - bottom));
    }
    c.strokeStyle = colours.accent;
    c.lineWidth = 2;
    c.strokeRect(plot.x(first), top - 2, Math.max(plot.x(first + count) - plot.x(first), 3), OVERVIEW + 4);
    label("all bases", top + OVERVIEW / 2);
  }

  function draw() {
    picture.begin();
    const across = picture.width - LEFT - RIGHT, at = position(), count = windowed(picture.width) ? Math.max(1, Math.floor(across / 16)) : length;
    const inside = place && place.count === count && at >= place.first && at < place.first + count; // the window moves only when it must
    place = { first: inside ? place.first : clamp(at - (count >> 1), 0, length - count), count, wide: Math.min(across / count, 34) };
    drawMap(place);
    drawLogo(importance, tops.logos, ["lost when", "mutated"], place);
    if (saliency) drawLogo(saliency, tops.logos + LOGO + GAP, ["gradient", "× input"], place);
    if (count < length) drawOverview(place);
    const before = get("prediction"), after = before + change(), short = (value) => fixed(value, Math.abs(value) < 0.1 ? 3 : 2);
    const odds = (logit) => `${short(logit)} (probability ${fixed(logistic(logit))})`;
    const deed = standing[at] === chosenRow() ? `${dna[at]} stands at ${at}: no mutation, logit ${odds(before)}.` : `${dna[at]} to ${get("base")} at ${at}: logit before ${odds(before)}, after ${odds(after)}, a change of ${short(change())}.`;
    const beside = saliency ? ` Mutating ${at} loses ${short(importance[at])} on average, saliency says ${short(saliency[at])}; over all bases they correlate ${fixed(correlation)}.` : "";
    const sentence = deed + beside;
    picture.describe(`Effects of all mutations of ${length} bases. ${sentence}`);
    view.say(sentence);
  }

  const numbers = () => ({ before: get("prediction"), after: get("prediction") + change(), importance: Array.from(importance), correlation });
  return { draw, numbers };
});
