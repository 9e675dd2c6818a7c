const shown = (value) => (typeof value === "number" ? String(Number(value.toPrecision(6))).replace("-", MINUS) : value);

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
  const field = h("input", { type: "number", step: "any", id: view.id + "-number" });
  view.listen(field, "input", () => view.set({ guess: field.value === "" ? null : Number(field.value) }));
  if (list) view.add(list.element);
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
    guess() === truth() || (typeof truth() === "number" && Math.abs(guess() - truth()) <= view.get("tolerance"));

  function comparison() {
    if (right()) return "You had it.";
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
    if (!list && document.activeElement !== field) field.value = guessed ? guess() : "";
    field.disabled = open;
    reveal.disabled = !known || !guessed;
    buttons.hidden = open;
    verdict.hidden = !open;
    if (open) {
      verdict.dataset.verdict = right() ? "right" : "wrong";
      verdict.replaceChildren(
        h("dt", {}, "You guessed"),
        h("dd", {}, ...words(shown(guess()) + unit)),
        h("dt", {}, "It is"),
        h("dd", {}, ...words(shown(truth()) + unit)),
      );
      if (view.get("because")) verdict.append(h("dd", { class: "dlg-because" }, ...words(view.get("because"))));
    }
    view.say(
      open
        ? comparison()
        : !guessed
          ? "No guess yet."
          : known
            ? `Your guess, ${shown(guess())}${unit}, is kept.`
            : `Your guess, ${shown(guess())}${unit}, is kept. Run the next cell to find out.`,
    );
  }

  return {
    draw,
    numbers: () => ({ guess: guess() ?? null, revealed: view.get("revealed"), right: view.get("revealed") && right() }),
  };
});
