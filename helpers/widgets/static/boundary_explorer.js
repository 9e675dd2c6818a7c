const GRID = 64, THUMBS = [18, 64], STEPS_A_FRAME = 5, RECORD_EVERY = 10, STEPS_AT_ONCE = 400, SPRAY = 16;
const BY_HEART = "The held-out loss has turned upwards: it learns its own points by heart."; // the longest verdict
const LONGEST = `Step 10000, training: loss 0.0088, 100 % right; held out: loss 0.0088, 100 % right. ${BY_HEART}`;
const percent = (share) => `${Math.round(100 * share)} %`;
const brief = (value) => (value >= 0.01 ? String(Number(value.toPrecision(2))) : value.toFixed(4));

export default widget("boundary-explorer", (view) => {
  const datasets = view.get("datasets"), most = view.get("most"), [xs, ys] = view.get("window");
  let axes = null, cursor = null, target = 0, sprayed = null;

  // ---- the network, as Python keeps it
  const points = () => (view.get("points").length ? view.get("points") : datasets[view.get("data")]);
  function sizes() {
    const hidden = view.get("hidden"), layers = view.get("layers"), given = view.get("given").sizes ?? [];
    if (hidden === 0) return [2, 1];
    return given.length === layers + 2 && given[1] === hidden ? given : [2, ...Array(layers).fill(hidden), 1];
  }
  const madeFor = () => `${sizes().join("-")} ${view.get("activation")} ${view.get("hold_out")} ${view.get("seed")}`;
  function network() {
    const state = view.get("network"), given = view.get("given"), activation = view.get("activation"), shape = sizes();
    if (state.made_for === madeFor()) return { ...state, sizes: shape, activation };
    if (String(given.sizes) === String(shape) && given.activation === activation) {
      const zeros = given.parameters.map(() => 0);
      return { sizes: shape, activation, parameters: given.parameters, moments: [zeros, zeros], steps: 0 };
    }
    return freshNetwork(shape, activation, view.get("seed"));
  }
  function split() {
    const seen = [0, 0], train = [], held = [];
    for (const point of points()) (view.get("hold_out") && seen[point[2]]++ % 2 ? held : train).push(point);
    return { train, held };
  }
  const lossesOf = (net, { train, held }) => [judge(net, train).loss, judge(net, held).loss];
  const losses = (net) => net.losses ?? [lossesOf(net, split())];

  function train(steps) {
    const parts = split();
    if (parts.train.length === 0) return;
    let net = network();
    const curve = losses(net).slice();
    for (let i = 0; i < steps && net.steps < most.steps; i++) {
      net = adamStep(net, parts.train, view.get("learning_rate"));
      if (net.steps % RECORD_EVERY === 0) curve.push(lossesOf(net, parts));
    }
    const { parameters, moments } = net;
    view.set({ network: { made_for: madeFor(), parameters, moments, steps: net.steps, losses: curve } });
  }

  // ---- controls
  view.hint("Draw points (by keys: arrows, Enter, Delete), choose a network, train it. Hollow points are held out: training never sees them.");
  view.challenge("train a network that has every training point on its side.", () => {
    const net = network(), { train: seen } = split();
    return net.steps > 0 && seen.length > 1 && judge(net, seen).right === 1;
  });
  const afresh = (changes) => {
    view.stop();
    view.set({ ...changes, network: {} });
  };
  const names = inOrder(view.get("names"), datasets).map((name) => [name, name === "empty" ? "no points" : name]);
  view.controls(view.choice("data", "Points", names, { onchange: (data) => afresh({ data, points: [] }) }),
    view.choice("pen", "Pen", [["blue", "blue", HUES.blue], ["red", "red", HUES.red], ["eraser", "eraser"]]));
  view.controls(view.slider("hidden", "Hidden units", { min: 0, max: most.units, step: 1, onchange: (hidden) => afresh({ hidden }) }),
    view.choice("layers", "Hidden layers", [[1, "1"], [2, "2"], [3, "3"]], { onchange: (layers) => afresh({ layers }) }),
    view.choice("activation", "Activation", ["none", "ReLU", "tanh", "sigmoid"].map((name) => [name, name]), { onchange: (activation) => afresh({ activation }) }),
  );
  const run = view.button("Train", () => {
    if (view.running) return view.stop(), view.redraw();
    target = Math.min(network().steps + (reducedMotion() ? STEPS_AT_ONCE : most.steps), most.steps);
    view.run(() => {
      train(STEPS_A_FRAME);
      return split().train.length > 0 && network().steps < target;
    });
    view.redraw();
  }, { primary: true });
  const forward = (steps) => () => {
    view.stop();
    train(steps);
    view.redraw();
  };
  view.controls(h("div", { class: "dlg-buttons" }, run, view.button("1 step", forward(1)), view.button("100 steps", forward(100)),
      view.button("Start again", () => afresh({})), view.button("Other start", () => afresh({ seed: view.get("seed") + 1 }))),
    view.slider("learning_rate", "Learning rate", { min: -3, max: 0, step: 0.1, log: true, format: brief }),
    view.toggle("hold_out", "Hold out half"),
    view.toggle("units", "Units' lines"),
  );
  view.watch("points", "network", "given", "seed");

  // ---- drawing points
  const columns = view.add(h("div", { class: "dlg-columns" }));
  const height = (width) => clamp(width * 0.86, 280, 430);
  const plane = new Surface(view, { label: "Points and decision regions", height, place: columns });
  const curves = new Surface(view, { label: "Loss against steps", height: (width) => (width > 0.6 * view.body.clientWidth ? 260 : height(width)), place: columns });

  // the hidden units' pictures: one row a layer, each beside what the output makes of it
  const widest = () => Math.max(...network().sizes.slice(1, -1), 1), labelled = (width) => (width < 480 ? 0 : 92);
  const thumb = (width) => clamp((width - labelled(width)) / widest() - 6, ...THUMBS);
  const units = new Surface(view, { label: "What each hidden unit says",
    height: (width) => Math.max(1, (network().sizes.length - 2) * (thumb(width) + 8 + (labelled(width) ? 0 : 18)) + 22) });

  const setPoints = (list) => view.set(list.length ? { points: list } : { points: [], data: "empty" });
  function nearest(point, within) {
    let best = -1, least = within;
    points().forEach(([x, y], i) => {
      const far = Math.hypot(axes.x(x) - point.x, axes.y(y) - point.y);
      if (far < least) [best, least] = [i, far];
    });
    return best;
  }
  function erase(point, within) {
    const i = nearest(point, within);
    if (i >= 0) setPoints(points().filter((_, k) => k !== i));
  }
  function add(x, y, pen) {
    if (points().length < most.points) setPoints([...points(), [clamp(x, ...xs), clamp(y, ...ys), pen === "blue" ? 1 : 0]]);
  }
  plane.drag({
    grab(point, reach) {
      if (!axes?.holds(point)) return null;
      const i = view.get("pen") === "eraser" ? -1 : nearest(point, reach * 0.75);
      return i >= 0 ? { point: i } : { pen: view.get("pen") };
    },
    knob: (held) => "point" in held,
    move(point, held) {
      if ("point" in held) {
        const list = points().slice();
        list[held.point] = [clamp(axes.xAt(point.x), ...xs), clamp(axes.yAt(point.y), ...ys), list[held.point][2]];
        return setPoints(list);
      }
      if (held.pen === "eraser") return erase(point, MOUSE_REACH);
      if (sprayed && Math.hypot(sprayed.x - point.x, sprayed.y - point.y) < SPRAY) return;
      sprayed = point;
      add(axes.xAt(point.x), axes.yAt(point.y), held.pen);
    },
    drop() { sprayed = null; },
  });
  const nudge = (across, up) => () => {
    const [x, y] = cursor ?? [(xs[0] + xs[1]) / 2, (ys[0] + ys[1]) / 2];
    cursor = [clamp(x + (across * (xs[1] - xs[0])) / 40, ...xs), clamp(y + (up * (ys[1] - ys[0])) / 40, ...ys)];
    view.redraw();
  };
  const rub = () => cursor && erase({ x: axes.x(cursor[0]), y: axes.y(cursor[1]) }, FINGER_REACH);
  const press = () => {
    if (!cursor) return nudge(0, 0)();
    if (view.get("pen") === "eraser") rub();
    else add(...cursor, view.get("pen"));
  };
  plane.keys("plane to draw points in", { ArrowLeft: nudge(-1, 0), ArrowRight: nudge(1, 0), ArrowUp: nudge(0, 1), ArrowDown: nudge(0, -1),
    Enter: press, " ": press, Delete: rub, Backspace: rub });

  // ---- pictures
  function drawRegions(net) {
    const c = plane.context, { box } = axes, { forward, signals } = runner(net), values = new Float64Array(GRID * GRID);
    const every = GRID / THUMB, seen = signals.slice(1, -1).map((layer) => new Float32Array(layer.length * THUMB * THUMB));
    for (let j = 0; j < GRID; j++) {
      for (let i = 0; i < GRID; i++) {
        values[j * GRID + i] = forward(xs[0] + (i / (GRID - 1)) * (xs[1] - xs[0]), ys[1] - (j / (GRID - 1)) * (ys[1] - ys[0]));
        if (i % every !== every / 2 || j % every !== every / 2) continue;
        const place = Math.floor(j / every) * THUMB + Math.floor(i / every);
        seen.forEach((layer, k) => signals[k + 1].forEach((said, u) => (layer[u * THUMB * THUMB + place] = said)));
      }
    }
    const [red, middle, blue] = view.colours.dark ? [[92, 26, 36], [22, 25, 30], [22, 52, 110]] : [[244, 206, 211], [255, 255, 255], [200, 216, 245]];
    const ground = tile(GRID, GRID, (k) => {
      const t = Math.tanh(values[k] / 2), end = t > 0 ? blue : red;
      return middle.map((channel, n) => channel + Math.abs(t) * (end[n] - channel));
    });
    c.imageSmoothingEnabled = true;
    const cell = [(box.right - box.left) / (GRID - 1), (box.bottom - box.top) / (GRID - 1)];
    axes.clip(() => {
      c.drawImage(ground, box.left - cell[0] / 2, box.top - cell[1] / 2, GRID * cell[0], GRID * cell[1]);
      if (view.get("units") && net.sizes.length > 2) drawUnits(net);
      c.strokeStyle = view.colours.fg;
      c.lineWidth = 2.5;
      c.beginPath();
      const at = ([i, j]) => [box.left + i * cell[0], box.top + j * cell[1]];
      contour(values, GRID, GRID, 0, (a, b) => { c.moveTo(...at(a)); c.lineTo(...at(b)); });
      c.stroke();
    });
    return seen;
  }

  /** Where each unit of the first hidden layer is at zero: a line. */
  function drawUnits(net) {
    const c = plane.context, units = net.sizes[1], reach = 4 * (xs[1] - xs[0] + ys[1] - ys[0]), middle = [(xs[0] + xs[1]) / 2, (ys[0] + ys[1]) / 2];
    c.setLineDash([5, 5]);
    for (let u = 0; u < units; u++) {
      const w = net.parameters.slice(2 * u, 2 * u + 2), norm = Math.hypot(...w) || 1;
      const off = (w[0] * middle[0] + w[1] * middle[1] + net.parameters[2 * units + u]) / norm;
      const foot = [middle[0] - (off * w[0]) / norm, middle[1] - (off * w[1]) / norm], along = [(-w[1] / norm) * reach, (w[0] / norm) * reach];
      axes.line([foot[0] - along[0], foot[0] + along[0]], [foot[1] - along[1], foot[1] + along[1]], view.colours.muted, 1.2);
    }
    c.setLineDash([]);
  }

  function drawPoints({ train, held }) {
    const c = plane.context, { bg } = view.colours;
    for (const [list, hollow] of [[held, true], [train, false]]) {
      for (const [x, y, label] of list) {
        const colour = view.colours.hues[label === 1 ? "blue" : "red"], px = axes.x(x), py = axes.y(y);
        c.beginPath();
        if (label === 1) c.arc(px, py, hollow ? 4.2 : 5, 0, 2 * Math.PI);
        else c.rect(px - (hollow ? 3.8 : 4.5), py - (hollow ? 3.8 : 4.5), hollow ? 7.6 : 9, hollow ? 7.6 : 9);
        c.fillStyle = hollow ? bg : colour;
        c.strokeStyle = hollow ? colour : bg;
        c.lineWidth = hollow ? 2 : 1.5;
        c.fill();
        c.stroke();
      }
    }
    if (!cursor) return;
    const [x, y] = [axes.x(cursor[0]), axes.y(cursor[1])];
    c.strokeStyle = view.colours.fg;
    c.lineWidth = 1.5;
    c.beginPath();
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      c.moveTo(x + 5 * dx, y + 5 * dy);
      c.lineTo(x + 14 * dx, y + 14 * dy);
    }
    c.stroke();
  }

  function drawCurves(net, curve) {
    const c = curves.begin(), steps = net.steps, last = (curve.length - 1) * RECORD_EVERY;
    const tall = Math.max(0.75, ...curve.flat()) * 1.06, box = { left: 58, right: curves.width - 84, top: 10, bottom: curves.tall - 44 };
    const plot = new Axes(curves, view.colours, box, [0, Math.max(100, steps)], [0, Math.min(tall, 3)]);
    plot.frame({ xLabel: "step", yLabel: "loss (nats)", xTicks: 5 });
    const lines = [["training", 0, view.colours.hues.teal], ["held out", 1, view.colours.hues.coral]].slice(0, view.get("hold_out") ? 2 : 1);
    const labels = lines.map(([name, column, colour]) => {
      const ink = asText(colour, view.colours.dark);
      plot.clip(() => plot.line(curve.map((_, i) => i * RECORD_EVERY), curve.map((pair) => pair[column]), ink, 2.5));
      plot.dot(last, Math.min(curve.at(-1)[column], plot.ys[1]), ink, 4);
      return { name, ink, y: plot.y(Math.min(curve.at(-1)[column], plot.ys[1])) };
    }).sort((a, b) => a.y - b.y);
    labels.at(-1).y = Math.min(Math.max(labels.at(-1).y, labels[0].y + (labels.length - 1) * 16), box.bottom - 8);
    if (labels.length === 2) labels[0].y = Math.min(labels[0].y, labels[1].y - 16);
    curves.font(12.5, "600");
    for (const { name, ink, y } of labels) {
      c.fillStyle = ink;
      plot.text(name, plot.x(last) + 9, y, { halo: true });
    }
  }

  /** What to make of it, in words. */
  function verdict(net, parts, curve, right) {
    if (parts.train.length === 0) return "Draw points of both colours, then train.";
    const hidden = net.sizes.length > 2, best = Math.min(...curve.map((pair) => pair[1]));
    if (net.steps < 100) return net.steps ? "" : "Not trained yet.";
    if (parts.held.length && curve.at(-1)[1] > 1.4 * best && curve.at(-1)[1] > best + 0.1) return BY_HEART;
    if (right < 0.9 && !hidden) return "One line cannot part these points: add hidden units.";
    if (right < 0.9 && net.activation === "none") return "Without an activation the whole network is still one line.";
    if (right < 0.9 && net.steps > 600) return "It is stuck: more units, or another start.";
    return right === 1 ? "Every training point is on its side." : "";
  }

  function draw() {
    const net = network(), parts = split(), curve = losses(net);
    const box = { left: 56, right: plane.begin() && plane.width - 10, top: 10, bottom: plane.tall - 44 };
    axes = new Axes(plane, view.colours, box, xs, ys);
    run.textContent = view.running && net.steps < target ? "Pause" : "Train";
    drawUnitPictures(view, units, net, drawRegions(net), thumb, labelled);
    axes.frame({ xLabel: view.get("x_label"), yLabel: view.get("y_label"), xTicks: 5, grid: false });
    axes.clip(() => drawPoints(parts));
    drawCurves(net, curve);
    const [train, held] = [judge(net, parts.train), judge(net, parts.held)];
    const tested = parts.held.length ? `; held out: loss ${brief(held.loss)}, ${percent(held.right)} right` : "";
    const scores = parts.train.length ? `Step ${net.steps}, training: loss ${brief(train.loss)}, ${percent(train.right)} right${tested}. ` : "";
    const sentence = `${scores}${verdict(net, parts, curve, train.right)}`.trim();
    const here = cursor ? ` The cursor is at ${fixed(cursor[0])}, ${fixed(cursor[1])}.` : "";
    plane.describe(`${points().length} points and a network ${net.sizes.join(" to ")}.${here} ${sentence}`);
    curves.describe(`Loss curves. ${sentence}`);
    view.say(sentence, "", LONGEST);
  }

  function numbers() {
    const net = network(), parts = split(), { forward: logit } = runner(net), [train, held] = [judge(net, parts.train), judge(net, parts.held)];
    let later = net;
    for (let i = 0; i < 3 && parts.train.length; i++) later = adamStep(later, parts.train, view.get("learning_rate"));
    const { forward: again, signals } = runner(net);
    again((xs[0] + xs[1]) / 2, (ys[0] + ys[1]) / 2);
    return {
      sizes: net.sizes,
      units: signals.slice(1, -1).map((layer) => Array.from(layer)), // in the plane's middle
      loss: { training: train.loss, held_out: held.loss },
      right: { training: train.right, held_out: held.right },
      logits: points().map(([x, y]) => logit(x, y)),
      after_3_steps: Array.from(later.parameters),
    };
  }
  return { draw, numbers };
});
