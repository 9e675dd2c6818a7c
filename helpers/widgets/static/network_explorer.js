const ROWS = 8, TOP = 18, LETTERS = 24, ROW = 28, GAP = 12; // filters shown at once; heights in CSS pixels
const STAGE = 46, LOGO = 112, PRODUCTS = 40;
const STAGE_NAMES = { conv: "sums", relu: "ReLU", max: "max pool", average: "mean pool", scale: "batch norm" };

export default widget("network-explorer", (view) => {
  const get = (name) => view.get(name), steps = get("steps"), plan = get("plan"), originals = get("originals"), length = originals[0].length;
  const weights = floats(get("weights")), net = makeNetwork(steps, weights, length), conv = steps[plan.conv];
  const [filters, windows] = conv.shape, span = conv.dilation * (conv.width - 1) + 1, kept = new Map();
  let glass = null; // says which base stands where in the loupe
  let peek = null, place = null, list = []; // the filter under the mouse; where the picture's parts lie, and what is in its rows

  // ---- arithmetic, once a state
  function once(name, key, make) {
    if (kept.get(name)?.key !== key) kept.set(name, { key, value: make() });
    return kept.get(name).value;
  }
  const off = () => get("off").filter((k) => k >= 0 && k < filters), chosen = () => Math.min(get("chosen"), originals.length - 1);
  const says = (logit) => `“${logit > 0 ? "" : "not "}${get("positive") ?? 1}”`; // a notebook saved before it was named has none
  const filter = () => peek ?? Math.min(get("filter"), filters - 1), position = () => Math.min(get("position"), length - 1);
  function fires(values) {
    const found = Array.from({ length: filters }, (_, k) => bestOf(values[plan.track], k * windows, (k + 1) * windows));
    return { finds: found.map(([most]) => most), places: found.map(([, at]) => at) };
  }
  const state = () => once("now", `${get("sequence")} ${off()}`, () => {
    const values = net.run(indices(get("sequence")));
    return { values, ...fires(values), ...net.adds(plan, values, off()) };
  });
  const given = () => once("given", chosen(), () => {
    const { logit, adds } = net.adds(plan, net.run(indices(originals[chosen()])), []);
    return { logit, adds };
  });
  const start = (k) => state().places[k] * conv.stride - conv.padding;
  const sees = (k, i) => i >= start(k) && i < start(k) + span && (i - start(k)) % conv.dilation === 0;
  const window_ = (k) => get("sequence").slice(Math.max(start(k), 0), Math.max(start(k) + span, 0));
  /** The filters that are shown: those that add or take the most, now or in the sequence as it was given. */
  function rows() {
    const size = state().adds.map((value, k) => Number(Math.max(Math.abs(value), Math.abs(given().adds[k])).toFixed(6)));
    const order = size.map((_, k) => k).sort((a, b) => size[b] - size[a] || a - b).slice(0, ROWS), k = Math.min(get("filter"), filters - 1);
    return order.includes(k) ? order : [...order.slice(0, ROWS - 1), k];
  }
  /** Of what the logit is the sum: [name, number, filter] each. */
  function parts() {
    const { base, adds, together } = state(), shown = rows(), rest = adds.reduce((sum, value, k) => (shown.includes(k) ? sum : sum + value), 0);
    const all = [["all off", base], ...shown.map((k) => [`filter ${k}`, adds[k], k])];
    if (filters > shown.length) all.push([`${filters - shown.length} others`, rest]);
    if (Math.abs(together) > 1e-6) all.push(["together", together]);
    return all;
  }

  // ---- controls
  view.hint("Write another base, and watch where the filters fire and what each adds to the logit.");
  view.challenge(`make the network change its mind, with as few letters as you can: a logit above 0 says ${says(1)}, one below 0 says ${says(-1)}.`, () => state().logit > 0 !== given().logit > 0 && off().length === 0);
  const pick = (k) => view.set({ filter: clamp(k, 0, filters - 1) }), go = (to) => view.set({ position: clamp(to, 0, length - 1) });
  const write = (base) => view.set({ sequence: get("sequence").slice(0, position()) + base + get("sequence").slice(position() + 1) });
  const flip = () => {
    const k = Math.min(get("filter"), filters - 1);
    view.set({ off: off().includes(k) ? off().filter((other) => other !== k) : [...off(), k].sort((a, b) => a - b) });
  };
  const restore = () => view.set({ sequence: originals[chosen()], off: [] });
  const bases = [...BASES].map((base) => {
    const button = view.button(base, () => write(base));
    button.setAttribute("aria-label", `Write ${base} here`);
    button.prepend(h("i", { style: `background: ${PALETTE[base]}` }));
    return button;
  });
  const switches = view.button("Switch filter off", flip);
  view.controls(
    view.slider("position", "Position", { min: 0, max: length - 1, step: 1, format: (i) => `${i} ${get("sequence")[Math.min(i, length - 1)]}` }),
    h("div", { class: "dlg-buttons", role: "group", "aria-label": "Write at this position" }, ...bases),
  );
  view.controls(
    ...(filters > 1 ? [view.slider("filter", "Filter", { min: 0, max: filters - 1, step: 1 })] : []),
    h("div", { class: "dlg-buttons" }, switches, view.button("As it was", restore)),
  );
  const load = (i) => view.set({ chosen: i, sequence: originals[i], off: [] });
  if (originals.length > 1) view.controls(view.choice("chosen", "Sequence", get("names").map((name, i) => [i, name]), { onchange: load }));
  view.watch("sequence", "chosen", "off", "filter", "position");

  // ---- pictures and hands
  const narrow = (width) => width < 560;
  /** Where the columns lie in a picture so wide: under a loupe, where they have no room for letters. */
  function lay(width) {
    const left = narrow(width) ? 60 : 74, right = width - (narrow(width) ? 116 : clamp(width * 0.26, 150, 240)), wide = (right - left) / length;
    return { left, right, wide, top: TOP + loupeRoom(wide) };
  }
  const height = (width) => lay(width).top + LETTERS + GAP + (list.length + 1) * ROW + 4;
  const picture = new Surface(view, { label: "From bases to the logit", height });
  const columns = view.add(h("div", { class: "dlg-columns" }));
  const logos = new Surface(view, { label: "The filter on its best window", height: () => 24 + LOGO + LETTERS + PRODUCTS + 20, place: columns });
  const stages = new Surface(view, { label: "From sums to the vote", height: () => 24 + shownStages().length * STAGE + 26, place: columns });
  const rowAt = (y) => list[Math.floor((y - place.top - LETTERS - GAP) / ROW)]?.[2];
  const baseAt = (x) => clamp(Math.floor((x - place.left) / place.wide), 0, length - 1);
  picture.drag({
    grab({ x, y }) {
      if (!place) return null;
      if (y < GLASS && glass) return { glass };
      if (y < place.top + LETTERS) return x >= place.left && x < place.right ? "base" : null;
      return rowAt(y) === undefined ? null : "row";
    },
    move({ x, y }, what) {
      if (what !== "row") go(what.glass?.(x) ?? baseAt(x));
      else if (rowAt(y) !== undefined) pick(rowAt(y));
    },
  });
  const look = (k) => {
    if (k === peek) return;
    peek = k;
    view.redraw();
  };
  view.listen(view.root, "pointermove", ({ target, pointerType, buttons, offsetY }) => {
    if (pointerType === "mouse" && !buttons) look(target === picture.element ? (rowAt(offsetY) ?? null) : null);
  });
  view.listen(view.root, "pointerleave", () => look(null));
  const walk = (by) => () => go(position() + by);
  const climb = (by) => () => {
    const shown = rows();
    pick(shown[clamp(shown.indexOf(Math.min(get("filter"), filters - 1)) + by, 0, shown.length - 1)]);
  };
  const keys = { ArrowLeft: walk(-1), ArrowRight: walk(1), PageUp: walk(-10), PageDown: walk(10), Home: () => go(0), End: () => go(length - 1) };
  Object.assign(keys, { ArrowUp: climb(-1), ArrowDown: climb(1), Delete: flip, Backspace: flip });
  for (const base of BASES) keys[base] = keys[base.toLowerCase()] = () => write(base);
  picture.keys("the network; left and right choose a base, the letters A, C, G and T write one, up and down choose a filter, Delete switches it off", keys);

  function words(surface, text, x, y, { align = "left", weight = "", size = 12, colour = view.colours.fg } = {}) {
    surface.font(size, weight);
    Object.assign(surface.context, { fillStyle: colour, textAlign: align, textBaseline: "middle" });
    surface.context.fillText(text, x, y);
  }
  const signColour = (value) => (value >= 0 ? SIGNS.plus : SIGNS.minus);
  const signed = (value) => (value < 0 ? "" : "+") + fixed(value);

  function drawBases() {
    const { dark, muted, fg } = view.colours, dna = get("sequence"), was = originals[chosen()], { left, wide, top } = place, k = filter();
    const every = [5, 10, 20, 50, 100, 200].find((n) => n * wide >= 34) ?? 500;
    for (let i = 0; i < length; i += every) words(picture, String(i), left + (i + 0.5) * wide, top - 10, { align: "center", size: 11, colour: muted });
    for (let i = 0; i < length; i++) {
      const colour = PALETTE[dna[i]] ?? "#8a94a0", strong = sees(k, i), x = left + i * wide, gap = wide > 8 ? 1.5 : wide > 3 ? 0.5 : 0;
      cell(picture, { x, y: top, width: wide - gap, height: LETTERS, ground: strong ? colour : tint(colour, 0.28, dark), text: wide >= LEAST_LETTER ? dna[i] : "",
        size: clamp(wide, 7, 14), weight: strong ? "700" : "500", family: MONO, radius: 3 });
      picture.context.fillStyle = fg;
      if (dna[i] !== was[i]) picture.context.fillRect(x, top + LETTERS + 1, Math.max(wide - gap, 1.5), 3);
    }
    picture.context.strokeStyle = fg;
    picture.context.lineWidth = 2.5;
    picture.context.strokeRect(left + position() * wide - 1, top - 1, Math.max(wide, 4) + 1, LETTERS + 2);
    const here = position(), look = { x: 0, right: picture.width - 2, strip: { x: left, wide }, here, mark: here, strong: (i) => sees(k, i) };
    glass = top > TOP ? loupe(picture, dna, look) : null;
  }

  function drawRows() {
    const c = picture.context, { colours } = view, { values, places } = state(), track = values[plan.track], k = filter();
    const largest = Math.max(...track.map(Math.abs), 1e-9), ends = [0];
    for (const [, value] of list) ends.push(ends.at(-1) + value);
    const [low, high] = extent([...ends, given().logit], 0.02), room = narrow(picture.width) ? 44 : 54;
    const x = (value) => place.right + 14 + ((value - low) / (high - low)) * (picture.width - place.right - 14 - room);
    const first = place.top + LETTERS + GAP, half = (span / 2) * place.wide;
    list.forEach(([name, value, one], row) => {
      const top = first + row * ROW, here = one === k && one !== undefined, silent = off().includes(one);
      if (here) {
        c.fillStyle = colours.soft;
        c.fillRect(0, top, picture.width, ROW);
      }
      words(picture, name, 2, top + ROW / 2, { weight: here ? "700" : "", colour: silent ? colours.muted : colours.fg });
      if (one !== undefined) {
        c.fillStyle = colours.grid;
        c.fillRect(place.left, top + ROW - 4, place.right - place.left, 1);
        c.fillStyle = silent ? colours.muted : here ? colours.accent : colours.fg;
        c.globalAlpha = silent ? 0.4 : here ? 1 : 0.75;
        for (let p = 0; p < windows; p++) {
          const tall = (Math.max(track[one * windows + p], 0) / largest) * (ROW - 8);
          const left = place.left + (p * conv.stride - conv.padding) * place.wide + half;
          if (tall >= 0.5) c.fillRect(left - Math.max(place.wide * 0.4, 0.5), top + ROW - 4 - tall, Math.max(place.wide * 0.8, 1), tall);
        }
        c.globalAlpha = 1;
        const edge = (i) => clamp(place.left + (places[one] * conv.stride - conv.padding + i) * place.wide, place.left, place.right);
        c.strokeStyle = here ? colours.accent : colours.muted;
        c.lineWidth = here ? 2 : 1;
        if (state().finds[one] > 0) c.strokeRect(edge(0), top + 2, edge(span) - edge(0), ROW - 5);
      }
      const [from, to] = [x(ends[row]), x(ends[row + 1])];
      c.fillStyle = one === undefined ? colours.muted : signColour(value);
      c.fillRect(Math.min(from, to), top + 5, Math.max(Math.abs(to - from), 1.5), ROW - 10);
      c.fillStyle = colours.muted;
      c.fillRect(to - 0.5, top + 5, 1, ROW);
      words(picture, silent ? "off" : signed(value), picture.width - 2, top + ROW / 2, { align: "right", weight: here ? "700" : "" });
    });
    const top = first + list.length * ROW, { logit } = state();
    c.fillStyle = colours.fg;
    c.fillRect(Math.min(x(0), x(logit)), top + 5, Math.max(Math.abs(x(logit) - x(0)), 1.5), ROW - 10);
    c.fillStyle = colours.muted;
    c.fillRect(x(0) - 0.5, first, 1, top - first + ROW - 2);
    c.strokeStyle = colours.accent;
    c.lineWidth = 2;
    c.strokeRect(x(given().logit) - 2, top + 3, 4, ROW - 6);
    words(picture, "logit", 2, top + ROW / 2, { weight: "700" });
    words(picture, fixed(logit), picture.width - 2, top + ROW / 2, { align: "right", weight: "700" });
    words(picture, narrow(picture.width) ? `given: ${fixed(given().logit)}` : `as it was given: ${fixed(given().logit)}`, place.right - 4, top + ROW / 2,
      { align: "right", colour: colours.muted });
  }

  /** A filter's weights over the letters of its best window, and what each letter adds to its sum. */
  function drawLogo() {
    const c = logos.begin(), { colours } = view, k = filter(), from = start(k), { width, dilation } = conv, dna = get("sequence");
    const weight = (b, j) => weights[conv.weight + (k * 4 + b) * width + j], wide = Math.min((logos.width - 8) / width, 40);
    const heights = [0, 1, 2, 3].map((b) => Array.from({ length: width }, (_, j) => weight(b, j)));
    const sum = (sign) => Math.max(...heights[0].map((_, j) => heights.reduce((all, row) => all + Math.max(sign * row[j], 0), 0)), 1e-6);
    const plot = new Axes(logos, colours, { left: 4, right: 4 + width * wide, top: 24, bottom: 24 + LOGO }, [-0.5, width - 0.5], [-sum(-1), sum(1)]);
    words(logos, `filter ${k}: weights, and its best window`, 2, 11, { weight: "600", size: 12.5 });
    logo(plot, heights);
    c.fillStyle = colours.muted;
    c.fillRect(4, plot.y(0), width * wide, 1);
    const products = heights[0].map((_, j) => (BASES.includes(dna[from + j * dilation] ?? "-") ? weight(BASES.indexOf(dna[from + j * dilation]), j) : 0));
    const most = Math.max(...products.map(Math.abs), 1e-9), top = 24 + LOGO + 4, zero = top + LETTERS + PRODUCTS / 2 + 2;
    products.forEach((value, j) => {
      const letter = dna[from + j * dilation] ?? "", x = 4 + j * wide, tall = (Math.abs(value) / most) * (PRODUCTS / 2 - 2);
      cell(logos, { x, y: top, width: wide - 2, height: LETTERS - 2, ground: PALETTE[letter] ?? tint("#8a94a0", 0.3, colours.dark), text: letter, size: clamp(wide * 0.7, 7, 14), weight: "600", family: MONO });
      c.fillStyle = signColour(value);
      c.fillRect(x + wide * 0.15, value >= 0 ? zero - tall : zero, wide * 0.7 - 2, Math.max(tall, 1));
    });
    const total = products.reduce((all, value) => all + value, 0), bias = weights[conv.bias + k];
    words(logos, `sum ${fixed(total)}, bias ${fixed(bias)}: ${fixed(total + bias)}`, 2, logos.tall - 9, { colour: colours.muted });
  }

  const shownStages = () => plan.chain.filter((value) => steps[value - 1].kind !== "same");
  /** What becomes of the filter's numbers, one stage under the other, until they are weighed. */
  function drawStages() {
    const c = stages.begin(), { colours } = view, k = filter(), { values, adds } = state(), left = 84, right = stages.width - 58;
    words(stages, `filter ${k}: from sums to its vote`, 2, 11, { weight: "600", size: 12.5 });
    shownStages().forEach((value, row) => {
      const step = steps[value - 1], many = values[value].length / filters, part = values[value].subarray(k * many, (k + 1) * many);
      const top = 24 + row * STAGE, [low, high] = extent([0, ...part], 0), y = (one) => top + 4 + ((high - one) / (high - low)) * (STAGE - 12);
      const wide = (right - left) / many, [largest] = bestOf(part, 0, many);
      words(stages, many === 1 && step.kind === "max" ? "largest" : STAGE_NAMES[step.kind], 2, top + STAGE / 2);
      c.fillStyle = colours.accent;
      for (let p = 0; p < many; p++) {
        const at = left + p * wide;
        c.fillRect(at, Math.min(y(part[p]), y(0)), Math.max(wide - (wide > 4 ? 1.5 : 0), 1), Math.abs(y(part[p]) - y(0)));
      }
      c.fillStyle = colours.muted;
      c.fillRect(left, y(0), right - left, 1);
      words(stages, fixed(largest), stages.width - 2, top + STAGE / 2, { align: "right" });
    });
    const silent = off().includes(k), vote = silent ? "switched off: adds nothing" : `adds ${signed(adds[k])} to the logit`;
    words(stages, vote, stages.width - 2, stages.tall - 12, { align: "right", weight: "600", colour: silent ? colours.muted : asText(signColour(adds[k]), colours.dark) });
  }

  function draw() {
    list = parts();
    picture.begin();
    place = lay(picture.width);
    const k = filter(), { logit, adds, finds } = state(), { logit: before } = given(), silent = off().includes(k), i = position();
    drawBases();
    drawRows();
    drawLogo();
    drawStages();
    const stands = bases.map((button) => button.textContent === get("sequence")[i]);
    bases.forEach((button, b) => button.setAttribute("aria-pressed", String(stands[b])));
    switches.textContent = off().includes(Math.min(get("filter"), filters - 1)) ? "Switch filter on" : "Switch filter off";
    const at = Math.max(start(k), 0), found = window_(k), seen = rows().filter((one) => finds[one] > 0 && sees(one, i));
    const finding = finds[k] > 0 ? `Filter ${k} fires most on ${found} at base ${at} (${fixed(finds[k])})` : `Filter ${k} fires nowhere`;
    const vote = silent ? " and is switched off" : ` and adds ${fixed(adds[k])}`, moved = Math.abs(logit - before) < 0.005 ? "" : `, ${fixed(before)} as it was given`;
    const whose = seen.length ? `in the best window of ${seen.length > 1 ? "filters" : "filter"} ${seen.join(", ")}` : "in no best window";
    const sentence = `${finding}${vote}. Logit ${fixed(logit)}, ${says(logit)}${moved}. Base ${i}, ${get("sequence")[i]}, lies ${whose}.`;
    picture.describe(`Sequence, filters and what each adds: ${list.map(([name, value]) => `${name} ${fixed(value)}`).join(", ")}. ${sentence}`);
    logos.describe(`The weights of filter ${k} over ${found}.`);
    stages.describe(`Filter ${k}: ${finding}${vote}.`);
    view.say(sentence);
  }

  const numbers = () => {
    const { logit, base, adds, together, finds, places } = state();
    return { logit, base, adds, together, finds, places, given: given(), window: window_(Math.min(get("filter"), filters - 1)) };
  };
  return { draw, numbers };
});
