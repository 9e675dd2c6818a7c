const STRIP = 170, BELOW = 92; // to the right of the plot, or below a narrow one: the mean square, on the same scale
const WIDE = 560;
const GRID = 56; // of the map of all lines
const TRAIL = 80; // places where the line has been

function leastSquares(x, y) {
  const mean = (v) => v.reduce((sum, value) => sum + value, 0) / v.length;
  const mx = mean(x), my = mean(y);
  const spread = x.reduce((sum, value) => sum + (value - mx) ** 2, 0);
  const slope = spread > 0 ? x.reduce((sum, value, i) => sum + (value - mx) * (y[i] - my), 0) / spread : 0;
  return { slope, intercept: my - slope * mx };
}

const significant = (value) =>
  (value === 0 ? "0" : Math.abs(value) >= 1e5 || Math.abs(value) < 1e-3 ? value.toExponential(1) : String(Number(value.toPrecision(3)))
  ).replace("-", MINUS);

export default widget("line-fitter", (view) => {
  let chosen = -1; // the point that keys move; -1 is the line
  let axes = null, bowl = null, ground = null;
  const trail = [];

  const residuals = (line) => view.get("x").map((x, i) => view.get("y")[i] - (line.slope * x + line.intercept));
  const mse = (line) => residuals(line).reduce((sum, r) => sum + r * r, 0) / view.get("x").length;
  const mine = () => ({ slope: view.get("slope"), intercept: view.get("intercept") });

  const [x0, x1] = view.get("x_window"), [y0, y1] = view.get("y_window");
  const steepest = view.get("steepest"), reach = steepest * Math.max(Math.abs(x0), Math.abs(x1));
  const fineSlope = steepest / 100, fineIntercept = (y1 - y0) / 100;
  /** The sliders' steps: so small that who moves one after the other, each to its best, ends within a tenth of the smallest. */
  function steps() {
    const x = view.get("x"), middle = x.reduce((sum, value) => sum + value, 0) / x.length, far = x.reduce((sum, value) => sum + value * value, 0) / x.length;
    const even = Math.sqrt((0.08 * mse(leastSquares(x, view.get("y"))) * (far - middle ** 2)) / (far || 1)), least = 1 / 20; // of the keys' steps
    return { slope: clamp(even / Math.sqrt(far || 1), least * fineSlope, fineSlope), intercept: clamp(even, least * fineIntercept, fineIntercept) };
  }
  view.hint(
    "Drag the line by its two handles, or drag any point; on the map every place is a line. Arrow keys move the line, too; Page Down and Page Up choose a point for them.",
  );
  view.challenge("bring the mean square within a tenth of the smallest that any line has.", () => {
    const best = leastSquares(view.get("x"), view.get("y"));
    return mse(mine()) <= 1.1 * mse(best);
  });
  view.controls(view.slider("slope", "Slope", { min: -steepest, max: steepest, step: () => steps().slope, format: significant }),
    view.slider("intercept", "Intercept", { min: y0 - reach, max: y1 + reach, step: () => steps().intercept, format: significant }),
    view.toggle("squares", "Squares"),
    view.toggle("reveal", "Best line"),
  );
  const places = view.add(h("div", { class: "dlg-unequal" }));
  const tall = (width) => clamp(width * 0.52, 280, 440);
  const picture = new Surface(view, {
    label: "Points, line and squared errors",
    height: (width) => tall(width) + (width > WIDE ? 0 : BELOW),
    place: places,
  });
  const map = new Surface(view, { label: "Mean square of every line", height: (width) => clamp(width, 230, 340), place: places });
  view.watch("x", "y", "x_label", "y_label");

  const handles = () => {
    const inset = (x1 - x0) * 0.04;
    return [x0 + inset, x1 - inset].map((x) => ({ x, y: view.get("slope") * x + view.get("intercept") }));
  };

  function movePoint(i, x, y) {
    const xs = view.get("x").slice(), ys = view.get("y").slice();
    xs[i] = clamp(x, x0, x1);
    ys[i] = clamp(y, y0, y1);
    view.set({ x: xs, y: ys });
  }

  function moveHandle(i, y) {
    const ends = handles();
    ends[i].y = clamp(y, y0 - (y1 - y0), y1 + (y1 - y0));
    const slope = (ends[1].y - ends[0].y) / (ends[1].x - ends[0].x);
    view.set({ slope, intercept: ends[0].y - slope * ends[0].x });
  }

  const near = (candidates, point, within) => {
    let best = null,
      least = within;
    candidates.forEach(({ x, y }, i) => {
      const far = Math.hypot(axes.x(x) - point.x, clamp(axes.y(y), axes.box.top, axes.box.bottom) - point.y);
      if (far < least) [best, least] = [i, far];
    });
    return best;
  };
  picture.drag({
    grab(point, within) {
      const handle = near(handles(), point, within + 4);
      if (handle !== null) return { handle };
      const i = near(view.get("x").map((x, k) => ({ x, y: view.get("y")[k] })), point, within);
      return i === null ? null : { point: i };
    },
    knob: () => true,
    move(point, held) {
      if ("handle" in held) return moveHandle(held.handle, axes.yAt(point.y));
      chosen = held.point;
      movePoint(held.point, axes.xAt(point.x), axes.yAt(point.y));
    },
  });

  const nudge = (across, up) => () => {
    if (chosen >= 0)
      return movePoint(
        chosen,
        view.get("x")[chosen] + (across * (x1 - x0)) / 100,
        view.get("y")[chosen] + up * fineIntercept,
      );
    const middle = (x0 + x1) / 2; // tilt about the middle, so that the line stays in sight
    const slope = view.get("slope") + across * fineSlope;
    view.set({ slope, intercept: view.get("intercept") + up * fineIntercept - across * fineSlope * middle });
  };
  map.drag({
    grab: (point) => (bowl?.holds(point) ? "line" : null),
    move: (point) => view.set({ slope: clamp(bowl.xAt(point.x), ...bowl.xs), intercept: clamp(bowl.yAt(point.y), ...bowl.ys) }),
  });
  const shift = (across, up) => () =>
    view.set({ slope: view.get("slope") + across * fineSlope, intercept: view.get("intercept") + up * fineIntercept });
  map.keys("map of all lines; left and right change the slope, up and down the intercept",
    { ArrowLeft: shift(-1, 0), ArrowRight: shift(1, 0), ArrowUp: shift(0, 1), ArrowDown: shift(0, -1) });
  const choose = (step) => () => {
    chosen = ((chosen + 1 + step + view.get("x").length + 1) % (view.get("x").length + 1)) - 1;
    view.redraw();
  };
  picture.keys("plot with a line and points to move", {
    ArrowLeft: nudge(-1, 0),
    ArrowRight: nudge(1, 0),
    ArrowUp: nudge(0, 1),
    ArrowDown: nudge(0, -1),
    PageDown: choose(1),
    PageUp: choose(-1),
  });

  function drawLine(line, colour, width, dash = []) {
    const c = picture.context;
    c.setLineDash(dash);
    axes.clip(() =>
      axes.line([x0, x1], [line.slope * x0 + line.intercept, line.slope * x1 + line.intercept], colour, width),
    );
    c.setLineDash([]);
  }

  function drawSquares(errors) {
    const c = picture.context;
    c.lineWidth = 1;
    errors.forEach((error, i) => {
      const x = axes.x(view.get("x")[i]),
        y = view.get("y")[i],
        side = Math.abs(axes.y(error) - axes.y(0));
      const left = x + side > axes.box.right && x - side > axes.box.left ? x - side : x,
        top = axes.y(Math.max(y, y - error));
      c.fillStyle = view.colours.hues.blue + "26";
      c.strokeStyle = view.colours.hues.blue + "99";
      c.fillRect(left, top, side, side);
      c.strokeRect(left, top, side, side);
    });
  }

  function drawMeanSquare(value, best, colours, beside) {
    const c = picture.context,
      left = beside ? axes.box.right + 24 : axes.box.left,
      bottom = beside ? axes.box.bottom : picture.tall - 4,
      room = beside ? STRIP - 34 : BELOW - 30;
    const side = (mean) => Math.min(axes.y(0) - axes.y(Math.sqrt(mean)), room);
    const tall = side(value);
    c.fillStyle = view.colours.hues.blue + "40";
    c.strokeStyle = view.colours.hues.blue;
    c.lineWidth = 1.5;
    c.fillRect(left, bottom - tall, tall, tall);
    c.strokeRect(left, bottom - tall, tall, tall);
    if (view.get("reveal")) {
      c.strokeStyle = colours.good;
      c.setLineDash([4, 3]);
      c.strokeRect(left, bottom - side(best), side(best), side(best));
      c.setLineDash([]);
    }
    c.fillStyle = colours.muted;
    picture.font(12);
    const [x, y] = beside ? [left, bottom - tall] : [left + tall + 12, bottom + 4];
    const below = [`smallest: ${significant(best)}`, ...(tall >= room ? ["its square is cut off"] : [])], first = y - 10 - 16 * below.length;
    below.forEach((words, i) => axes.text(words, x, first + 16 * (i + 1)));
    axes.text("mean square", x, first - 16);
    c.fillStyle = colours.fg;
    picture.font(14, "600");
    axes.text(significant(value), x, first);
  }

  /** The mean square of any line, from five means: every place on the map costs the same, however many points there are. */
  function everyLine() {
    const x = view.get("x"), y = view.get("y"), mean = (value) => x.reduce((sum, _, i) => sum + value(x[i], y[i]), 0) / x.length;
    const [mx, my, xx, xy, yy] = [(a) => a, (_, b) => b, (a) => a * a, (a, b) => a * b, (_, b) => b * b].map(mean);
    return (w, b) => yy + w * w * xx + b * b - 2 * w * xy - 2 * b * my + 2 * w * b * mx;
  }

  /** The slopes and intercepts of the map: those of lines through the middle of the picture. */
  function bowlWindow() {
    const reach_ = Math.max(steepest * Math.abs((x0 + x1) / 2), y1 - y0), middle = (y0 + y1) / 2;
    return [[-steepest, steepest], [middle - reach_, middle + reach_]];
  }

  function paintGround(box) {
    const width = box.right - box.left, high = box.bottom - box.top, { dark } = view.colours;
    const key = [view.get("x"), view.get("y"), width, high, map.ratio, dark].join();
    if (ground?.key === key) return ground.image;
    const [xs, ys] = bowlWindow(), f = everyLine(), values = new Float64Array(GRID * GRID);
    const at = ([low, top], k) => low + (k / (GRID - 1)) * (top - low);
    for (let j = 0; j < GRID; j++) for (let i = 0; i < GRID; i++) values[j * GRID + i] = f(at(xs, i), at(ys, GRID - 1 - j));
    const lowest = mse(leastSquares(view.get("x"), view.get("y"))), span = Math.max(...values) - lowest || 1;
    const image = landscape(values.map((value) => Math.max(value - lowest, 0)), GRID, GRID, { span, width, tall: high, ratio: map.ratio, dark });
    ground = { key, image };
    return image;
  }

  function drawMap(line, best) {
    const c = map.begin(), { colours } = view, box = { left: 56, right: map.width - 10, top: 24, bottom: map.tall - 44 };
    bowl = new Axes(map, colours, box, ...bowlWindow());
    c.drawImage(paintGround(box), box.left, box.top, box.right - box.left, box.bottom - box.top);
    bowl.frame({ xLabel: "slope", yLabel: "intercept", xTicks: 4, grid: false });
    map.font(13, "600");
    c.fillStyle = colours.fg;
    bowl.text("mean square of every line", Math.min(box.left, map.width - c.measureText("mean square of every line").width - 2), 10);
    if (trail.at(-1)?.slope !== line.slope || trail.at(-1)?.intercept !== line.intercept) trail.push(line);
    if (trail.length > TRAIL) trail.shift();
    bowl.clip(() => {
      bowl.line(trail.map(({ slope }) => slope), trail.map(({ intercept }) => intercept), colours.muted, 1.2);
      if (view.get("reveal")) cross(bowl.x(best.slope), bowl.y(best.intercept), colours.good);
    });
    bowl.dot(clamp(line.slope, ...bowl.xs), clamp(line.intercept, ...bowl.ys), view.colours.hues.red, 8);
  }

  function cross(x, y, colour) {
    const c = map.context;
    c.strokeStyle = colour;
    c.lineWidth = 2.5;
    c.beginPath();
    for (const [dx, dy] of [[6, 6], [6, -6]]) {
      c.moveTo(x - dx, y - dy);
      c.lineTo(x + dx, y + dy);
    }
    c.stroke();
  }

  function draw() {
    const c = picture.begin(),
      colours = view.colours,
      line = mine(),
      errors = residuals(line),
      wide = picture.width > WIDE;
    const box = { left: 58, right: picture.width - (wide ? STRIP : 12), top: 10, bottom: tall(picture.width) - 44 };
    axes = new Axes(picture, colours, box, [x0, x1], [y0, y1]);
    axes.frame({ xLabel: view.get("x_label"), yLabel: view.get("y_label") });
    const best = leastSquares(view.get("x"), view.get("y")),
      value = mse(line),
      least = mse(best);
    axes.clip(() => {
      if (view.get("squares")) drawSquares(errors);
      c.strokeStyle = view.colours.hues.blue;
      c.lineWidth = 1.5;
      errors.forEach((error, i) => {
        const x = axes.x(view.get("x")[i]);
        c.beginPath();
        c.moveTo(x, axes.y(view.get("y")[i]));
        c.lineTo(x, axes.y(view.get("y")[i] - error));
        c.stroke();
      });
    });
    if (view.get("reveal")) drawLine(best, colours.good, 2, [7, 5]);
    drawLine(line, view.colours.hues.red, 3);
    for (const { x, y } of handles()) axes.dot(x, clamp(y, y0, y1), view.colours.hues.red, 8);
    view
      .get("x")
      .forEach((x, i) =>
        axes.dot(x, view.get("y")[i], i === chosen ? colours.accent : colours.fg, i === chosen ? 8 : 5),
      );
    drawMeanSquare(value, least, colours, wide);
    drawMap(line, best);
    const bound = view.get("reveal")
      ? ` The best line has ${significant(least)}: yours is ${fixed(value / (least || 1), 2)} times that.`
      : "";
    const who =
      chosen < 0
        ? ""
        : ` Point ${chosen + 1} at ${significant(view.get("x")[chosen])}, ${significant(view.get("y")[chosen])} is chosen.`;
    const sentence = `Mean squared error ${significant(value)} at slope ${significant(line.slope)}, intercept ${significant(line.intercept)}.${bound}${who}`;
    picture.describe(sentence);
    map.describe(`Every place is a line, darker where its mean square is lower. ${sentence}`);
    view.say(sentence);
  }

  const corners = () => {
    const [xs, ys] = bowlWindow(), f = everyLine();
    return ys.flatMap((b) => xs.map((w) => f(w, b)));
  };
  const numbers = () => {
    const best = leastSquares(view.get("x"), view.get("y"));
    return { mse: mse(mine()), residuals: residuals(mine()), best: { ...best, mse: mse(best) }, corners: corners() };
  };
  return { draw, numbers };
});
