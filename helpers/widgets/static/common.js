// Shared by every widget. helpers/widgets/base.py puts it, after BASES and PALETTE, before the widget's own file.
//
//   export default widget("noun", (view) => {
//     view.controls(view.slider("slope", "Slope", { min: -3, max: 3, step: 0.1 }), view.button("Reset", reset));
//     const picture = new Surface(view, { label: "What it shows", height: (width) => width / 2 }); // from plot.js
//     return { draw() { const c = picture.begin(); ...; view.say("One sentence."); }, numbers: () => ({ mse: mse() }) };
//   });

const MINUS = "\u2212";
const fixed = (value, digits = 2) => (Number(value.toFixed(digits)) < 0 ? MINUS : "") + Math.abs(value).toFixed(digits);
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const floats = (bytes) => new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
const reducedMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const inOrder = (names, dictionary) => names ?? Object.keys(dictionary); // a notebook saved before there were names has none
const SAVE_MS = 120;
const SPEAK_MS = 400; // the kernel and the screen reader hear of a drag when it rests

/** An element with attributes and children; null attributes are left out. */
function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** One picture of one model: its page, its redraw, and the end of all of it; its controls are in controls.js. */
class Page {
  #closing = new AbortController();
  #observers = [];
  #syncs = [];
  #watched = [];
  #saveTimer = 0;
  #frame = 0;
  #waiting = false;
  #paints = 0;
  #colours = null;
  afterwards = []; // what each drawing is followed by
  #timers = new Map();
  manuals = []; // [picture, what its keys do, which they are]

  constructor(model, el, name) {
    this.model = model;
    this.id = "dlg" + Math.random().toString(36).slice(2, 9);
    this.text = h("span");
    this.message = h("p", { class: "dlg-message", "aria-hidden": "true" }, this.text);
    this.spoken = h("p", { class: "dlg-spoken", role: "status" });
    this.root = h(
      "div",
      { class: "dlg", role: "group", "aria-label": model.get("label"), "data-widget": name },
      h("p", { class: "dlg-title" }, model.get("label")),
    );
    this.body = h("div", { class: "dlg-body" });
    this.below = h("div", { class: "dlg-body dlg-below" });
    this.root.append(this.body, this.below, this.message, this.spoken);
    el.append(this.root);
    this.#guardKeys();
    this.#followHost();
  }

  // ---- the model -----------------------------------------------------------------------------------------------

  get(name) {
    return this.model.get(name);
  }

  /** Set traits; the redraw follows at once, the kernel hears of it when the hand rests. */
  set(changes) {
    for (const [name, value] of Object.entries(changes)) this.model.set(name, value);
    clearTimeout(this.#saveTimer);
    this.#saveTimer = setTimeout(() => {
      this.#saveTimer = 0;
      this.model.save_changes();
    }, SAVE_MS);
  }

  /** Redraw whenever one of these traits changes, by hand or from Python. */
  watch(...names) {
    for (const name of names) {
      if (this.#watched.includes(name)) continue;
      this.#watched.push(name);
      this.model.on("change:" + name, this.redraw);
    }
  }

  // ---- drawing -------------------------------------------------------------------------------------------------

  begin({ draw, numbers }) {
    this.paint = draw;
    this.root.numbers = numbers; // what tests and the curious read: root.numbers()
    if (this.root.querySelector("canvas")) this.#offerTable(numbers);
    if (this.manuals.length) this.#offerKeys();
    this.redraw();
  }

  /** Several changes in one event cost one drawing: it happens when the event's handlers are done, before the paint. */
  redraw = () => {
    if (this.#waiting || this.signal.aborted) return;
    this.#waiting = true;
    queueMicrotask(() => {
      this.#waiting = false;
      if (this.signal.aborted || !this.paint || this.root.clientWidth === 0) return; // hidden: the resize will call
      const handOn = this.watchFocus();
      this.#syncs.forEach((sync) => sync());
      this.paint();
      handOn();
      this.root.dataset.paints = String(++this.#paints);
      this.afterwards.forEach((step) => step());
    });
  };

  /** The host's colours as strings for a canvas; `hues`: those of classes, models and marks; `inks`: the same, as lines take them in turn. */
  get colours() {
    if (!this.#colours) {
      const style = getComputedStyle(this.root);
      const names = ["fg", "muted", "grid", "bg", "soft", "accent", "good", "bad"];
      this.#colours = Object.fromEntries(names.map((name) => [name, style.getPropertyValue("--dlg-" + name).trim()]));
      this.#colours.dark = this.root.dataset.theme === "dark";
      this.#colours.hues = this.#colours.dark ? HUES_ON_DARK : HUES;
      this.#colours.inks = Object.values(this.#colours.hues);
    }
    return this.#colours;
  }

  #followHost() {
    const adopt = () => {
      const [r, g, b] = getComputedStyle(this.root).backgroundColor.match(/[\d.]+/g) ?? [255, 255, 255];
      this.root.dataset.theme = 0.299 * r + 0.587 * g + 0.114 * b < 110 ? "dark" : "light";
      this.#colours = null;
      this.redraw();
    };
    const soon = () => requestAnimationFrame(() => this.signal.aborted || adopt()); // once the host's style sheet is in
    const hosts = new MutationObserver(soon);
    const marks = ["class", "theme", "data-theme", "data-jp-theme-light", "data-vscode-theme-kind"];
    for (const host of [document.documentElement, document.body]) hosts.observe(host, { attributeFilter: marks });
    let width = -1;
    // fires once on attachment, too; heights are our own doing
    const sizes = new ResizeObserver(() => {
      if (width !== this.root.clientWidth) adopt();
      width = this.root.clientWidth;
    });
    sizes.observe(this.root);
    this.#observers.push(hosts, sizes);
    this.listen(matchMedia("(prefers-color-scheme: dark)"), "change", soon);
    adopt();
  }

  /** Show a sentence, in room for the `longest`; a screen reader says it once the hand rests, after `more` from elsewhere in the picture. */
  say(sentence, more = "", longest = "") {
    this.message.dataset.room = longest;
    if (this.text.textContent === sentence && !more) return;
    this.text.textContent = sentence;
    this.onceAtRest("speak", () => (this.spoken.textContent = `${more} ${sentence}`));
  }

  /** Do it when the hand has rested for a while; the last of a `kind` counts. With `runs`, every so often while something runs, too. */
  onceAtRest(kind, action, { runs = false } = {}) {
    if (runs && this.running && this.#timers.has(kind)) return;
    clearTimeout(this.#timers.get(kind));
    this.#timers.set(kind, setTimeout(() => (this.#timers.delete(kind), action()), SPEAK_MS));
  }

  // ---- the page ------------------------------------------------------------------------------------------------

  add(...elements) {
    this.body.append(...elements);
    return elements[0];
  }

  hint(sentence, look = "dlg-hint") {
    this.head().after(h("p", { class: look }, sentence));
  }

  /** What stands over the pictures ends here. */
  head() {
    return [...this.root.querySelectorAll(":scope > :is(.dlg-title, .dlg-hint)")].at(-1);
  }

  /** The numbers behind the pictures, for whom a picture says nothing; made only while it is open. */
  #offerTable(numbers) {
    const place = h("div", { class: "dlg-tables", role: "region", tabindex: 0, "aria-label": "The numbers as a table" });
    const fold = h("details", { class: "dlg-more" }, h("summary", {}, "As a table"), place);
    const fill = () => fold.open && !this.signal.aborted && place.replaceChildren(...tablesOf(numbers()));
    this.listen(fold, "toggle", fill);
    this.afterwards.push(() => fold.open && this.onceAtRest("table", fill));
    this.below.append(fold);
  }

  /** Which keys a picture takes, once it has been chosen with the Tab key; "?" opens and closes the list. */
  #offerKeys() {
    const inOrder = [...this.root.querySelectorAll("canvas")], told = this.manuals.sort(([a], [b]) => inOrder.indexOf(a) - inOrder.indexOf(b));
    const lines = told.map(([picture, does, keys]) => h("li", {}, h("b", {}, picture.getAttribute("aria-label")), `: ${does} (${keys})`));
    const fold = h("details", { class: "dlg-more" }, h("summary", {}, "Keys"), h("ul", { class: "dlg-keys" }, ...lines));
    this.below.append(fold);
    this.listen(this.root, "keydown", ({ key, target }) => {
      if (key === "?" && !target.matches("input, textarea")) fold.open = !fold.open;
    });
  }

  /** Keep something in step with the model, at each redraw. */
  sync(action) {
    this.#syncs.push(action);
  }

  // ---- hands and time ------------------------------------------------------------------------------------------

  get signal() {
    return this.#closing.signal;
  }

  /** A listener that ends with the view. */
  listen(target, type, handler, options = {}) {
    target.addEventListener(type, handler, { ...options, signal: this.signal });
  }

  /** Run `step()` once a frame until it returns false; at one go where motion is not wanted. Returns whether it runs. */
  run(step) {
    this.stop();
    if (reducedMotion()) {
      for (let left = 10000; left > 0 && step() !== false;) left--;
      return false;
    }
    const next = () => {
      this.#frame = step() === false ? 0 : requestAnimationFrame(next);
    };
    this.#frame = requestAnimationFrame(next);
    return true;
  }

  stop() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  get running() {
    return this.#frame !== 0;
  }

  // Jupyter's command keys (b, dd, m, arrows) fire on any focused element in an output that is no text field; Notebook 7
  // listens before the element hears of it, JupyterLab after. Both spare an element that carries the attribute below
  // (an ancestor's does not count). So plain keys are the widget's; combinations, Escape and Shift+Enter the notebook's.
  #guardKeys() {
    const ours = ({ ctrlKey, metaKey, altKey, shiftKey, key }) =>
      !(ctrlKey || metaKey || altKey || key === "Escape" || (shiftKey && key === "Enter"));
    this.listen(
      window,
      "keydown",
      (event) => {
        if (this.root.contains(event.target)) event.target.toggleAttribute("data-lm-suppress-shortcuts", ours(event));
      },
      { capture: true },
    );
    this.listen(this.root, "keydown", (event) => ours(event) && event.stopPropagation()); // other hosts
  }

  close() {
    if (this.#saveTimer) this.model.save_changes();
    clearTimeout(this.#saveTimer);
    this.#timers.forEach((timer) => clearTimeout(timer));
    this.stop();
    this.#closing.abort();
    this.#observers.forEach((observer) => observer.disconnect());
    this.#watched.forEach((name) => this.model.off("change:" + name, this.redraw));
    this.root.remove();
  }
}

/** What a widget's module exports: `setup(view)` builds the page and returns { draw, numbers }. */
function widget(name, setup) {
  return {
    render({ model, el }) {
      const view = new View(model, el, name);
      view.begin(setup(view));
      return () => view.close();
    },
  };
}
