// Brings the widgets of an exported page to life: a model that only this page knows, for each that the notebook saved.

const modules = new Map();

function load(esm) {
  if (!modules.has(esm)) modules.set(esm, import(URL.createObjectURL(new Blob([esm], { type: "text/javascript" }))));
  return modules.get(esm);
}

function adoptStyle(css) {
  if (document.head.querySelector("style.course-widget-style")) return; // all course widgets share one style sheet
  const style = document.createElement("style");
  style.className = "course-widget-style";
  style.textContent = css;
  document.head.append(style);
}

class Model {
  #callbacks = new Map();

  constructor({ state, buffers = [] }) {
    this.state = { ...state };
    for (const {
      path: [name],
      data,
    } of buffers) {
      this.state[name] = new DataView(Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0)).buffer);
    }
  }

  get(name) {
    return this.state[name];
  }

  set(name, value) {
    if (JSON.stringify(this.state[name]) === JSON.stringify(value)) return;
    this.state[name] = value;
    for (const callback of [...(this.#callbacks.get("change:" + name) ?? [])]) callback();
  }

  on(name, callback) {
    this.#callbacks.set(name, [...(this.#callbacks.get(name) ?? []), callback]);
  }
  off(name, callback) {
    this.#callbacks.set(
      name,
      (this.#callbacks.get(name) ?? []).filter((other) => other !== callback),
    );
  }
  save_changes() {} // there is no kernel to hear of it
  send() {}
}

const saved = document.querySelector('script[type="application/vnd.jupyter.widget-state+json"]');
const { state: states, modules: shared = {} } = saved ? JSON.parse(saved.textContent) : { state: {} };
const models = new Map();
for (const place of document.querySelectorAll(".course-widget[data-model]")) {
  const id = place.dataset.model,
    entry = states[id];
  if (!entry?.state?._esm) continue;
  if (!models.has(id)) models.set(id, new Model(entry));
  const view = document.createElement("div");
  place.append(view);
  try {
    adoptStyle(entry.state._css);
    await (await load(shared[entry.state._esm] ?? entry.state._esm)).default.render({ model: models.get(id), el: view });
    place.querySelector("img, pre")?.setAttribute("hidden", "");
  } catch (error) {
    view.remove(); // the still picture stays
    console.error(error);
  }
}
