const SWEEP = 480; // pictures from the first corner to the last
const SIDE = 3, NEGATIVE = [1, 3, 5].map((i) => parseInt(SIGNS.minus.slice(i, i + 2), 16));
const WHERE = [0, 1, 2].flatMap((i) => [0, 1, 2].map((j) => [i, j]));
const short = (value) => (Number.isInteger(value) ? fixed(value, 0) : fixed(value));

/** Slide the kernel over the picture, no padding: what torch calls conv2d. */
function correlate(image, rows, columns, kernel) {
  const down = rows - SIDE + 1, across = columns - SIDE + 1, result = new Float64Array(down * across);
  for (let i = 0; i < down; i++) {
    for (let j = 0; j < across; j++) {
      let sum = 0;
      for (let k = 0; k < SIDE; k++) {
        for (let l = 0; l < SIDE; l++) sum += kernel[k][l] * image[(i + k) * columns + j + l];
      }
      result[i * across + j] = sum;
    }
  }
  return result;
}

const largest = (values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

export default widget("image-kernel", (view) => {
  const image = floats(view.get("image")), [rows, columns] = view.get("size"), presets = view.get("presets"), names = inOrder(view.get("names"), presets);
  const down = rows - SIDE + 1, across = columns - SIDE + 1, brightest = largest(image) || 1;
  let result = null;

  const row = () => clamp(view.get("position")[0], 0, down - 1), column = () => clamp(view.get("position")[1], 0, across - 1);
  const place = (i, j) => view.set({ position: [clamp(Math.round(i), 0, down - 1), clamp(Math.round(j), 0, across - 1)] });
  const pixel = ([i, j]) => image[(row() + i) * columns + column() + j];
  const weight = ([i, j]) => view.get("kernel")[i][j];
  const sum = () => WHERE.reduce((total, at) => total + pixel(at) * weight(at), 0);
  const named = () => names.find((name) => WHERE.every(([i, j]) => Math.abs(presets[name].kernel[i][j] - weight([i, j])) < 1e-9));

  // ---- controls
  view.hint("Choose a kernel or write your own nine numbers. Drag the window over the picture, or move it with the arrow keys. In the result white is a strong answer, orange a negative one.");
  view.challenge("write a kernel that moves the picture by one pixel and does nothing else.", () =>
    WHERE.every(([i, j]) => weight([i, j]) === 0 || (weight([i, j]) === 1 && (i !== 1 || j !== 1))) && view.get("kernel").flat().filter(Boolean).length === 1,
  );
  view.watch("kernel", "position");
  const choices = names.map((name) => {
    const button = view.button(name, () => view.set({ kernel: presets[name].kernel.map((line) => line.slice()) }));
    return [name, button];
  });
  const strongest = view.button("Strongest answer", () => {
    const at = result.reduce((best, value, k) => (Math.abs(value) > Math.abs(result[best]) + 1e-12 ? k : best), 0);
    place(Math.floor(at / across), at % across);
  });
  let swept = null; // while it sweeps: how many answers are written
  const pace = Math.max(1, Math.round((down * across) / SWEEP));
  const sweep = view.player("Sweep", () => {
    const k = swept + pace;
    if (k >= down * across) return (swept = null), false;
    swept = k;
    place(Math.floor(k / across), k % across);
  }, { begin: () => { swept = 0; } });
  view.controls(h("div", { class: "dlg-buttons", role: "group", "aria-label": "Kernels" }, ...choices.map(([, button]) => button)), h("div", { class: "dlg-buttons" }, sweep, strongest));

  // ---- nine pixels times nine weights
  const matrix = (title, cells) => h("div", { class: "dlg-matrix", role: "group", "aria-label": title }, h("span", {}, title), h("div", {}, ...cells));
  const pixels = WHERE.map(() => h("b", {})), products = WHERE.map(() => h("b", {}));
  const inputs = WHERE.map(([i, j]) => {
    const input = h("input", { type: "number", step: 0.5, "aria-label": `Weight in row ${i + 1}, column ${j + 1}` });
    view.listen(input, "input", () => {
      const value = Number(input.value);
      if (input.value === "" || !Number.isFinite(value)) return;
      const kernel = view.get("kernel").map((line) => line.slice());
      kernel[i][j] = clamp(value, -1000, 1000);
      view.set({ kernel });
    });
    view.listen(input, "blur", () => { input.value = rounded(weight([i, j])); });
    return input;
  });
  const total = h("output", { class: "dlg-sum" });
  view.add(h("div", { class: "dlg-equation" }, matrix("pixels", pixels), h("i", {}, "×"), matrix("kernel", inputs), h("i", {}, "="), matrix("products", products), h("i", {}, "→"),
    h("div", { class: "dlg-matrix" }, h("span", {}, "their sum"), total)));
  const rounded = (value) => String(Number(value.toFixed(3)));

  // ---- pictures
  const both = view.add(h("div", { class: "dlg-columns dlg-thirds" }));
  const height = (width) => Math.min((width * rows) / columns, 430) + 24;
  const before = new Surface(view, { label: "Picture", height, place: both });
  const after = new Surface(view, { label: "Result", height, place: both });
  const scale = (surface) => Math.min(surface.width / columns, (surface.tall - 24) / rows);
  const at = (surface, point) => [(point.y - 24) / scale(surface), point.x / scale(surface)];
  for (const surface of [before, after]) {
    const inside = (point) => {
      const [i, j] = at(surface, point);
      return i >= 0 && j >= 0 && i < rows && j < columns ? "window" : null;
    };
    surface.drag({ grab: inside, move: (point) => { const [i, j] = at(surface, point); place(i - 1.5, j - 1.5); } });
  }
  const nudge = (i, j) => () => place(row() + i, column() + j);
  before.keys("picture with a window to move", { ArrowLeft: nudge(0, -1), ArrowRight: nudge(0, 1), ArrowUp: nudge(-1, 0), ArrowDown: nudge(1, 0),
    PageUp: nudge(-8, 0), PageDown: nudge(8, 0), Home: () => place(row(), 0), End: () => place(row(), across) });

  /** A picture of whole pixels at (left, top) in units of pixels; a box around what the window covers. */
  function paint(surface, title, tile, offset, box) {
    const c = surface.begin(), unit = scale(surface);
    c.fillStyle = view.colours.fg;
    surface.font(13, "600");
    c.textBaseline = "top";
    c.fillText(title, 0, 2);
    c.fillStyle = view.colours.soft;
    c.fillRect(0, 24, columns * unit, rows * unit);
    c.imageSmoothingEnabled = false;
    c.drawImage(tile, offset * unit, 24 + offset * unit, tile.width * unit, tile.height * unit);
    const edges = [(column() + box.from) * unit, 24 + (row() + box.from) * unit, box.side * unit, box.side * unit];
    c.lineWidth = 4.5;
    c.strokeStyle = "#000000";
    c.strokeRect(...edges);
    c.lineWidth = 2.5;
    c.strokeStyle = "#4db8ff";
    c.strokeRect(...edges);
  }

  const below = (value) => (value < 0 ? `color-mix(in srgb, ${SIGNS.minus} 70%, var(--dlg-fg))` : ""); // a negative number is orange, as in the result
  function drawEquation() {
    WHERE.forEach((where, k) => {
      const value = pixel(where), product = value * weight(where), grey = Math.round((255 * clamp(value, 0, brightest)) / brightest);
      const ground = "#" + grey.toString(16).padStart(2, "0").repeat(3);
      pixels[k].textContent = short(value);
      pixels[k].style.background = ground;
      pixels[k].style.color = inkOn(ground);
      products[k].textContent = short(product);
      products[k].style.color = below(product);
      const typing = document.activeElement === inputs[k] || inputs[k].getRootNode().activeElement === inputs[k];
      if (!typing || Number(inputs[k].value) !== Number(rounded(weight(where)))) inputs[k].value = rounded(weight(where));
    });
    total.textContent = short(sum());
    total.style.color = below(sum());
  }

  function draw() {
    result = correlate(image, rows, columns, view.get("kernel"));
    const most = largest(result) || 1, name = named(), value = sum();
    drawEquation();
    choices.forEach(([title, button]) => button.setAttribute("aria-pressed", String(title === name)));
    paint(before, "picture", tile(columns, rows, (k) => { const grey = (255 * clamp(image[k], 0, brightest)) / brightest; return [grey, grey, grey]; }), 0, { from: 0, side: SIDE });
    const unwritten = view.colours.dark ? [32, 37, 44] : [244, 246, 248];
    const colour = (k) => {
      if (swept !== null && view.running && k > swept) return unwritten;
      const share = result[k] / most;
      return share >= 0 ? [255 * share, 255 * share, 255 * share] : NEGATIVE.map((channel) => -share * channel * 1.35);
    };
    paint(after, "result", tile(across, down, colour), 1, { from: 1, side: 1 });
    const verdict = Math.abs(value) < 0.05 * most ? "hardly any answer" : `${Math.round((100 * Math.abs(value)) / most)} % of the strongest answer`;
    const meaning = name ? `The kernel ${name} ${presets[name].answers}.` : "Your own kernel.";
    const sentence = `${meaning} In the window at row ${row()}, column ${column()} the nine products sum to ${short(value)}: ${verdict}.`;
    before.describe(`Picture. ${sentence}`);
    after.describe(`Result of the kernel, ${down} by ${across} pixels, from ${short(Math.min(...result))} to ${short(Math.max(...result))}.`);
    view.say(sentence);
  }

  const numbers = () => ({
    result: Array.from(correlate(image, rows, columns, view.get("kernel"))),
    products: [0, 1, 2].map((i) => [0, 1, 2].map((j) => pixel([i, j]) * weight([i, j]))),
    sum: sum(),
  });
  return { draw, numbers };
});
