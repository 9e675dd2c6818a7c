// Recurrent cells, as helpers/widgets/recurrence.py. Goes before hidden_state.js.

const GATES = { RNN: [], GRU: ["reset", "update", "candidate"], LSTM: ["input", "forget", "candidate", "output"] };
const BLOCKS = { RNN: 1, GRU: 3, LSTM: 4 };
const logistic = (x) => 1 / (1 + Math.exp(-x));

/** The cells behind one vector of weights, in the order of BLOCKS (a saved notebook sorts `units`, { kind: hidden units }). */
function recurrentCells(numbers, units, relu) {
  let start = 0;
  const take = (count) => Float64Array.from(numbers.subarray(start, (start += count)));
  return Object.fromEntries(Object.keys(BLOCKS).filter((kind) => kind in units).map((kind) => {
    const n = units[kind];
    const rows = BLOCKS[kind] * n;
    return [kind, { kind, n, relu, wih: take(rows * 4), whh: take(rows * n), bih: take(rows), bhh: take(rows) }];
  }));
}

/** Read `tokens` (-1 is N) from a state of zeros: the state, gates and memory after each base, (L, n) each, row by row. */
function recur(cell, tokens) {
  const { kind, n, wih, whh, bih, bhh } = cell, rows = BLOCKS[kind] * n;
  const names = ["state", ...GATES[kind], ...(kind === "LSTM" ? ["memory"] : [])];
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
    [parts.reset[at], parts.update[at], parts.candidate[at]] = [reset, update, candidate];
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
