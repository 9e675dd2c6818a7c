// A small network that learns in the browser: the arithmetic of helpers/widgets/mlp.py. A network is
// { sizes, activation, parameters, moments: [first, second], steps }; the parameters are flat, in torch's order.

const BETA_1 = 0.9, BETA_2 = 0.999, EPSILON = 1e-8;
const ACTIVATE = {
  none: { value: (z) => z, slope: () => 1 },
  ReLU: { value: (z) => (z > 0 ? z : 0), slope: (a) => (a > 0 ? 1 : 0) },
  tanh: { value: Math.tanh, slope: (a) => 1 - a * a },
  sigmoid: { value: (z) => 1 / (1 + Math.exp(-z)), slope: (a) => a * (1 - a) },
};
const count = (sizes) => sizes.slice(1).reduce((sum, outputs, k) => sum + (sizes[k] + 1) * outputs, 0);

/** Numbers in [0, 1): the generator mulberry32, which Python computes alike. */
function uniforms(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function freshNetwork(sizes, activation, seed) {
  const random = uniforms(seed), parameters = [];
  for (let k = 0; k + 1 < sizes.length; k++) {
    const bound = 1 / Math.sqrt(sizes[k]);
    for (let i = 0; i < (sizes[k] + 1) * sizes[k + 1]; i++) parameters.push(bound * (2 * random() - 1));
  }
  return { sizes, activation, parameters, moments: [parameters.map(() => 0), parameters.map(() => 0)], steps: 0 };
}

/** Makes `forward(x, y)`, the logit of a point, without making garbage; `signals` holds each layer's outputs after it. */
function runner({ sizes, activation, parameters }) {
  const { value } = ACTIVATE[activation], last = sizes.length - 2, p = Float64Array.from(parameters);
  const signals = sizes.map((units) => new Float64Array(units));
  const forward = (x, y) => {
    signals[0][0] = x;
    signals[0][1] = y;
    let at = 0;
    for (let k = 0; k <= last; k++) {
      const inputs = signals[k], outputs = signals[k + 1], bias = at + inputs.length * outputs.length;
      for (let o = 0; o < outputs.length; o++) {
        let z = p[bias + o];
        for (let i = 0; i < inputs.length; i++) z += p[at + o * inputs.length + i] * inputs[i];
        outputs[o] = k === last ? z : value(z);
      }
      at = bias + outputs.length;
    }
    return signals[last + 1][0];
  };
  return { forward, signals };
}

/** Mean binary cross-entropy of points [[x, y, label], ...], and the share that is right; loss 0 for no points. */
function judge(network, points) {
  const { forward } = runner(network);
  let loss = 0, right = 0;
  for (const [x, y, label] of points) {
    const logit = forward(x, y);
    loss += Math.max(logit, 0) - logit * label + Math.log1p(Math.exp(-Math.abs(logit)));
    right += logit > 0 === (label === 1);
  }
  return { loss: points.length ? loss / points.length : 0, right: points.length ? right / points.length : 0 };
}

/** The loss's slope in each parameter, by the chain rule from the last layer to the first. */
function gradient(network, points) {
  const { sizes, activation, parameters: p } = network, { slope } = ACTIVATE[activation];
  const { forward, signals } = runner(network), result = new Float64Array(p.length);
  const back = sizes.map((units) => new Float64Array(units));
  for (const [x, y, label] of points) {
    const logit = forward(x, y);
    back.at(-1)[0] = (1 / (1 + Math.exp(-logit)) - label) / points.length;
    let end = p.length;
    for (let k = sizes.length - 2; k >= 0; k--) {
      const inputs = signals[k], outputs = sizes[k + 1], bias = end - outputs, at = bias - inputs.length * outputs;
      back[k].fill(0);
      for (let o = 0; o < outputs; o++) {
        const error = back[k + 1][o];
        result[bias + o] += error;
        for (let i = 0; i < inputs.length; i++) {
          result[at + o * inputs.length + i] += error * inputs[i];
          back[k][i] += error * p[at + o * inputs.length + i];
        }
      }
      for (let i = 0; k > 0 && i < inputs.length; i++) back[k][i] *= slope(inputs[i]);
      end = at;
    }
  }
  return result;
}

/** The network after one step of Adam over all points at once. */
function adamStep(network, points, rate) {
  const g = gradient(network, points), steps = network.steps + 1;
  const first = network.moments[0].map((m, i) => BETA_1 * m + (1 - BETA_1) * g[i]);
  const second = network.moments[1].map((v, i) => BETA_2 * v + (1 - BETA_2) * g[i] * g[i]);
  const parameters = network.parameters.map((value, i) => value
    - (rate * first[i]) / (1 - BETA_1 ** steps) / (Math.sqrt(second[i] / (1 - BETA_2 ** steps)) + EPSILON));
  return { ...network, parameters, moments: [first, second], steps };
}
