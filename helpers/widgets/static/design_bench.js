const LEFT = 30, TICKS = 18, LETTERS = 26, CELL = 24, GAP = 8, NARROWEST = 9, MOST = 100, SLICE_MS = 4; // CSS pixels; edits; time for a map

export default widget("design-bench", (view) => {
  const get = (name) => view.get(name), names = get("names"), starts = get("starts"), weights = floats(get("weights")), scales = get("scales");
  const first = get("sequence"), length = first.length;
  const judges = get("networks").map((steps, i) => makeNetwork(steps, weights.subarray(starts[i], starts[i + 1]), length));
  const scored = new Map(), maps = new Map();
  let place = null, plot = null;

  // ---- arithmetic
  const driver = () => Math.min(get("driver"), names.length - 1), step = () => Math.min(get("step"), get("edits").length);
  const position = () => Math.min(get("position"), length - 1), colour = (i) => view.colours.inks[i % view.colours.inks.length];
  function design(steps = step()) {
    const letters = [...first];
    for (const [at, base] of get("edits").slice(0, steps)) letters[at] = BASES[base];
    return letters.join("");
  }
  /** How many standard deviations of real sequences above their mean. */
  function score(i, dna) {
    const key = `${i} ${dna}`;
    if (!scored.has(key)) scored.set(key, (judges[i].logit(indices(dna)) - scales[i][0]) / scales[i][1]);
    return scored.get(key);
  }
  const curves = () => {
    const designs = Array.from({ length: get("edits").length + 1 }, (_, k) => design(k));
    return names.map((_, i) => designs.map((dna) => score(i, dna)));
  };
  /** What single mutations change for the driver, as far as they are known: `done` of 4 L; `until` is when to stop. */
  function map(until = Infinity) {
    const dna = design(), key = `${driver()} ${dna}`, net = judges[driver()];
    if (!maps.has(key)) {
      const tokens = indices(dna);
      maps.set(key, { gains: new Float64Array(4 * length), done: 0, tokens, mutant: net.mutants(tokens) });
      if (maps.size > 300) maps.delete(maps.keys().next().value);
    }
    const found = maps.get(key);
    for (; found.done < 4 * length; found.done++) {
      if (found.done % 8 === 7 && performance.now() > until) break;
      found.gains[found.done] = found.mutant(found.done % length, Math.floor(found.done / length));
    }
    return found;
  }
  function best() {
    const [, at] = bestOf(map().gains, 0, 4 * length);
    return [at % length, Math.floor(at / length)];
  }

  // ---- controls
  view.hint("Let one judge drive: its best mutation is written again and again. Do the others agree that the sequence becomes better, and is any real one like it? To write a base yourself, click its cell in the map, or move the frame there with the arrow keys.");
  if (names.length > 1) view.challenge("climb until one judge likes the design less than what it began from.", () => step() > 0 && names.some((_, i) => score(i, design()) < score(i, first)));
  function write(at, base) {
    const edits = get("edits").slice(0, step());
    if (edits.length >= MOST || BASES[base] === design()[at]) return false;
    view.set({ edits: [...edits, [at, base]], step: edits.length + 1, position: at, base });
    return true;
  }
  /** Write the best mutation, unless none is any better. */
  const climb = () => {
    const [at, base] = best();
    return map().gains[base * length + at] > CLOSE_CALL && write(at, base);
  };
  const ten = () => {
    let left = 10;
    view.run(() => climb() && --left > 0);
  };
  const go = (to) => (view.stop(), view.set({ step: clamp(to, 0, get("edits").length) }));
  const choose = (at, base) => view.set({ position: clamp(at, 0, length - 1), base: clamp(base, 0, 3) });
  view.controls(
    view.choice("driver", "Who drives", names.map((name, i) => [i, name, colour(i)]), { onchange: (i) => (view.stop(), view.set({ driver: i })) }),
    h("div", { class: "dlg-buttons" }, view.button("Best mutation", () => (view.stop(), climb()), { primary: true }), view.button("Ten more", ten)),
  );
  view.controls(
    view.slider("step", "Mutations", { min: 0, max: () => get("edits").length, step: 1, onchange: go }),
    h("div", { class: "dlg-buttons" }, view.button("Write the chosen base", () => (view.stop(), write(position(), get("base")))),
      view.button("Start again", () => (view.stop(), view.set({ edits: [], step: 0 })))),
  );
  view.watch("edits", "step", "driver", "position", "base", "sequence");

  // ---- pictures and hands
  const picture = new Surface(view, { label: "All next mutations", height: () => TICKS + LETTERS + GAP + 4 * CELL + 4 });
  const lines = new Surface(view, { label: "What the judges say, mutation by mutation", height: () => 270 });
  picture.drag({
    grab: (point) => (place && point.x >= LEFT ? { row: Math.floor((point.y - TICKS - LETTERS - GAP) / CELL), from: place.first } : null),
    move: (point, { row, from }) => choose(from + Math.floor((point.x - LEFT) / place.wide), row < 0 ? get("base") : row),
  });
  lines.drag({ grab: (point) => (plot?.holds(point) ? "step" : null), move: (point) => go(Math.round(plot.xAt(point.x))) });
  const walk = (by) => () => choose(position() + by, get("base")), turn = (by) => () => choose(position(), (get("base") + by + 4) % 4);
  const keys = { ArrowLeft: walk(-1), ArrowRight: walk(1), PageUp: walk(-10), PageDown: walk(10), Home: walk(-length), End: walk(length) };
  Object.assign(keys, { ArrowUp: turn(-1), ArrowDown: turn(1), Enter: () => write(position(), get("base")) });
  [...BASES].forEach((base, b) => (keys[base] = keys[base.toLowerCase()] = () => write(position(), b)));
  picture.keys("all mutations; arrows choose one, Enter or a letter writes it", keys);
  lines.keys("left and right go from mutation to mutation", { ArrowLeft: () => go(step() - 1), ArrowRight: () => go(step() + 1), Home: () => go(0), End: () => go(MOST) });

  function label(surface, words, x, y, { weight = "", ink = view.colours.fg, align = "left" } = {}) {
    surface.font(12, weight);
    Object.assign(surface.context, { fillStyle: ink, textAlign: align, textBaseline: "middle" });
    surface.context.fillText(words, x, y);
  }

  function drawMap(until) {
    const c = picture.begin(), { colours } = view, dna = design(), across = picture.width - LEFT - 4, at = position();
    const count = length * NARROWEST > across ? Math.max(1, Math.floor(across / 16)) : length;
    const inside = place && place.count === count && at >= place.first && at < place.first + count;
    place = { first: inside ? place.first : clamp(at - (count >> 1), 0, length - count), count, wide: Math.min(across / count, 34) };
    const { first: from, wide } = place, { gains } = map(until), top = TICKS + LETTERS + GAP;
    const most = gains.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-9), standing = indices(dna);
    letterStrip(picture, dna, { x: LEFT, y: TICKS, height: LETTERS, wide, first: from, count, here: at });
    const at_ = (b, j) => gains[b * length + from + j];
    heat(picture, { x: LEFT, y: top, width: count * wide, height: 4 * CELL }, { rows: 4, columns: count, at: at_, most, signed: true });
    [...BASES].forEach((base, b) => label(picture, base, LEFT - 10, top + (b + 0.5) * CELL, { weight: "700", ink: asText(PALETTE[base], colours.dark), align: "right" }));
    const written = new Set(get("edits").slice(0, step()).map(([i]) => i)), every = [5, 10, 20, 50].find((n) => n * wide >= 40) ?? 100;
    for (let j = 0; j < count; j++) {
      const i = from + j, x = LEFT + (j + 0.5) * wide;
      c.fillStyle = colours.fg;
      if (written.has(i)) c.fillRect(x - wide / 2, TICKS + LETTERS + 1, wide - 1, 3);
      c.fillStyle = colours.muted;
      c.beginPath();
      if (standing[i] >= 0) c.arc(x, top + (standing[i] + 0.5) * CELL, Math.min(2.5, wide / 5), 0, 2 * Math.PI);
      c.fill();
      if (i % every === 0) label(picture, String(i), clamp(x, LEFT + 6, picture.width - 14), 8, { align: "center", ink: colours.muted });
    }
    c.strokeStyle = colours.fg;
    c.lineWidth = 2.5;
    c.strokeRect(LEFT + (at - from) * wide, top + get("base") * CELL, wide, CELL);
  }

  function drawLines(told) {
    const c = lines.begin(), { colours } = view, box = { left: 52, right: lines.width - 10, top: 30, bottom: lines.tall - 44 };
    const beyond = scales.map(([mean, sd, largest]) => (largest - mean) / sd), steps = told[0].map((_, k) => k);
    plot = new Axes(lines, colours, box, [0, Math.max(steps.length - 1, 10)], extent([0, ...told.flat(), ...beyond]));
    plot.frame({ xLabel: "mutations", yLabel: "score, in sd of real ones" });
    names.forEach((_, i) => {
      const ink = asText(colour(i), colours.dark);
      c.setLineDash([2, 5]);
      plot.line(plot.xs, [beyond[i], beyond[i]], ink, 1.2);
      c.setLineDash([]);
      plot.line(steps, told[i], ink, i === driver() ? 3.5 : 1.6);
      plot.dot(step(), told[i][step()], ink, i === driver() ? 6 : 4.5);
    });
    plot.line([step(), step()], plot.ys, colours.fg, 1);
    const dotted = lines.width < 420 ? "dotted: the best real one" : "dotted: the best of the real sequences, for each judge";
    label(lines, dotted, box.right, 13, { align: "right", ink: colours.muted });
  }

  function draw() {
    const told = curves(), k = step(), until = performance.now() + SLICE_MS;
    drawMap(until);
    drawLines(told);
    if (map(0).done < 4 * length && !view.running) {
      view.run(() => {
        drawMap(performance.now() + 2 * SLICE_MS);
        return map(0).done < 4 * length;
      });
    }
    const verdict = (i) => `${names[i]} ${told[i][k] < 0 ? "" : "+"}${fixed(told[i][k], 1)}`;
    const above = names.filter((_, i) => told[i][k] * scales[i][1] + scales[i][0] > scales[i][2] + 1e-9);
    const real = above.length ? `Above all ${get("count")} real sequences for ${above.join(", ")}.` : `For nobody above all ${get("count")} real sequences.`;
    const sentence = `${names[driver()]} drives. After ${k} ${k === 1 ? "mutation" : "mutations"}: ${names.map((_, i) => verdict(i)).join(", ")} sd. ${real}`;
    picture.describe(`What each next mutation changes for ${names[driver()]}. Chosen: ${BASES[get("base")]} at ${position()}. The sequence is ${design()}.`);
    lines.describe(sentence);
    view.say(sentence);
  }

  const numbers = () => ({ design: design(), gains: map().gains, best: best(), curves: curves() });
  return { draw, numbers };
});
