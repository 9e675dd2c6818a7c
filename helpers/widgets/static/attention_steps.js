const ROW = 26, KEYS = 16, HEAD = 22, GAP = 12; // of the sheet: CSS pixels, and how many keys it shows
const NARROW = 460, READABLE = 34, LEAST = 22; // of a sheet, and of a number in it: on a narrow sheet the values stand under the keys
const WHICH = ["q", "k", "v"];
const STAGES = ["scores", "scaled", "softmax", "output"]; // as in Python

export default widget("attention-steps", (view) => {
  const get = (name) => view.get(name), kept = keeper();
  const [heads, count, width, across] = get("shape"), columns = { q: width, k: width, v: across };
  const given = Object.fromEntries(WHICH.map((which) => [which, floats(get(which))]));
  const added = get("mask").byteLength ? floats(get("mask")) : null;
  let cells = null; // of the sheet, where they were drawn last
  let chosen = null; // the number that keys change: { which, token, column }; tokens count in the original order

  // ---- arithmetic
  const head = () => Math.min(get("head"), heads - 1);
  const query = () => Math.min(get("query"), count - 1);
  const headKey = () => `${head()} ${JSON.stringify(get("edits"))}`;
  const key = () => [headKey(), get("order"), get("masking"), get("scaled"), get("temperature")].join("|");
  const name = (i) => get("tokens")[get("order")[i]];

  /** Queries, keys, values of the head with the learner's changes, in the original order, and all products of q and k. */
  const parts = () => kept("parts", headKey(), () => {
    const all = {};
    for (const which of WHICH) {
      const size = count * columns[which];
      all[which] = Float64Array.from(given[which].subarray(head() * size, (head() + 1) * size));
    }
    for (const [which, of, token, column, edited] of get("edits")) if (of === head()) all[which][token * columns[which] + column] = edited;
    all.products = new Float64Array(count * count);
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < count; j++) {
        let sum = 0;
        for (let c = 0; c < width; c++) sum += all.q[i * width + c] * all.k[j * width + c];
        all.products[i * count + j] = sum;
      }
    }
    return all;
  });
  const divisor = () => (get("scaled") ? Math.sqrt(width) : 1) * get("temperature");
  const MASK = { none: () => 0, causal: (i, j) => (j > i ? -Infinity : 0), own: (i, j) => (added ? added[i * count + j] : 0) };
  const masked = (i, j) => MASK[get("masking")](i, j);
  function scored(i, order) {
    const { products } = parts(), by = divisor(), mask = MASK[get("masking")];
    return Float64Array.from({ length: count }, (_, j) => products[order[i] * count + order[j]] / by + mask(i, j));
  }
  const weights = () => kept("weights", key(), () => {
    const all = new Float64Array(count * count);
    for (let i = 0; i < count; i++) all.set(softmax(scored(i, get("order"))), i * count);
    return all;
  });
  const rowOf = (i) => weights().subarray(i * count, (i + 1) * count);
  function mixed(row, order) {
    const { v } = parts();
    return Array.from({ length: across }, (_, c) => row.reduce((total, weight, j) => total + weight * v[order[j] * across + c], 0));
  }
  const output = () => mixed(rowOf(query()), get("order"));

  const shuffled = () => get("order").some((token, i) => token !== i);
  /** The asking token's output in the original order, and how far it is from the present one. */
  function before() {
    const plain = get("order").map((_, i) => i);
    return mixed(softmax(scored(get("order")[query()], plain)), plain);
  }
  function moved() {
    const then = before();
    return output().reduce((most, value, c) => Math.max(most, Math.abs(value - then[c])), 0);
  }

  // ---- controls
  view.hint("Choose who asks, and follow each number, step by step, from query to output. Click a number in q, k or v, and press + or − to change it.");
  view.challenge("let one key take more than nine tenths of the weight.", () => count > 1 && Math.max(...rowOf(query())) > 0.9);
  const percent = (value) => fixed(value, 2);
  const masks = [["none", "none"], ["causal", "only those before"], ...(added ? [["own", "own"]] : [])];
  const stage = () => STAGES.indexOf(get("stage"));
  view.controls(
    view.choice("stage", "Show up to", [["scores", "1 scores"], ["scaled", "2 scaled"], ["softmax", "3 softmax"], ["output", "4 output"]]),
    view.slider("query", "Asks", { min: 0, max: count - 1, step: 1, format: (i) => `${i} ${name(Math.min(i, count - 1))}` }),
    ...(heads > 1 ? [view.slider("head", "Head", { min: 0, max: heads - 1, step: 1 })] : []),
    view.slider("temperature", "Temperature", { min: -1.3, max: 1.3, step: 0.05, log: true, format: percent, onchange: (value) => view.set({ temperature: clamp(value, 0.05, 20) }) }),
    view.toggle("scaled", "Divide by √d"),
  );
  const reorder = (order) => view.set({ order, query: order.indexOf(get("order")[query()]) });
  function shuffle() {
    const order = get("order").slice();
    do {
      for (let i = count - 1; i > 0; i--) {
        const j = Math.floor(Math.random() * (i + 1));
        [order[i], order[j]] = [order[j], order[i]];
      }
    } while (count > 1 && order.every((token, i) => token === i)); // a shuffle that changes nothing looks broken
    reorder(order);
  }
  const back = view.button("Back in order", () => reorder(get("order").slice().sort((a, b) => a - b)));
  const undo = view.button("Undo changes", () => view.set({ edits: [] }));
  view.controls(view.choice("masking", "Mask", masks), h("div", { class: "dlg-buttons" }, view.button("Shuffle tokens", shuffle, { primary: true }), back),
    h("div", { class: "dlg-buttons" }, view.button("Number −", () => turn(-1)()), view.button("Number +", () => turn(1)()), undo));
  view.watch("order", "edits", "query", "head");

  // ---- hands
  const places = view.add(h("div", { class: "dlg-unequal" }));
  const rows = Math.min(count, KEYS), room = (wide) => (wide - 290) / (width + across); // for a number, about, side by side
  const stacked = (wide) => wide < NARROW || (room(wide) < READABLE && (wide - 160) / Math.max(width, across) >= LEAST);
  const height = (wide) => 2 * HEAD + 2 * GAP + (rows + (shuffled() ? 3 : 2)) * ROW + 6 + (stacked(wide) ? HEAD + GAP + rows * ROW : 0);
  const sheet = new Surface(view, { label: "One row of attention in numbers", height, place: places });
  const square = new Surface(view, { label: "All weights", height: (wide) => Math.min(wide, 360), place: places });
  let box = null;
  const ask = (i) => view.set({ query: clamp(i, 0, count - 1) });
  const value = ({ which, token, column }) => parts()[which][token * columns[which] + column];
  function change(cellHere, to) {
    const { which, token, column } = cellHere, rounded = clamp(Math.round(to * 100) / 100, -1000, 1000);
    const others = get("edits").filter(([w, of, t, c]) => !(w === which && of === head() && t === token && c === column));
    view.set({ edits: [...others, [which, head(), token, column, rounded]] });
  }
  const pace = () => kept("pace", String(get("shape")), () => WHICH.every((which) => given[which].every(Number.isInteger))) ? 1 : Math.max(0.1, Math.round(Math.max(...["q", "k", "v"].map((which) => largest(which))) * 2) / 20);
  const largest = (which) => kept(`largest ${which}`, headKey(), () => parts()[which].reduce((most, v) => Math.max(most, Math.abs(v)), 1e-9));
  sheet.drag({
    grab(point) {
      const found = cells?.find(({ x, y, wide }) => point.x >= x && point.x < x + wide && point.y >= y && point.y < y + ROW);
      return found ? { ...found, from: found.which ? value(found) : 0, top: point.y } : null;
    },
    move(point, held) {
      if (!held.which) return ask(held.row);
      chosen = held;
      if (Math.abs(held.top - point.y) < 3) return view.redraw();
      change(held, held.from + Math.round((held.top - point.y) / 8) * pace());
    },
  });
  const pick = (down, right) => {
    const own = get("order")[query()], list = visible().map((j) => get("order")[j]);
    if (!chosen) chosen = { which: "q", token: own, column: 0 };
    else {
      const lane = chosen.which === "q" ? 0 : list.indexOf(chosen.token) + 1, next = clamp(lane + down, 0, list.length);
      let column = (chosen.which === "v" ? width : 0) + chosen.column + right;
      column = clamp(column, 0, (next === 0 ? width : width + across) - 1);
      chosen = next === 0 ? { which: "q", token: own, column } : { which: column < width ? "k" : "v", token: list[next - 1], column: column < width ? column : column - width };
    }
    view.redraw();
  };
  const arrow = (down, right) => (event) => (event.shiftKey ? pick(down, right) : ask(query() + down + right));
  const turn = (sign) => () => (chosen ? change(chosen, value(chosen) + sign * pace()) : pick(0, 0));
  sheet.keys("numbers of one row; up and down change who asks, shift and arrows choose a number, plus and minus change it",
    { ArrowUp: arrow(-1, 0), ArrowDown: arrow(1, 0), ArrowLeft: arrow(0, -1), ArrowRight: arrow(0, 1), "+": turn(1), "=": turn(1), "-": turn(-1), Home: () => ask(0), End: () => ask(count - 1) });
  square.drag({ grab: (point) => (box && point.y >= box.y && point.y < box.y + box.height ? "row" : null), move: (point) => ask(Math.floor(((point.y - box.y) / box.height) * count)) });

  // ---- pictures
  /** The keys that the sheet shows: all, or those asked most. */
  function visible() {
    const all = Array.from({ length: count }, (_, j) => j), row = rowOf(query());
    return count <= KEYS ? all : all.sort((a, b) => row[b] - row[a]).slice(0, KEYS).sort((a, b) => a - b);
  }

  function drawSheet() {
    const c = sheet.begin(), { colours } = view, wide = sheet.width, row = query(), order = get("order"), shares = rowOf(row), two = stacked(wide);
    const text = (words, at, y, align = "right", strong = false) => {
      sheet.font(two ? 11 : 12.5, strong ? "600" : "");
      Object.assign(c, { fillStyle: strong ? colours.fg : colours.muted, textAlign: align, textBaseline: "middle" });
      c.fillText(words, at, y);
    };
    sheet.font(two ? 11 : 12.5, "600");
    const label = clamp(Math.max(...[row, ...visible()].map((j) => c.measureText(`${j} ${name(j)}`).width)) + 12, 40, wide * 0.35);
    const room = two ? 54 : clamp(wide * 0.1, 44, 76), bar = two ? 110 : room * 1.6, each = (rest, numbers) => Math.min(44, rest / numbers);
    const eachKey = two ? each(wide - label - 2 * room, width) : each(wide - label - 2 * room - bar - 3 * GAP, width + across);
    const eachValue = two ? each(wide - label - bar - GAP, across) : eachKey;
    const x = { k: label, products: label + width * eachKey + room };
    Object.assign(x, { scores: x.products + room, bar: two ? label : x.products + room + 8 });
    Object.assign(x, { v: two ? label + bar + GAP : x.products + room + bar + GAP });
    const digits = [...parts().q, ...parts().k].every(Number.isInteger) && width <= 16 ? 0 : 2;
    const figure = (here, most_ = digits) => fixed(here, Number.isInteger(here) ? 0 : Math.abs(here) < 100 ? Math.max(most_, 1) : 0);
    cells = [];
    const written = (here, room_) => (room_ >= 22 ? figure(here, room_ >= 32 ? 2 : 1) : "");
    const plate = (here, at, y, room_, ground, weight = "") =>
      cell(sheet, { x: at, y: y + 1, width: room_ - (room_ > 8 ? 2 : 0), height: ROW - 2, ground, weight,
        size: room_ >= 32 ? 11.5 : 9.5, text: written(here, room_) });
    const number = (which, token, column, at, y, strength = 1) => {
      const here = parts()[which][token * columns[which] + column], room_ = which === "v" ? eachValue : eachKey;
      plate(here, at + column * room_, y, room_, weightTint(here * strength, largest(which), colours.dark));
      if (chosen && chosen.which === which && chosen.token === token && chosen.column === column) {
        c.strokeStyle = colours.accent;
        c.lineWidth = 3;
        c.strokeRect(at + column * room_, y + 1, room_ - 2, ROW - 2);
      }
      cells.push({ which, token, column, x: at + column * room_, y, wide: room_ });
    };
    const names = (j, y) => {
      const long = `${j} ${name(j)}`;
      let words = long;
      while (c.measureText(words).width > label - 8 && words.length > 3) words = `${words.slice(0, -2)}…`;
      text(words, label - 8, y + ROW / 2, "right", j === row);
      cells.push({ row: j, x: 0, y, wide: label });
    };
    const keyRow = (j, y) => {
      const middle = y + ROW / 2, product = parts().products[order[row] * count + order[j]], closed = masked(row, j) === -Infinity;
      names(j, y);
      for (let column = 0; column < width; column++) number("k", order[j], column, x.k, y);
      text(figure(product), x.products, middle, "right", !closed);
      if (stage() > 0) text(closed ? "masked" : figure(product / divisor() + masked(row, j), 2), x.scores, middle, "right", !closed);
    };
    const valueRow = (j, y) => {
      c.fillStyle = view.colours.hues.blue;
      if (stage() > 1) {
        c.fillRect(x.bar, y + 4, (x.v - GAP - x.bar - 42) * shares[j], ROW - 8);
        text(share(shares[j]), x.v - GAP, y + ROW / 2, "right", shares[j] > 0.0005);
      }
      for (let column = 0; column < across; column++) number("v", order[j], column, x.v, y, stage() > 2 ? shares[j] / most : 1);
    };
    const most = Math.max(...shares, 1e-9), division = [...(get("scaled") ? ["÷√d"] : []), ...(get("temperature") === 1 ? [] : ["÷T"])].join("") || "÷1";
    let y = HEAD;
    text("query q", x.k, HEAD / 2, "left", true);
    names(row, y);
    for (let column = 0; column < width; column++) number("q", order[row], column, x.k, y);
    if (!two) text(`asks: each key is multiplied with it${count > KEYS ? `; of ${count} keys, the ${KEYS} asked most` : ""}`, x.products - room + GAP, y + ROW / 2, "left");
    y += ROW + GAP;
    text("keys k", x.k, y + HEAD / 2, "left", true);
    text("q·k", x.products, y + HEAD / 2, "right", true);
    if (stage() > 0) text(division, x.scores, y + HEAD / 2, "right", true);
    const valueHeads = () => {
      if (stage() > 1) text("softmax", x.v - GAP, y + HEAD / 2, "right", true);
      text("values v", x.v, y + HEAD / 2, "left", true);
    };
    if (!two) valueHeads();
    y += HEAD;
    for (const j of visible()) {
      keyRow(j, y);
      if (!two) valueRow(j, y);
      y += ROW;
    }
    if (two) {
      y += GAP;
      valueHeads();
      y += HEAD;
      for (const j of visible()) {
        names(j, y);
        valueRow(j, y);
        y += ROW;
      }
    }
    y += GAP;
    c.strokeStyle = colours.muted;
    c.lineWidth = 1;
    c.beginPath();
    lineThrough(c, x.bar, y - GAP / 2, x.v + across * eachValue - x.bar, 0);
    c.stroke();
    const result = (words, numbers, strong) => {
      text(words, x.v - GAP, y + ROW / 2, "right", strong);
      numbers.forEach((here, column) => plate(here, x.v + column * eachValue, y, eachValue, weightTint(strong ? here : here / 3, largest("v"), colours.dark), strong ? "700" : ""));
      y += ROW;
    };
    if (stage() > 2) result(two ? "sum = output" : "sum of weights × values = output", output(), true);
    if (stage() > 2 && shuffled()) result("in the first order", before(), false);
  }

  function drawWeights() {
    square.begin();
    const all = weights();
    square.font(13); // the largest of the names beside the square
    const long = Math.max(...get("tokens").map((token) => square.context.measureText(token).width)), left = clamp(long + 26, 46, square.width / 2);
    const side = Math.min(square.width - left, square.tall - 46) - 4;
    box = { x: left, y: 42, width: side, height: side };
    const most = all.reduce((top, weight) => Math.max(top, weight), 1e-9);
    const closed = (i, j) => masked(i, j) === -Infinity;
    drawSquare(square, box, { count, at: (i, j) => all[i * count + j], most, row: query(), names: name, closed });
    nameAxes(square, box, 8, 10);
  }

  function draw() {
    if (chosen?.which === "q") chosen = { ...chosen, token: get("order")[query()] };
    drawSheet();
    drawWeights();
    const row = rowOf(query()), best = row.reduce((top, weight, j) => (weight > row[top] ? j : top), 0), who = `Token ${query()} (${name(query())})`;
    const far = shuffled() ? moved() : 0;
    back.disabled = !shuffled();
    undo.disabled = get("edits").length === 0;
    const result = `Output ${output().slice(0, 6).map((number) => fixed(number)).join(", ")}${across > 6 ? ", …" : ""}.`;
    const fate = row[best] > 0 ? `${who} asks, and takes most from token ${best} (${name(best)}), weight ${share(row[best])}. ${result}` : `${who} may ask nobody: every key is masked, so all weights are zero, and so is the output.`;
    const ordered = !shuffled() ? "" : far < 1e-6 ? " The tokens stand in another order, and its output is the same: order is lost." : ` The tokens stand in another order, and its output moved by ${fixed(far, 3)}: only the mask knows of places.`;
    const some = (list, make) => `${list.slice(0, 6).map(make).join(", ")}${list.length > 6 ? ", …" : ""}`;
    const { scores } = numbers(), by = get("temperature") === 1 ? "" : ` and by the temperature ${percent(get("temperature"))}`;
    const told = [
      () => `${who} asks: its query times each key, number by number and summed, gives the scores ${some(numbers().products, (score) => fixed(score))}.`,
      () => `${get("scaled") ? `Divided by √${width} = ${fixed(Math.sqrt(width))}${by}` : `Not divided by √${width}${by.replace(" and", ", but divided")}`}, they are ${some(scores, (score) => fixed(score))}.`,
      () => `Softmax makes shares of them: e to the power of each, over their sum. ${some(Array.from(row), share)}; what is masked gets 0.`,
    ][stage()];
    const held = chosen ? ` Chosen: ${chosen.which} of ${get("tokens")[chosen.token]}, number ${chosen.column + 1}, ${fixed(value(chosen))}.` : "";
    const sentence = (told ? told() : fate + ordered) + held;
    sheet.describe(sentence);
    square.describe(`Weights of all ${count} tokens: rows ask, columns are asked. ${fate}`);
    view.say(sentence);
  }

  const numbers = () => {
    const order = get("order"), i = query(), products = order.map((token) => parts().products[order[i] * count + token]);
    const all = order.map((_, r) => Array.from(rowOf(r)));
    return { products, scores: products.map((product) => product / divisor()), weights: all, output: output(), moved: moved() };
  };
  return { draw, numbers };
});
