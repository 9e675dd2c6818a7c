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

/** target = the sum over `terms` of diag(weights) times a block of `whh`. */
function slopes(target, { n, whh }, terms) {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (const [block, weight] of terms) sum += weight[i] * whh[(block * n + i) * n + j];
      target[i * n + j] = sum;
    }
  }
}

/** Frobenius norms of d h_T / d h_t and, for an LSTM, d h_T / d c_t, for t = T, T - 1, ... */
function gradients(cell, parts, step, work) {
  const { kind, n, relu } = cell, lstm = kind === "LSTM", each = (make) => Float64Array.from({ length: n }, (_, k) => make(k));
  const norm = (matrix) => Math.sqrt(matrix.reduce((sum, value) => sum + value * value, 0));
  const at = (name, t, k) => parts[name][t * n + k];
  const opening = (t) => each((k) => at("output", t, k) * (1 - Math.tanh(at("memory", t, k)) ** 2));
  let through = Float64Array.from({ length: n * n }, (_, i) => Number(i % (n + 1) === 0)), memory = null;
  if (lstm) {
    const open = opening(step);
    memory = through.map((value, i) => value * open[i % n]);
  }
  const states = [Math.sqrt(n)], memories = lstm ? [norm(memory)] : [], slope = new Float64Array(n * n);
  let next = new Float64Array(n * n);
  for (let t = step; t > step + 1 - gradientReach(cell, step, work); t--) {
    next.fill(0);
    if (lstm) {
      slopes(slope, cell, [[3, each((k) => Math.tanh(at("memory", t, k)) * at("output", t, k) * (1 - at("output", t, k)))]]);
      addProduct(next, through, slope, n);
      slopes(slope, cell, [
        [0, each((k) => at("candidate", t, k) * at("input", t, k) * (1 - at("input", t, k)))],
        [1, each((k) => at("memory", t - 1, k) * at("forget", t, k) * (1 - at("forget", t, k)))],
        [2, each((k) => at("input", t, k) * (1 - at("candidate", t, k) ** 2))],
      ]);
      addProduct(next, memory, slope, n);
      const open = opening(t - 1);
      for (let i = 0; i < n * n; i++) memory[i] = memory[i] * at("forget", t, i % n) + next[i] * open[i % n];
      memories.push(norm(memory));
    } else {
      slopes(slope, cell, kind === "RNN" ? [[0, each((k) => (relu ? Number(at("state", t, k) > 0) : 1 - at("state", t, k) ** 2))]] : gruTerms(t));
      if (kind === "GRU") for (let k = 0; k < n; k++) slope[k * n + k] += at("update", t, k);
      addProduct(next, through, slope, n);
    }
    [through, next] = [next, through];
    states.push(norm(through));
  }
  return { states, memories };

  function gruTerms(t) {
    const bend = (k) => (1 - at("update", t, k)) * (1 - at("candidate", t, k) ** 2);
    return [
      [2, each((k) => bend(k) * at("reset", t, k))],
      [0, each((k) => bend(k) * at("recurrent", t, k) * at("reset", t, k) * (1 - at("reset", t, k)))],
      [1, each((k) => (at("state", t - 1, k) - at("candidate", t, k)) * at("update", t, k) * (1 - at("update", t, k)))],
    ];
  }
}
