const COMPLEMENT = { A: "T", C: "G", G: "C", T: "A", N: "N" },
  LETTERS = "ACGTN";
const reverseComplement = (dna) =>
  [...dna]
    .reverse()
    .map((base) => COMPLEMENT[base])
    .join("");
const tokenise = (dna) => [...dna].map((base) => LETTERS.indexOf(base));
const oneHot = (dna) => [...BASES].map((row) => [...dna].map((base) => Number(base === row)));

export default widget("sequence-encoder", (view) => {
  const encoded = () =>
    view.get("strand") === "forward" ? view.get("sequence") : reverseComplement(view.get("sequence"));
  const at = () => clamp(view.get("position"), 0, view.get("sequence").length - 1); // a column of the encoded strand
  let complaint = "";

  view.hint(
    "Type a sequence. Or choose a base in the table and mutate it: type a letter, or click it again. Arrow keys walk along the table.",
  );
  view.challenge("write four bases or more that read the same on the other strand.", () => {
    const dna = view.get("sequence");
    return dna.length >= 4 && !dna.includes("N") && dna === reverseComplement(dna);
  });
  const input = h("input", {
    type: "text",
    id: view.id + "-dna",
    class: "dlg-dna",
    spellcheck: "false",
    autocomplete: "off",
    autocapitalize: "characters",
  });
  const typed = view.controls(
    h("div", { class: "dlg-typed" }, h("label", { for: input.id }, "Sequence"), input),
    view.choice(
      "strand",
      "Encode",
      [
        ["forward", "this strand"],
        ["reverse complement", "reverse complement"],
      ],
      { onchange: (strand) => view.set({ strand, position: view.get("sequence").length - 1 - at() }) },
    ),
  );
  view.add(typed); // the letters come before what is made of them
  view.watch("sequence", "position");

  view.listen(input, "input", () => {
    const dna = input.value.toUpperCase().replace(/\s/g, ""),
      wrong = [...dna].find((letter) => !LETTERS.includes(letter));
    complaint = wrong
      ? `“${wrong}” is no base: allowed are A, C, G, T, and N for “unknown”.`
      : dna.length === 0
        ? "Type at least one base."
        : dna.length > view.get("longest")
          ? `${dna.length} bases are more than this table shows (${view.get("longest")}).`
          : "";
    input.setAttribute("aria-invalid", String(complaint !== ""));
    if (complaint) view.redraw();
    else view.set({ sequence: dna, position: clamp(input.selectionStart - 1, 0, dna.length - 1) });
  });

  // ---- the table: a column a base; only the chosen base is in the tab order, arrow keys walk on
  const rows = ["base", "token", ...BASES].map((name, i) =>
    h("tr", {}, h("th", { scope: "row" }, i < 2 ? name : `${name} row`)),
  );
  const table = h(
    "table",
    { class: "dlg-encoded" },
    h("caption", { class: "dlg-spoken" }, "Bases, tokens and one-hot columns"),
    h("tbody", {}, ...rows),
  );
  view.add(h("div", { class: "dlg-scroll" }, table));
  const buttons = [];

  function mutate(i, base) {
    const dna = [...encoded()];
    dna[i] = base;
    const changed = dna.join("");
    complaint = "";
    view.set({ sequence: view.get("strand") === "forward" ? changed : reverseComplement(changed), position: i });
  }

  function walk(i) {
    const to = clamp(i, 0, encoded().length - 1);
    view.set({ position: to });
    buttons[to].focus();
  }

  function keyed(event, i) {
    const base = event.key.toUpperCase(),
      steps = { ArrowLeft: i - 1, ArrowRight: i + 1, Home: 0, End: Infinity };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (LETTERS.includes(base) && base.length === 1) mutate(i, base);
    else if (event.key in steps) walk(steps[event.key]);
    else if (event.key === "ArrowUp" || event.key === "ArrowDown") cycle(i, event.key === "ArrowUp" ? 1 : 4);
    else return;
    event.preventDefault();
  }

  const cycle = (i, step) => mutate(i, LETTERS[(LETTERS.indexOf(encoded()[i]) + step) % 5]);

  function column(i) {
    const button = view.button("", () => (i === at() ? cycle(i, 1) : view.set({ position: i })));
    button.className = "dlg-base";
    view.listen(button, "keydown", (event) => keyed(event, i));
    buttons.push(button);
    rows.forEach((row, k) => row.append(k === 0 ? h("td", {}, button) : h("td", {})));
  }

  /** One column's letters and numbers; a column that shows them already is left alone. */
  function paintColumn(i, base, chosen) {
    const button = buttons[i];
    if (button.dataset.shown === base + chosen) return;
    button.dataset.shown = base + chosen;
    button.textContent = base;
    button.tabIndex = chosen ? 0 : -1;
    button.setAttribute("aria-label", `${base === "N" ? "N, unknown" : base} at position ${i}`);
    button.setAttribute("aria-pressed", String(chosen));
    const ink = (colour) => (colour ? `background: ${colour}; color: ${inkOn(colour)}` : "");
    button.style.cssText = ink(PALETTE[base]);
    const [, token, ...onehot] = rows.map((row) => row.children[i + 1]);
    token.textContent = LETTERS.indexOf(base);
    onehot.forEach((cell, k) => {
      cell.textContent = Number(base === BASES[k]);
      cell.style.cssText = base === BASES[k] ? ink(PALETTE[base]) : "";
    });
    rows.forEach((row) => row.children[i + 1].classList.toggle("dlg-here", chosen));
  }

  // ---- how far the chosen base is from the others, as tokens on a line and as one-hot columns in space
  const places = view.add(h("div", { class: "dlg-columns" }));
  const line = new Surface(view, { label: "Bases as tokens", height: () => 150, place: places });
  const space = new Surface(view, { label: "Bases as one-hot columns", height: () => 190, place: places });
  const column_ = (base) => [...BASES].map((row) => Number(row === base));
  const others = (base) => [...LETTERS].filter((other) => other !== base);
  const distances = (base) => ({
    tokens: [...LETTERS].map((other) => Math.abs(LETTERS.indexOf(other) - LETTERS.indexOf(base))),
    one_hot: [...LETTERS].map((other) => Math.hypot(...column_(other).map((value, k) => value - column_(base)[k]))),
  });

  /** A base in a circle; the chosen one is larger. */
  function bead(surface, base, x, y, chosen) {
    const c = surface.context, colour = PALETTE[base] ?? "#8a94a0", radius = chosen ? 17 : 12;
    c.beginPath();
    c.arc(x, y, radius, 0, 2 * Math.PI);
    c.fillStyle = colour;
    c.fill();
    c.lineWidth = chosen ? 3 : 1.5;
    c.strokeStyle = chosen ? view.colours.fg : view.colours.bg;
    c.stroke();
    surface.font(chosen ? 16 : 13, "700");
    c.fillStyle = inkOn(colour);
    Object.assign(c, { textAlign: "center", textBaseline: "middle" });
    c.fillText(base, x, y + 0.5);
  }

  function write(surface, words, x, y, { colour = view.colours.fg, align = "center", size = 12, weight = "" } = {}) {
    const c = surface.context;
    surface.font(size, weight);
    Object.assign(c, { textAlign: align, textBaseline: "middle", strokeStyle: view.colours.bg, lineWidth: 4, lineJoin: "round" });
    c.strokeText(words, x, y);
    c.fillStyle = colour;
    c.fillText(words, x, y);
  }

  function drawLine(base) {
    const c = line.begin(), { colours } = view, far = distances(base).tokens, y = 108, step = Math.min((line.width - 60) / 4, 110);
    const x = (token) => 30 + token * step;
    write(line, "as tokens: one number each", 0, 10, { align: "left", size: 13, weight: "600" });
    c.strokeStyle = colours.muted;
    c.lineWidth = 1.5;
    c.beginPath();
    c.moveTo(x(0), y);
    c.lineTo(x(4), y);
    c.stroke();
    for (const other of others(base)) {
      const [from, to] = [x(LETTERS.indexOf(base)), x(LETTERS.indexOf(other))].sort((a, b) => a - b),
        high = 20 + (far[LETTERS.indexOf(other)] - 1) * 14;
      c.strokeStyle = colours.muted;
      c.lineWidth = 1.5;
      c.beginPath();
      c.ellipse((from + to) / 2, y - 12, (to - from) / 2, high, 0, Math.PI, 2 * Math.PI);
      c.stroke();
      write(line, String(far[LETTERS.indexOf(other)]), (from + to) / 2, y - 12 - high);
    }
    for (const other of LETTERS) {
      bead(line, other, x(LETTERS.indexOf(other)), y, other === base);
      write(line, String(LETTERS.indexOf(other)), x(LETTERS.indexOf(other)), y + 28, { colour: colours.muted });
    }
  }

  /** Four corners, each as far from each other, and N in their middle: what a flat picture can only hint at. */
  function drawSpace(base) {
    const c = space.begin(), { colours } = view, far = distances(base).one_hot,
      middle = Math.min(space.width / 2, 190), reach = Math.min(middle - 30, 110);
    const at = { A: [middle - reach, 150], C: [middle, 44], G: [middle + reach, 150],
      T: [middle + 0.2 * reach, 172], N: [middle + 0.05 * reach, 124] };
    write(space, "as columns: a corner each", 0, 10, { align: "left", size: 13, weight: "600" });
    const edge = (one, other) => {
      c.beginPath();
      c.moveTo(...at[one]);
      c.lineTo(...at[other]);
      c.stroke();
    };
    c.strokeStyle = colours.grid;
    c.lineWidth = 1.5;
    for (const one of BASES) for (const other of BASES) if (one < other) edge(one, other);
    c.strokeStyle = colours.muted;
    c.lineWidth = 2;
    others(base).forEach((other) => edge(base, other));
    for (const other of LETTERS) bead(space, other, ...at[other], other === base);
    for (const other of others(base)) write(space, fixed(far[LETTERS.indexOf(other)]), at[base][0] + 0.56 * (at[other][0] - at[base][0]),
      at[base][1] + 0.56 * (at[other][1] - at[base][1]), { size: 11.5 });
  }

  function draw() {
    const dna = encoded(),
      here = at();
    drawLine(dna[here]);
    drawSpace(dna[here]);
    const typed = input.value.toUpperCase().replace(/\s/g, "");
    if (!complaint && typed !== view.get("sequence")) input.value = view.get("sequence");
    while (buttons.length < dna.length) column(buttons.length);
    while (buttons.length > dna.length) {
      buttons.pop();
      rows.forEach((row) => row.lastChild.remove());
    }
    [...dna].forEach((base, i) => paintColumn(i, base, i === here));
    const told = (list) => others(dna[here]).map((other) => `${other} ${fixed(list[LETTERS.indexOf(other)])}`).join(", ");
    line.describe(`How far ${dna[here]} is from the others as a token: ${told(distances(dna[here]).tokens)}.`);
    space.describe(`How far ${dna[here]} is from the others as a column: ${told(distances(dna[here]).one_hot)}.`);
    view.say(complaint || sentence(dna[here], here, oneHot(dna[here]).flat()));
  }

  function sentence(base, i, onehot) {
    const strand = view.get("strand") === "forward" ? "" : " of the other strand";
    if (base === "N")
      return `Position ${i}${strand} is unknown: its token is 4, its one-hot column is all zeros, so it adds nothing to any weighted sum.`;
    return `Position ${i}${strand} is ${base}: token ${LETTERS.indexOf(base)}, column (${onehot.join(", ")}). As tokens, T is three times as far from A as C is; as columns, all bases are equally far apart.`;
  }

  return { draw, numbers: () => ({ encoded: encoded(), tokens: tokenise(encoded()), one_hot: oneHot(encoded()),
    distances: distances(encoded()[at()]) }) };
});
