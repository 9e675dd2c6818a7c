// A learner's own network, step by step: the same as helpers/widgets/network.py. Value 0 is the one-hot sequence.

const CLOSE_CALL = 1e-9; // of two numbers: no tie is broken by how a sum was rounded

/** The steps of a network and its weights, ready to run on `length` bases. */
function makeNetwork(steps, weights, length) {
  const shapes = [[4, length], ...steps.map(({ shape }) => shape)], sizes = shapes.map((shape) => shape.reduce((all, n) => all * n, 1));
  const readers = shapes.map((_, value) => steps.flatMap(({ of }, i) => (of.includes(value) ? [i] : [])));

  /** A convolution or dense layer; or the part of its sums, without the bias, that comes from the rows `from` to `to`. */
  function weigh(step, input, [rows, columns = 1], from = 0, to = null) {
    const [outputs, places = 1] = step.shape, out = new Float64Array(outputs * places), all = to === null, end = to ?? rows;
    const { width = 1, stride = 1, dilation = 1, padding = 0 } = step;
    for (let o = 0; o < outputs; o++) {
      if (all) out.fill(weights[step.bias + o], o * places, (o + 1) * places);
      for (let r = from; r < end; r++) {
        for (let j = 0; j < width; j++) {
          const weight = weights[step.weight + (o * rows + r) * width + j], shift = j * dilation - padding;
          const first = Math.max(0, Math.ceil(-shift / stride)), last = Math.min(places, Math.floor((columns - 1 - shift) / stride) + 1);
          for (let p = first, at = r * columns + shift + first * stride; p < last; p++, at += stride) out[o * places + p] += weight * input[at];
        }
      }
    }
    return out;
  }

  /** The first convolution, of bases as numbers from 0 to 3, -1 for N. */
  function scan(step, tokens) {
    const [outputs, places] = step.shape, out = new Float64Array(outputs * places), { width, stride, dilation, padding } = step;
    for (let o = 0; o < outputs; o++) {
      for (let p = 0; p < places; p++) {
        let sum = weights[step.bias + o];
        for (let j = 0; j < width; j++) {
          const base = tokens[p * stride + j * dilation - padding];
          if (base >= 0) sum += weights[step.weight + (o * 4 + base) * width + j];
        }
        out[o * places + p] = sum;
      }
    }
    return out;
  }

  function pool(step, input, [rows, columns]) {
    const { size, stride, dilation, padding, edges } = step, largest = step.kind === "max";
    const places = step.shape[1] ?? 1, out = new Float64Array(rows * places);
    for (let r = 0; r < rows; r++) {
      for (let p = 0; p < places; p++) {
        let value = largest ? -Infinity : 0, count = 0;
        for (let j = 0; j < size; j++) {
          const at = p * stride + j * dilation - padding;
          if (at < 0 || at >= columns) continue;
          const one = input[r * columns + at];
          value = largest ? (one > value ? one : value) : value + one;
          count++;
        }
        out[r * places + p] = largest ? value : value / (edges ? size : count);
      }
    }
    return out;
  }

  const each = (input, make) => {
    const out = new Float64Array(input.length);
    for (let i = 0; i < out.length; i++) out[i] = make(input[i], i);
    return out;
  };
  const kinds = {
    conv: (step, [input], [shape]) => weigh(step, input, shape),
    dense: (step, [input], [shape]) => weigh(step, input, [shape[0]]),
    max: (step, [input], [shape]) => pool(step, input, shape),
    average: (step, [input], [shape]) => pool(step, input, shape),
    relu: (step, [input]) => each(input, (value) => (value > 0 ? value : 0)),
    scale: (step, [input], [[rows]]) => each(input, (value, i) => {
      const row = Math.floor((i * rows) / input.length);
      return value * weights[step.weight + row] + weights[step.bias + row];
    }),
    add: (step, [one, other]) => each(one, (value, i) => value + other[i]),
    join: (step, inputs) => {
      const out = new Float64Array(inputs.reduce((sum, { length: n }) => sum + n, 0));
      inputs.reduce((at, input) => (out.set(input, at), at + input.length), 0);
      return out;
    },
    same: (step, [input]) => input,
  };
  function make(step, values, tokens) {
    if (step.kind === "conv" && step.of[0] === 0 && tokens) return scan(step, tokens);
    return kinds[step.kind](step, step.of.map((i) => values[i]), step.of.map((i) => shapes[i]));
  }

  /** All values of one sequence. */
  function run(tokens) {
    const values = [new Float64Array(4 * length)];
    tokens.forEach((base, i) => base >= 0 && (values[0][base * length + i] = 1));
    for (const step of steps) values.push(make(step, values, tokens));
    return values;
  }

  /** The logit that follows if value `at` were another one, and all before as they are. */
  function resumed(values, at, other) {
    const changed = values.slice(0, at).concat([other]);
    for (let i = at; i < steps.length; i++) changed.push(make(steps[i], changed));
    return changed.at(-1)[0];
  }

  /** Gives `change(i, base)`: by how much the logit changes if that base stands at i. Windows without it are left alone. */
  function mutants(tokens) {
    const values = run(tokens), logit = values.at(-1)[0], first = steps.findIndex(({ kind, of }) => kind === "conv" && of[0] === 0);
    const alone = first === 0 && readers[0].length === 1, { shape: [outputs, places] = [], width, stride, dilation, padding } = steps[0];
    return (i, base) => {
      if (tokens[i] === base) return 0;
      if (!alone) {
        const mutated = tokens.slice();
        mutated[i] = base;
        return run(mutated).at(-1)[0] - logit;
      }
      const sums = values[1].slice();
      for (let j = 0; j < width; j++) {
        const p = (i + padding - j * dilation) / stride;
        if (!Number.isInteger(p) || p < 0 || p >= places) continue;
        for (let o = 0; o < outputs; o++) {
          const at = steps[0].weight + o * 4 * width + j;
          sums[o * places + p] += weights[at + base * width] - (tokens[i] >= 0 ? weights[at + tokens[i] * width] : 0);
        }
      }
      return resumed(values, 1, sums) - logit;
    };
  }

  /** What each filter adds to the logit: how far it falls when the filter hands on nothing but zeros; see Python. */
  function adds({ conv, chain }, values, off) {
    const at = chain.at(-1), filters = steps[conv].shape[0], many = sizes[at] / filters, handed = values[at].slice();
    for (const k of off) handed.fill(0, k * many, (k + 1) * many);
    const logit = resumed(values, at, handed), base = resumed(values, at, new Float64Array(handed.length));
    const [reader] = readers[at], alone = readers[at].length === 1 && ["conv", "dense"].includes(steps[reader].kind);
    const whole = alone && weigh(steps[reader], handed, rowsOf(at)), perFilter = rowsOf(at)[0] / filters;
    const found = Array.from({ length: filters }, (_, k) => {
      if (handed.subarray(k * many, (k + 1) * many).every((value) => value === 0)) return 0;
      if (!alone) {
        const fewer = handed.slice();
        fewer.fill(0, k * many, (k + 1) * many);
        return logit - resumed(values, at, fewer);
      }
      const part = weigh(steps[reader], handed, rowsOf(at), k * perFilter, (k + 1) * perFilter), fewer = whole.map((value, i) => value - part[i]);
      const before = values.slice(0, reader + 1);
      before[at] = handed;
      return logit - resumed(before, reader + 1, fewer);
    });
    return { logit, base, adds: found, together: logit - base - found.reduce((sum, value) => sum + value, 0) };
  }
  const rowsOf = (value) => (steps[readers[value][0]].kind === "dense" ? [sizes[value]] : shapes[value]);

  return { steps, shapes, run, adds, mutants, logit: (tokens) => run(tokens).at(-1)[0] };
}

/** The largest number of a row, and the first place that has it. */
function bestOf(values, from, to) {
  let most = -Infinity;
  for (let i = from; i < to; i++) if (values[i] > most) most = values[i];
  const near = most - CLOSE_CALL * (1 + Math.abs(most));
  let place = from;
  while (values[place] < near) place++;
  return [most, place - from];
}
