const COLUMNS = 96,
  ROWS = 72;
const TOO_HIGH = "the learning rate is too high";
const superscript = (n) =>
  "10" +
  String(n)
    .replace("-", "⁻")
    .replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]);
const brief = (value) =>
  (value === 0 || (Math.abs(value) >= 1e-4 && Math.abs(value) < 1e4)
    ? String(Number(value.toPrecision(2)))
    : value.toExponential(1)
  ).replaceAll("-", MINUS);

export default widget("descent-explorer", (view) => {
  const most = view.get("most_steps"),
    surfaces = view.get("surfaces"),
    names = inOrder(view.get("names"), surfaces);
  const grid = view.get("grid");
  const samples = grid && grid.byteLength ? floats(grid) : null;
  const colour = (name) => view.colours.inks[OPTIMISERS.indexOf(name)] ?? view.colours.fg;
  let map = null,
    ground = null,
    walkers = []; // as they were drawn last

  const surface = () => surfaces[view.get("surface")];
  const loss = () => (samples ? interpolated(samples, surface()) : polynomial(surface().terms));
  const limit = () => highestRate(surface().terms);
  const walks = (steps) => {
    const f = loss(),
      settings = { steps, rate: view.get("learning_rate"), momentum: view.get("momentum") };
    return view.get("optimisers").map((name) => {
      const path = walk(name, f, view.get("start"), settings);
      return { name, path, losses: path.map((p) => f(...p)[0]) };
    });
  };

  // ---- controls
  view.hint(
    "Drag the ring to choose a start (arrow keys move it, too), then walk. The second picture shows how far each is above the lowest loss.",
  );
  view.challenge("find a learning rate that is too high: let a walk climb out.", () =>
    walkers.some(climbs),
  );
  if (names.length > 1) {
    const onchange = (name) => view.set({ surface: name, start: surfaces[name].start, steps: 0 });
    view.controls(
      view.choice(
        "surface",
        "Surface",
        names.map((name) => [name, name]),
        { onchange },
      ),
    );
  }
  view.controls(
    view.choice(
      "optimisers",
      "Optimisers",
      OPTIMISERS.map((name) => [name, name, `var(--dlg-walker-${name})`]),
      { several: true },
    ),
  );
  view.controls(
    view.slider("learning_rate", "Learning rate", { min: -5, max: 1, step: 0.02, log: true, format: brief, mark: limit }),
    view.slider("momentum", "Momentum", { min: 0, max: 0.99, step: 0.01, format: (value) => fixed(value) }),
    view.slider("steps", "Step", {
      min: 0,
      max: most,
      step: 1,
      onchange: (steps) => {
        view.stop();
        view.set({ steps });
      },
    }),
  );
  const forward = (n) => () => {
    view.stop();
    view.set({ steps: Math.min(view.get("steps") + n, most) });
  };
  const run = view.button(
    "Run",
    () => {
      if (view.running) return (view.stop(), view.redraw());
      if (view.get("steps") >= most) view.set({ steps: 0 });
      let frame = 0; // two frames a step: slow enough to follow
      view.run(() => {
        if (frame++ % 2 === 0) view.set({ steps: view.get("steps") + 1 });
        return view.get("steps") < most;
      });
    },
    { primary: true },
  );
  const reset = () => {
    view.stop();
    view.set({ steps: 0 });
  };
  view.controls(
    h(
      "div",
      { class: "dlg-buttons" },
      run,
      view.button("1 step", forward(1)),
      view.button("10 steps", forward(10)),
      view.button("Back to the start", reset),
    ),
  );

  // ---- pictures
  const columns = view.add(h("div", { class: "dlg-columns" }));
  const height = (width) => clamp(width * 0.8, 260, 380);
  const land = new Surface(view, { label: "Loss surface from above, with the walks", height, place: columns });
  const curves = new Surface(view, { label: "Loss against steps", height, place: columns });
  view.watch("surface", "start", "grid");

  const setStart = (x, y) => view.set({ start: [clamp(x, ...surface().x), clamp(y, ...surface().y)] });
  land.drag({
    grab(point, reach) {
      const [x, y] = view.get("start");
      return map && Math.hypot(map.x(x) - point.x, map.y(y) - point.y) < reach + 6 ? "start" : null;
    },
    knob: () => true,
    move: (point) => setStart(map.xAt(point.x), map.yAt(point.y)),
  });
  const nudge = (across, up) => () => {
    const [x, y] = view.get("start"),
      s = surface();
    setStart(x + (across * (s.x[1] - s.x[0])) / 60, y + (up * (s.y[1] - s.y[0])) / 60);
  };
  land.keys("map with a start to move", {
    ArrowLeft: nudge(-1, 0),
    ArrowRight: nudge(1, 0),
    ArrowUp: nudge(0, 1),
    ArrowDown: nudge(0, -1),
  });

  /** The surface itself, painted once for a size, a theme and a surface. */
  function paintGround(box) {
    const width = box.right - box.left,
      tall = box.bottom - box.top,
      key = [view.get("surface"), width, tall, land.ratio, view.colours.dark].join();
    if (ground?.key === key) return ground.canvas;
    const s = surface(),
      f = loss(),
      values = new Float64Array(COLUMNS * ROWS);
    let span = 0;
    for (let j = 0; j < ROWS; j++) {
      for (let i = 0; i < COLUMNS; i++) {
        const v =
          f(s.x[0] + (i / (COLUMNS - 1)) * (s.x[1] - s.x[0]), s.y[1] - (j / (ROWS - 1)) * (s.y[1] - s.y[0]))[0] -
          s.floor;
        values[j * COLUMNS + i] = v;
        span = Math.max(span, v);
      }
    }
    const canvas = landscape(values, COLUMNS, ROWS, { span, width, tall, ratio: land.ratio, dark: view.colours.dark });
    ground = { key, canvas, span };
    return canvas;
  }

  function drawLand(walkers) {
    const c = land.begin(),
      s = surface(),
      box = { left: 56, right: land.width - 10, top: 8, bottom: land.tall - 44 };
    map = new Axes(land, view.colours, box, s.x, s.y);
    const picture = paintGround(box);
    c.drawImage(picture, box.left, box.top, box.right - box.left, box.bottom - box.top);
    map.frame({ xLabel: s.x_label, yLabel: s.y_label, grid: false });
    map.clip(() => {
      for (const walker of walkers) {
        const { name, path } = walker,
          xs = path.map((p) => p[0]),
          ys = path.map((p) => p[1]);
        map.line(xs, ys, view.colours.bg, 4);
        c.setLineDash(climbs(walker) ? [6, 4] : []);
        map.line(xs, ys, colour(name), 2);
        c.setLineDash([]);
        if (path.length < 120) for (const [x, y] of path.slice(1, -1)) map.dot(x, y, colour(name), 2.5, "transparent");
      }
      for (const { name, path } of walkers) if (path.length > 1) map.dot(...path.at(-1), colour(name), 6);
    });
    c.lineWidth = 3;
    c.strokeStyle = view.colours.fg;
    c.fillStyle = view.colours.bg;
    c.beginPath();
    c.arc(map.x(view.get("start")[0]), map.y(view.get("start")[1]), 8, 0, 2 * Math.PI);
    c.fill();
    c.stroke();
  }

  function drawCurves(walkers) {
    const c = curves.begin(),
      floor = surface().floor,
      lowest = ground.span * 1e-7;
    const decade = (value) => Math.log10(Math.max(value - floor, lowest));
    const tops = walkers.flatMap(({ losses }) => losses.map(decade)).filter(Number.isFinite);
    const high = Math.ceil(Math.max(Math.log10(ground.span), ...tops) + 0.1),
      low = Math.min(high - 3, Math.floor(Math.min(high, ...tops)));
    const powers = Array.from({ length: high - low + 1 }, (_, i) => low + i).filter(
      (_, i, all) => all.length < 8 || i % Math.ceil(all.length / 7) === 0,
    );
    const box = { left: 58, right: curves.width - 72, top: 8, bottom: curves.tall - 44 };
    const axes = new Axes(curves, view.colours, box, [0, most], [low, high]);
    axes.frame({
      xLabel: "step",
      yLabel: "loss above the lowest",
      xTicks: 5,
      yTicks: { values: powers, text: superscript },
    });
    const labels = [];
    for (const walker of walkers) {
      const { name, losses } = walker,
        xs = losses.map((_, i) => i),
        ys = losses.map(decade);
      c.setLineDash(climbs(walker) ? [6, 4] : []);
      axes.clip(() => axes.line(xs, ys, colour(name), 2));
      c.setLineDash([]);
      axes.dot(xs.at(-1), ys.at(-1), colour(name), 4);
      labels.push({ name: climbs(walker) ? `${name} ↑` : name, ink: climbs(walker) ? view.colours.bad : asText(colour(name), view.colours.dark), x: axes.x(xs.at(-1)) + 9, y: axes.y(ys.at(-1)) });
    }
    labels.sort((a, b) => a.y - b.y);
    labels.forEach((label, i) => {
      if (i) label.y = Math.max(label.y, labels[i - 1].y + 15);
    });
    const sunk = Math.max(0, (labels.at(-1)?.y ?? 0) - box.bottom + 4);
    curves.font(12.5, "600");
    for (const { name, ink, x, y } of labels) {
      c.fillStyle = ink;
      axes.text(name, x, y - sunk, { halo: true });
    }
  }

  /** What a walk shows, in words; the learner reads it beside the picture. */
  function verdict({ path, losses }) {
    const steps = view.get("steps"),
      gaps = losses.map((value) => value - surface().floor),
      gap = gaps.at(-1);
    if (path.length <= steps) return `flew off after ${path.length - 1} steps: ${TOO_HIGH}`;
    if (steps && gap > gaps[0] * 1.5) return `is climbing: ${TOO_HIGH}`;
    if (steps && Math.max(...gaps.slice(-5)) < gaps[0] * 1e-3) return "has arrived";
    if (steps < 10) return "";
    const turns = path
      .slice(2)
      .filter((p, i) => [0, 1].some((k) => (p[k] - path[i + 1][k]) * (path[i + 1][k] - path[i][k]) < 0)).length;
    if (turns > 0.6 * (path.length - 2)) return "zigzags from wall to wall";
    const progress = (gaps.at(-11) - gap) / gap;
    return progress < 1e-4 ? "stands still" : progress < 0.05 ? "crawls" : "";
  }

  const climbs = (walker) => verdict(walker).endsWith(TOO_HIGH);

  function draw() {
    OPTIMISERS.forEach((name) => view.root.style.setProperty(`--dlg-walker-${name}`, colour(name)));
    run.textContent = view.running && view.get("steps") < most ? "Pause" : "Run";
    walkers = walks(view.get("steps"));
    drawLand(walkers);
    drawCurves(walkers);
    const ends = walkers.map(
      (walker) => `${walker.name} ${brief(walker.losses.at(-1))}${verdict(walker) && ` (${verdict(walker)})`}`,
    );
    const sentence =
      ends.length === 0 ? "Choose an optimiser." : `Loss after ${view.get("steps")} steps: ${ends.join(", ")}.`;
    const bound = limit() === null ? "" : ` On this surface SGD climbs out above ${brief(limit())} (the mark): 2 over the steepest curvature.`;
    const [x, y] = view.get("start");
    land.describe(`Start at ${brief(x)}, ${brief(y)}. ${sentence}`);
    curves.describe(`How far each walk is above the lowest loss, step by step. ${sentence}`);
    view.say(sentence + bound);
  }

  const numbers = () => {
    const walkers = walks(view.get("steps"));
    const by = (key) => Object.fromEntries(walkers.map((walker) => [walker.name, walker[key]]));
    return { paths: by("path"), losses: by("losses"), highest_rate: limit() };
  };
  return { draw, numbers };
});
