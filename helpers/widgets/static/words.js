// Questions in words: `code` between backticks, and options to choose from. Goes after common.js.

/** Text with `code` between backticks, as nodes. */
const words = (text) => text.split("`").map((part, i) => (i % 2 ? h("code", {}, part) : part));

/** A question with options to choose one of; `choose(i)` is called with the index. Returns { element, show(chosen, notes, locked) }. */
function choices(view, { name, prompt, options, choose }) {
  const id = (part, i) => `${view.id}-${name}-${part}${i}`;
  const inputs = options.map((_, i) =>
    h("input", {
      type: "radio",
      name: `${view.id}-${name}`,
      value: String(i),
      "aria-labelledby": id("text", i),
      "aria-describedby": id("note", i),
    }),
  );
  const notes = options.map((_, i) => h("small", { id: id("note", i) }));
  const labels = options.map((text, i) =>
    h("label", { class: "dlg-option" }, inputs[i], h("span", { id: id("text", i) }, ...words(text)), notes[i]),
  );
  inputs.forEach((input, i) => view.listen(input, "change", () => choose(i)));
  return {
    element: h("fieldset", { class: "dlg-options" }, h("legend", {}, ...words(prompt)), ...labels),
    /** `verdicts[i]` is null or { right, text }: what is said under option i. */
    show(chosen, verdicts = [], locked = false) {
      inputs.forEach((input, i) => {
        const verdict = verdicts[i] ?? null;
        input.checked = i === chosen;
        input.disabled = locked;
        labels[i].toggleAttribute("data-verdict", verdict !== null);
        if (verdict) labels[i].dataset.verdict = verdict.right ? "right" : "wrong";
        notes[i].replaceChildren(
          ...(verdict ? [h("b", {}, verdict.right ? "✓ Right. " : "✗ Not so. "), ...words(verdict.text)] : []),
        );
      });
    },
  };
}
