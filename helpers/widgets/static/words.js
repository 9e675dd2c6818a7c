// Questions in words: `code` and *stress*, and options to choose from. Goes after common.js.

/** Text with `code` between backticks and *stress* between asterisks, as nodes. Asterisks with a space inside them, or in code, stay. */
const words = (text) =>
  text.split("`").flatMap((part, i) => (i % 2 ? [h("code", {}, part)] : part.split(STRESS).map((piece, k) => (k % 2 ? h("em", {}, piece) : piece))));
const STRESS = /(?<![\w*])\*([^\s*](?:[^*]*[^\s*])?)\*(?![\w*])/;

/** The same text as it is said aloud: without the marks. */
const plain = (text) => text.replaceAll("`", "").replace(new RegExp(STRESS, "g"), "$1");

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
  const steps = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, Enter: 0 };
  inputs.forEach((input, i) => {
    view.listen(input, "change", () => choose(i));
    view.listen(input, "keydown", (event) => { // what is chosen is judged at once: so an arrow only moves, Space or Enter chooses
      const step = steps[event.key];
      if (step === undefined || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
      event.preventDefault();
      if (step === 0) choose(i);
      else inputs[(i + step + inputs.length) % inputs.length].focus();
    });
  });
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
