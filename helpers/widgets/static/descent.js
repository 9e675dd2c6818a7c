// Surfaces and optimisers: the arithmetic of helpers/widgets/descent.py.

const OPTIMISERS = ["SGD", "momentum", "Adagrad", "RMSprop", "Adam"];
const FAR = 1e6;

/** Loss and gradient of a table of terms [coefficient, power of x, power of y]. */
function polynomial(terms) {
  return (x, y) => {
    let value = 0,
      dx = 0,
      dy = 0;
    for (const [c, i, j] of terms) {
      value += c * x ** i * y ** j;
      dx += c * i * x ** Math.max(i - 1, 0) * y ** j;
      dy += c * j * x ** i * y ** Math.max(j - 1, 0);
    }
    return [value, dx, dy];
  };
}

/** The learning rate above which plain descent climbs out of a bowl: 2 over its steepest curvature; null of other surfaces. */
function highestRate(terms) {
  if (terms.length === 0 || terms.some(([, i, j]) => i + j > 2)) return null;
  const total = (x, y) => terms.reduce((sum, [c, i, j]) => (i === x && j === y ? sum + c : sum), 0);
  const [xx, yy, xy] = [2 * total(2, 0), 2 * total(0, 2), total(1, 1)], middle = (xx + yy) / 2, off = Math.hypot((xx - yy) / 2, xy);
  return middle - off > 0 ? 2 / (middle + off) : null;
}

/** Catmull-Rom weights of four neighbours at 0 <= t <= 1, and their slopes. */
function cubicWeights(t) {
  const t2 = t * t,
    t3 = t2 * t;
  return [
    [-t + 2 * t2 - t3, 2 - 5 * t2 + 3 * t3, t + 4 * t2 - 3 * t3, -t2 + t3].map((w) => w / 2),
    [-1 + 4 * t - 3 * t2, -10 * t + 9 * t2, 1 + 8 * t - 9 * t2, -2 * t + 3 * t2].map((d) => d / 2),
  ];
}

/** Loss and gradient of sampled values, rows along y: cubic inside, straight on outside. */
function interpolated(grid, { x: xs, y: ys }) {
  const n = Math.round(Math.sqrt(grid.length));
  const along = (value, [low, high]) => {
    const at = ((value - low) / (high - low)) * (n - 1),
      inside = clamp(at, 0, n - 1),
      first = Math.min(Math.floor(inside), n - 2);
    const [weights, slopes] = cubicWeights(inside - first);
    const scale = (n - 1) / (high - low);
    return {
      cell: [-1, 0, 1, 2].map((k) => clamp(first + k, 0, n - 1)),
      weights,
      slopes: slopes.map((d) => d * scale),
      beyond: (at - inside) / scale,
    };
  };
  return (x, y) => {
    const across = along(x, xs),
      up = along(y, ys);
    let value = 0,
      dx = 0,
      dy = 0;
    for (let j = 0; j < 4; j++) {
      for (let i = 0; i < 4; i++) {
        const v = grid[up.cell[j] * n + across.cell[i]];
        value += v * up.weights[j] * across.weights[i];
        dx += v * up.weights[j] * across.slopes[i];
        dy += v * up.slopes[j] * across.weights[i];
      }
    }
    return [value + dx * across.beyond + dy * up.beyond, dx, dy];
  };
}

/** The points an optimiser visits, with torch's formulas and defaults; shorter where it leaves for infinity. */
function walk(optimiser, loss, start, { steps, rate, momentum }) {
  let p = start.slice(),
    first = [0, 0],
    second = [0, 0];
  const path = [p];
  for (let t = 1; t <= steps; t++) {
    const [, ...g] = loss(...p);
    let move = g;
    if (optimiser === "momentum") {
      first = first.map((m, k) => momentum * m + g[k]);
      move = first;
    } else if (optimiser === "Adagrad") {
      second = second.map((s, k) => s + g[k] * g[k]);
      move = g.map((d, k) => d / (Math.sqrt(second[k]) + 1e-10));
    } else if (optimiser === "RMSprop") {
      second = second.map((s, k) => 0.99 * s + 0.01 * g[k] * g[k]);
      move = g.map((d, k) => d / (Math.sqrt(second[k]) + 1e-8));
    } else if (optimiser === "Adam") {
      first = first.map((m, k) => 0.9 * m + 0.1 * g[k]);
      second = second.map((s, k) => 0.999 * s + 0.001 * g[k] * g[k]);
      move = first.map((m, k) => m / (1 - 0.9 ** t) / (Math.sqrt(second[k] / (1 - 0.999 ** t)) + 1e-8));
    }
    p = p.map((value, k) => value - rate * move[k]);
    if (!(Math.max(Math.abs(p[0]), Math.abs(p[1])) < FAR)) break;
    path.push(p);
  }
  return path;
}
