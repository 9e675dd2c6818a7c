// Recurrent cells and their gradients, as helpers/widgets/recurrence.py. Goes before hidden_state.js.

const GATES = { RNN: [], GRU: ["reset", "update", "candidate"], LSTM: ["input", "forget", "candidate", "output"] };
const BLOCKS = { RNN: 1, GRU: 3, LSTM: 4 };
const logistic = (x) => 1 / (1 + Math.exp(-x));

/** The cells behind one vector of weights, in the order of `units`, { kind: hidden units }. */
function recurrentCells(numbers, units, relu) {
  let start = 0;
  const take = (count) => Float64Array.from(numbers.subarray(start, (start += count)));
  return Object.fromEntries(Object.entries(units).map(([kind, n]) => {
    const rows = BLOCKS[kind] * n;
    return [kind, { kind, n, relu, wih: take(rows * 4), whh: take(rows * n), bih: take(rows), bhh: take(rows) }];
  }));
}

/** Read `tokens` (-1 is N) from a state of zeros: the state, gates and memory after each base, (L, n) each, row by row. */
function recur(cell, tokens) {
  const { kind, n, wih, whh, bih, bhh } = cell, rows = BLOCKS[kind] * n;
  const names = ["state", ...GATES[kind], ...(kind === "GRU" ? ["recurrent"] : kind === "LSTM" ? ["memory"] : [])];
  const parts = Object.fromEntries(names.map((name) => [name, new Float64Array(tokens.length * n)]));
  const a = new Float64Array(rows), u = new Float64Array(rows);
  for (let t = 0; t < tokens.length; t++) {
    const before = (t - 1) * n, base = tokens[t];
    for (let row = 0; row < rows; row++) {
      let sum = bhh[row];
      if (t > 0) for (let k = 0, w = row * n; k < n; k++) sum += whh[w + k] * parts.state[before + k];
      u[row] = sum;
      a[row] = bih[row] + (base >= 0 ? wih[row * 4 + base] : 0);
    }
    for (let k = 0; k < n; k++) STEP[kind](cell, parts, a, u, k, t);
  }
  return parts;
}

const STEP = {
  RNN({ n, relu }, parts, a, u, k, t) {
    const sum = a[k] + u[k];
    parts.state[t * n + k] = relu ? Math.max(sum, 0) : Math.tanh(sum);
  },
  GRU({ n }, parts, a, u, k, t) {
    const at = t * n + k, reset = logistic(a[k] + u[k]), update = logistic(a[n + k] + u[n + k]);
    const candidate = Math.tanh(a[2 * n + k] + reset * u[2 * n + k]);
    [parts.reset[at], parts.update[at], parts.candidate[at], parts.recurrent[at]] = [reset, update, candidate, u[2 * n + k]];
    parts.state[at] = (1 - update) * candidate + update * (t > 0 ? parts.state[at - n] : 0);
  },
  LSTM({ n }, parts, a, u, k, t) {
    const at = t * n + k, enter = logistic(a[k] + u[k]), forget = logistic(a[n + k] + u[n + k]);
    const candidate = Math.tanh(a[2 * n + k] + u[2 * n + k]), leave = logistic(a[3 * n + k] + u[3 * n + k]);
    [parts.input[at], parts.forget[at], parts.candidate[at], parts.output[at]] = [enter, forget, candidate, leave];
    parts.memory[at] = forget * (t > 0 ? parts.memory[at - n] : 0) + enter * candidate;
    parts.state[at] = leave * Math.tanh(parts.memory[at]);
  },
};

/** How many states, the last one included, a gradient may go back for `work` multiplications. */
const gradientReach = ({ kind, n }, step, work) => Math.min(step + 1, Math.max(2, Math.floor(work / (n ** 3 * (kind === "LSTM" ? 2 : 1)))));

/** target += left times right, square matrices of n rows. */
function addProduct(target, left, right, n) {
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const value = left[i * n + k], row = k * n, out = i * n;
      if (value !== 0) for (let j = 0; j < n; j++) target[out + j] += value * right[row + j];
    }
  }
}

/** target += diag(weights) times a block of `whh`. */
function addSlope(target, { n, whh }, block, weights) {
  for (let i = 0, from = block * n * n; i < n; i++) {
    const weight = weights[i];
    for (let j = i * n; j < (i + 1) * n; j++) target[j] += weight * whh[from + j];
  }
}

/** d h_t / d h_(t-1) of an RNN or a GRU is added to `slope`; `w` is room for n numbers. */
const SLOPE = {
  RNN(cell, { state }, t, slope, w) {
    for (let k = 0, at = t * cell.n; k < cell.n; k++, at++) w[k] = cell.relu ? Number(state[at] > 0) : 1 - state[at] ** 2;
    addSlope(slope, cell, 0, w);
  },
  GRU(cell, { state, reset, update, candidate, recurrent }, t, slope, w) {
    const { n } = cell, first = t * n, bend = (at) => (1 - update[at]) * (1 - candidate[at] ** 2);
    for (let k = 0, at = first; k < n; k++, at++) w[k] = bend(at) * reset[at];
    addSlope(slope, cell, 2, w);
    for (let k = 0, at = first; k < n; k++, at++) w[k] = bend(at) * recurrent[at] * reset[at] * (1 - reset[at]);
    addSlope(slope, cell, 0, w);
    for (let k = 0, at = first; k < n; k++, at++) w[k] = (state[at - n] - candidate[at]) * update[at] * (1 - update[at]);
    addSlope(slope, cell, 1, w);
    for (let k = 0; k < n; k++) slope[k * n + k] += update[first + k];
  },
};

/** The same of an LSTM, by its output gate alone. */
function slopeOfState(cell, { output, memory }, t, slope, w) {
  for (let k = 0, at = t * cell.n; k < cell.n; k++, at++) w[k] = Math.tanh(memory[at]) * output[at] * (1 - output[at]);
  addSlope(slope, cell, 3, w);
}

/** d c_t / d h_(t-1) of an LSTM. */
function slopeOfMemory(cell, { input, forget, candidate, memory }, t, slope, w) {
  const { n } = cell, first = t * n;
  for (let k = 0, at = first; k < n; k++, at++) w[k] = candidate[at] * input[at] * (1 - input[at]);
  addSlope(slope, cell, 0, w);
  for (let k = 0, at = first; k < n; k++, at++) w[k] = memory[at - n] * forget[at] * (1 - forget[at]);
  addSlope(slope, cell, 1, w);
  for (let k = 0, at = first; k < n; k++, at++) w[k] = input[at] * (1 - candidate[at] ** 2);
  addSlope(slope, cell, 2, w);
}

function norm(matrix) {
  let sum = 0;
  for (let i = 0; i < matrix.length; i++) sum += matrix[i] * matrix[i];
  return Math.sqrt(sum);
}

/**
 * Frobenius norms of d h_T / d h_t and, for an LSTM, d h_T / d c_t, for t = T, T - 1, ..., as far back as `work` allows
 * and until they have vanished.
 */
function gradients(cell, parts, step, { work, vanished }) {
  const { kind, n } = cell, lstm = kind === "LSTM", slope = new Float64Array(n * n), w = new Float64Array(n);
  const opening = (t) => w.map((_, k) => parts.output[t * n + k] * (1 - Math.tanh(parts.memory[t * n + k]) ** 2));
  let through = new Float64Array(n * n), next = new Float64Array(n * n);
  for (let k = 0; k < n; k++) through[k * n + k] = 1;
  const open = lstm && opening(step), memory = lstm && through.map((value, i) => value * open[i % n]);
  const states = [Math.sqrt(n)], memories = lstm ? [norm(memory)] : [];
  for (let t = step; t > step + 1 - gradientReach(cell, step, work); t--) {
    if (states.at(-1) < vanished && (memories.at(-1) ?? 0) < vanished) break;
    next.fill(0);
    slope.fill(0);
    if (lstm) {
      slopeOfState(cell, parts, t, slope, w);
      addProduct(next, through, slope, n);
      slope.fill(0);
      slopeOfMemory(cell, parts, t, slope, w);
      addProduct(next, memory, slope, n);
      const before = opening(t - 1);
      for (let i = 0; i < n * n; i++) memory[i] = memory[i] * parts.forget[t * n + (i % n)] + next[i] * before[i % n];
      memories.push(norm(memory));
    } else {
      SLOPE[kind](cell, parts, t, slope, w);
      addProduct(next, through, slope, n);
    }
    [through, next] = [next, through];
    states.push(norm(through));
  }
  return { states, memories };
}
