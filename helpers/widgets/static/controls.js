// What a widget's controls are made of, and its aim. Joined after common.js.

const FOCUSABLE = "button, input, textarea, canvas[tabindex]";
const PRAISE_MS = 5000;

/** A page with controls that are bound to traits of the model. */
class View extends Page {
  /** A row of controls, under the pictures: what is looked at comes first, to the eye and to the Tab key. */
  controls(...elements) {
    const row = h("div", { class: "dlg-controls" }, ...elements);
    this.below.append(row);
    return row;
  }

  /** Controls that few need, folded away. */
  more(...elements) {
    const fold = h("details", { class: "dlg-more" }, h("summary", {}, "More"));
    fold.append(h("div", { class: "dlg-controls" }, ...elements));
    this.below.append(fold);
  }

  /**
   * A slider bound to a number. `log`: in powers of ten. `format(value)` is shown and spoken. `min`, `max` and
   * `step` may be functions; `mark()` gives a number to be marked under it, or null.
   */
  slider(
    trait,
    label,
    { min, max, step, log = false, mark = null, format = String, onchange = (value) => this.set({ [trait]: value }) },
  ) {
    const bound = (edge) => (typeof edge === "function" ? edge() : edge);
    const input = h("input", { type: "range", id: `${this.id}-${trait}`, min: bound(min), max: bound(max), step: bound(step) });
    const shown = h("output", { for: input.id });
    const row = h("div", { class: "dlg-slider" }, h("label", { for: input.id }, label), input, shown), notch = h("i", { class: "dlg-mark" });
    if (mark) row.append(notch);
    this.slide(input, (at) => onchange(log ? 10 ** at : at));
    this.#bind(trait, (value) => {
      Object.assign(input, { min: bound(min), max: bound(max), step: bound(step) });
      input.value = log ? Math.log10(value) : value;
      shown.textContent = format(value);
      input.setAttribute("aria-valuetext", format(value));
      const along = (at) => (at - input.min) / (input.max - input.min || 1);
      input.style.setProperty("--fill", `${100 * along(input.value)}%`);
      const at = mark?.() ?? NaN, place = along(log ? Math.log10(at) : at);
      notch.hidden = !(place >= 0 && place <= 1);
      notch.style.setProperty("--at", place || 0);
    });
    return row;
  }

  /** Do `action(value)` as a slider is moved. A finger moves it where it lands, before one knows whether it scrolls the page: that waits. */
  slide(input, action) {
    const act = () => action(Number(input.value));
    let landed = null; // of a finger: where the slider was, and whether it has moved since
    this.listen(input, "pointerdown", ({ pointerType }) => (landed = pointerType === "touch" ? { from: input.value, waits: false } : null));
    this.listen(input, "input", () => {
      if (landed && !landed.waits) return (landed.waits = true);
      landed = null;
      act();
    });
    this.listen(input, "pointerup", () => {
      if (landed?.waits) act();
      landed = null;
    });
    this.listen(input, "pointercancel", () => {
      if (landed) input.value = landed.from;
      landed = null;
    });
  }

  /** One of a few, or `several` (the trait is then a list). `options` is [[value, text, colour], ...]; a colour marks it. */
  choice(trait, label, options, { several = false, onchange = (value) => this.set({ [trait]: value }) } = {}) {
    const type = several ? "checkbox" : "radio";
    const inputs = options.map(([value]) => h("input", { type, name: `${this.id}-${trait}`, value: String(value) }));
    const segments = options.map(([, text, colour], i) =>
      h("label", {}, inputs[i], h("span", {}, ...(colour ? [h("i", { style: `background: ${colour}` })] : []), text)),
    );
    const chosen = () => options.filter((_, i) => inputs[i].checked).map(([value]) => value);
    inputs.forEach((input) => this.listen(input, "change", () => onchange(several ? chosen() : chosen()[0])));
    this.#bind(trait, (now) =>
      options.forEach(([value], i) => (inputs[i].checked = several ? now.includes(value) : now === value)),
    );
    return h("fieldset", { class: "dlg-choice" }, h("legend", {}, label), h("div", { class: "dlg-segments" }, ...segments));
  }

  /** On or off, bound to a truth-valued trait. */
  toggle(trait, label) {
    const input = h("input", { type: "checkbox", role: "switch", id: `${this.id}-${trait}` });
    this.listen(input, "change", () => this.set({ [trait]: input.checked }));
    this.#bind(trait, (value) => (input.checked = value));
    return h("label", { class: "dlg-toggle", for: input.id }, input, h("span", {}, label));
  }

  /** A button that calls `step()` every `frames` pictures until it returns false or the button is pressed again. */
  player(text, step, { frames = 1, begin = () => {} } = {}) {
    const play = () => {
      if (this.running) return (this.stop(), this.redraw());
      begin();
      let frame = 0;
      this.run(() => {
        const goes = frame++ % frames !== 0 || step() !== false;
        if (!goes) this.redraw();
        return goes;
      });
      this.redraw();
    };
    const button = this.button(text, play);
    this.sync(() => (button.textContent = this.running ? "Pause" : text));
    return button;
  }

  button(text, action, { primary = false } = {}) {
    const button = h("button", { type: "button", class: primary ? "dlg-button dlg-primary" : "dlg-button" }, text);
    this.listen(button, "click", action);
    return button;
  }

  /**
   * A first thing to do, under the hint; it ticks itself once `reached()`: when the hand rests, or now and then while
   * something runs, so that a drag pays nothing for it and passes by. What holds from the start is not reached by the
   * learner: it must have been false before.
   */
  challenge(sentence, reached) {
    const tick = h("span", { class: "dlg-tick", "aria-hidden": "true" }), done = h("span", { class: "dlg-spoken" });
    const line = h("p", { class: "dlg-challenge" }, tick, h("span", {}, h("b", {}, "Try: "), sentence), done);
    this.head().after(line);
    this.message.dataset.aim = `✓ Done: ${sentence}`;
    const check = () => {
      if (line.dataset.done || !reached()) return;
      line.dataset.done = this.message.dataset.praise = "yes";
      tick.textContent = "✓";
      done.textContent = " Done.";
      this.spoken.textContent = `Done: ${sentence} ${this.text.textContent}`;
      setTimeout(() => delete this.message.dataset.praise, PRAISE_MS);
    };
    this.afterwards.push(() => {
      if (!line.dataset.open && !reached()) line.dataset.open = "yes";
      if (line.dataset.open && !line.dataset.done) this.onceAtRest("challenge", check, { runs: true });
    });
  }

  /** Where a control with the focus is switched off or goes, the next one has it, or the one before, or the widget: never the page. */
  watchFocus() {
    const held = this.root.getRootNode().activeElement, all = this.root.contains(held) ? [...this.root.querySelectorAll(FOCUSABLE)] : [];
    const at = all.indexOf(held), usable = (element) => element.checkVisibility() && !element.matches(":disabled");
    return () => {
      if (at < 0 || usable(held)) return;
      const next = [...all.slice(at + 1), ...all.slice(0, at).reverse()].find(usable) ?? this.root;
      if (next === this.root) next.tabIndex = -1;
      next.focus({ preventScroll: true });
    };
  }

  #bind(trait, show) {
    this.watch(trait);
    this.sync(() => show(this.get(trait)));
  }
}
