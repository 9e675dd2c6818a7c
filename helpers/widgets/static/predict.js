const shown = (value) => (typeof value === "number" ? String(Number(value.toPrecision(6))).replace("-", MINUS) : value);

/** A curve to be drawn by hand: `draw(guess, truth)` paints it, `truth` where it is revealed. */
function sketch(view) {
  const xs = view.get("x"), [low, high] = view.get("y_range"), last = xs.length - 1;
  const open = () => view.get("revealed") && Boolean(view.get("guess")) && Boolean(view.get("answer"));
  let at = 0, bent = null, axes = null; // the place that keys bend; the one that was bent last in this stroke
  const picture = new Surface(view, { label: "Your curve", height: (width) => clamp(width * 0.42, 220, 320) });
  const nearest = (x) => xs.reduce((best, place, i) => (Math.abs(place - x) < Math.abs(xs[best] - x) ? i : best), 0);
  const line = () => (view.get("guess") ?? xs.map(() => (low + high) / 2)).slice();

  /** Bend the curve at a place, and on the way there from where this stroke was before. */
  function bend(to, value) {
    const curve = line(), from = bent ?? to, was = bent === null ? value : curve[bent], step = Math.sign(to - from);
    for (let i = from; i !== to; i += step) curve[i + step] = was + ((value - was) * (i + step - from)) / (to - from);
    curve[to] = clamp(value, low, high);
    [at, bent] = [to, to];
    view.set({ guess: curve });
  }
  picture.drag({
    grab: (point) => (axes?.holds(point) && !open() ? "curve" : null),
    move: (point) => bend(nearest(axes.xAt(point.x)), clamp(axes.yAt(point.y), low, high)),
    drop: () => { bent = null; },
  });
  const walk = (by) => () => {
    at = clamp(at + by, 0, last);
    view.redraw();
  };
  const turn = (sign) => () => {
    if (open()) return;
    bent = null;
    bend(at, clamp(line()[at] + (sign * (high - low)) / 40, low, high));
    bent = null;
  };
  picture.keys("left and right choose a place, up and down bend your curve there",
    { ArrowLeft: walk(-1), ArrowRight: walk(1), ArrowUp: turn(1), ArrowDown: turn(-1), Home: walk(-Infinity), End: walk(Infinity) });

  function draw(guess, truth) {
    const c = picture.begin(), { colours } = view, top = truth ? Math.max(high, ...truth) : high, bottom = truth ? Math.min(low, ...truth) : low;
    axes = new Axes(picture, colours, { left: 58, right: picture.width - 14, top: 22, bottom: picture.tall - 44 }, [xs[0], xs[last]], [bottom, top]);
    axes.frame({ xLabel: view.get("x_label"), yLabel: view.get("y_label"), xTicks: 6 });
    picture.font(12.5, "600");
    c.fillStyle = colours.muted;
    axes.text(truth ? "dashed: your guess" : guess ? "your guess" : "draw your guess here", axes.box.left, 10);
    c.setLineDash(truth ? [6, 4] : []);
    if (guess) axes.line(xs, guess, truth ? colours.muted : colours.accent, 2.5);
    c.setLineDash([]);
    if (truth) axes.line(xs, truth, colours.fg, 3);
    const shown = guess ?? line();
    if (!truth) axes.dot(xs[at], clamp(shown[at], low, high), colours.accent, 6);
    const here = `At ${shown_(xs[at])} your curve stands at ${shown_(shown[at])}`;
    picture.describe(truth ? `${here}; it is ${shown_(truth[at])}.` : guess ? `${here}.` : "No curve is drawn yet.");
  }
  const shown_ = (value) => shown(Number(value.toPrecision(3)));
  return { draw, off: () => (open() ? view.get("guess").reduce((sum, value, i) => sum + Math.abs(value - view.get("answer")[i]), 0) / xs.length : 0) };
}

export default widget("predict", (view) => {
  const options = view.get("options"),
    truth = () => view.get("answer"),
    guess = () => view.get("guess");
  const unit = view.get("unit") ? ` ${view.get("unit")}` : "";
  view.hint("Guess first, then run the cell, then look. A wrong guess that surprises you teaches the most.");
  view.watch("guess", "answer", "because", "revealed");

  // ---- the guess: one of the options, or a number
  const choose = (i) => view.set({ guess: options[i] });
  const list =
    options.length > 0 ? choices(view, { name: "guess", prompt: view.get("question"), options, choose }) : null;
  const curve = (view.get("x") ?? []).length > 0; // a notebook saved before there were curves has none
  const field = h("input", { type: "number", step: "any", id: view.id + "-number" });
  view.listen(field, "input", () => view.set({ guess: field.value === "" ? null : Number(field.value) }));
  let drawn = null;
  if (curve) {
    view.add(h("p", { class: "dlg-question" }, ...words(view.get("question"))));
    drawn = sketch(view);
  } else if (list) view.add(list.element);
  else
    view.add(
      h("p", { class: "dlg-question" }, ...words(view.get("question"))),
      h("div", { class: "dlg-buttons dlg-number" }, h("label", { for: field.id }, "My guess"), field, unit.trim()),
    );

  // ---- the truth
  const reveal = view.button("Reveal", () => view.set({ revealed: true }), { primary: true });
  const buttons = view.controls(reveal);
  const verdict = h("dl", { class: "dlg-reveal" });
  view.add(verdict);

  const right = () =>
    curve ? Boolean(guess() && truth()) && drawn.off() <= view.get("tolerance") :
    guess() === truth() || (typeof truth() === "number" && Math.abs(guess() - truth()) <= view.get("tolerance"));

  function comparison() {
    if (right()) return curve ? `You had it: off by ${shown(Number(drawn.off().toPrecision(2)))} on average.` : "You had it.";
    if (curve) return `Your curve is off by ${shown(Number(drawn.off().toPrecision(2)))} on average: where do they part?`;
    if (typeof truth() !== "number") return "A surprise: worth a second look.";
    const side = guess() > truth() ? "high" : "low",
      ratio = guess() / truth(),
      factor = ratio > 1 ? ratio : 1 / ratio;
    const far = ratio > 0 && factor >= 2 ? `, a factor of ${shown(Number(factor.toPrecision(2)))}` : "";
    return `Your guess is ${shown(Number(Math.abs(guess() - truth()).toPrecision(3)))}${unit} too ${side}${far}.`;
  }

  function draw() {
    const known = truth() !== null && truth() !== undefined,
      guessed = guess() !== null && guess() !== undefined,
      open = view.get("revealed") && known && guessed;
    list?.show(
      options.indexOf(guess()),
      open
        ? options.map((option) =>
            option === truth() ? { right: true, text: "" } : option === guess() ? { right: false, text: "" } : null,
          )
        : [],
      open,
    );
    drawn?.draw(guess(), open ? truth() : null);
    if (!list && document.activeElement !== field) field.value = guessed ? guess() : "";
    field.disabled = open;
    reveal.disabled = !known || !guessed;
    buttons.hidden = open;
    verdict.hidden = !open || (curve && !view.get("because"));
    if (open) {
      verdict.dataset.verdict = right() ? "right" : "wrong";
      verdict.replaceChildren(
        ...(curve ? [] : [h("dt", {}, "You guessed"),
        h("dd", {}, ...words(shown(guess()) + unit)),
        h("dt", {}, "It is"),
        h("dd", {}, ...words(shown(truth()) + unit))]),
      );
      if (view.get("because")) verdict.append(h("dd", { class: "dlg-because" }, ...words(view.get("because"))));
    }
    const mine = curve ? "" : `, ${shown(guess())}${unit},`;
    view.say(
      open
        ? comparison()
        : !guessed
          ? "No guess yet."
          : known
            ? `Your guess${mine} is kept.`
            : `Your guess${mine} is kept. Run the next cell to find out.`,
    );
  }

  return {
    draw,
    numbers: () => ({ guess: guess() ?? null, revealed: view.get("revealed"), right: view.get("revealed") && right(), ...(curve ? { off: drawn.off() } : {}) }),
  };
});
