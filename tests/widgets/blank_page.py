"""A widget's module in an empty page, under the smallest host there can be: no server, no kernel, a second a test."""

from __future__ import annotations

import base64
from typing import Any

from agreement import NUMBERS

PAGE = '<!doctype html><html lang="en"><head><title>Widget</title></head><body><main></main></body></html>'

# `model` speaks the words that anywidget's hosts speak. What a closed widget must have let go of is counted.
HOST = """async ([esm, css, states, width]) => {
  if (!window.hosted) {
    window.hosted = [];
    window.listening = new Set();
    for (const target of [window, document, document.body, document.documentElement]) {
      const add = target.addEventListener.bind(target);
      target.addEventListener = (type, handler, options) => {
        if (!new Error().stack.includes('blob:')) return add(type, handler, options); // not a widget's
        const entry = { type };
        window.listening.add(entry);
        options?.signal?.addEventListener('abort', () => window.listening.delete(entry));
        add(type, handler, options);
      };
    }
    const style = document.createElement('style');
    style.textContent = css;
    document.head.append(style);
  }
  const url = URL.createObjectURL(new Blob([esm], { type: 'text/javascript' }));
  const module = (await import(url)).default;
  const bytes = (text) => new DataView(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
  for (const state of states) {
    const el = document.createElement('div');
    el.style.width = width;
    document.querySelector('main').append(el);
    for (const [key, value] of Object.entries(state)) {
      if (value?.bytes !== undefined) state[key] = bytes(value.bytes);
    }
    const callbacks = {}, saved = [];
    const model = {
      get: (name) => state[name],
      set: (name, value) => {
        if (JSON.stringify(state[name]) === JSON.stringify(value)) return;
        state[name] = value;
        (callbacks['change:' + name] ?? []).slice().forEach((callback) => callback());
      },
      on: (name, callback) => (callbacks[name] ??= []).push(callback),
      off: (name, callback) => { callbacks[name] = (callbacks[name] ?? []).filter((other) => other !== callback); },
      save_changes: () => saved.push({ ...state }),
      send: () => {},
    };
    const cleanup = await module.render({ model, el });
    window.hosted.push({ el, model, callbacks, saved, cleanup, root: () => el.querySelector('[data-widget]') });
  }
}"""


# `least`: the smallest size, in CSS pixels, at which a base was written on any picture, but for logos
LETTER_SIZES = r"""() => {
  const context = CanvasRenderingContext2D.prototype, { fillText } = context;
  window.least = Infinity;
  context.fillText = function (words, ...place) {
    const { a, d } = this.getTransform(), plain = [a, d].every((scale) => Math.abs(scale - devicePixelRatio) < 1e-6);
    if (/^[ACGTN]$/.test(words) && plain) least = Math.min(least, parseFloat(this.font.match(/[\d.]+(?=px)/)[0]));
    fillText.call(this, words, ...place);
  };
}"""

# `written`: all that was written on the pictures
WRITTEN = """() => {
  const context = CanvasRenderingContext2D.prototype, { fillText } = context;
  window.written = [];
  context.fillText = function (words, ...place) {
    written.push(words);
    fillText.call(this, words, ...place);
  };
}"""


def state_of(widget: Any) -> dict[str, Any]:
    """The traits that travel to the browser, bytes in base64."""
    hidden = {"layout", "tooltip", "tabbable"}
    state = {k: v for k, v in widget.get_state().items() if not k.startswith("_") and k not in hidden}
    for key, value in state.items():
        if isinstance(value, (bytes, memoryview)):
            state[key] = {"bytes": base64.b64encode(bytes(value)).decode("ascii")}
    return state


class BlankPage:
    """Widgets mounted in one page; `numbers`, `set` and `paints` speak with the first, or with the one at `index`."""

    def __init__(self, tab: Any) -> None:
        self.tab = tab
        tab.set_content(PAGE)

    def mount(self, *widgets: Any, width: str = "900px") -> BlankPage:
        return self._show(widgets[0], [state_of(widget) for widget in widgets], width)

    def mount_saved(self, saved: dict[str, Any], width: str = "900px") -> BlankPage:
        """A widget as a notebook keeps it."""
        import helpers.widgets

        packed = {buffer["path"][0]: {"bytes": buffer["data"]} for buffer in saved["buffers"]}
        return self._show(getattr(helpers.widgets, saved["widget"]), [saved["state"] | packed], width)

    def _show(self, kind: Any, states: list[dict[str, Any]], width: str) -> BlankPage:
        self.tab.evaluate(HOST, [str(kind._esm), str(kind._css), states, width])
        self.tab.wait_for_function(
            "n => hosted.length >= n && hosted.every((h) => !h.root() || h.root().dataset.paints)", arg=len(states)
        )
        return self

    def come_to_rest(self) -> BlankPage:
        """Two frames later all is drawn that the first look at its size leads to."""
        self.tab.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        return self

    def numbers(self, index: int = 0) -> Any:
        return self.tab.evaluate(f"(i) => ({NUMBERS})(hosted[i].root())", index)

    def set(self, name: str, value: Any, index: int = 0) -> None:
        """Set a trait as the kernel would."""
        self.tab.evaluate("([i, name, value]) => hosted[i].model.set(name, value)", [index, name, value])

    def get(self, name: str, index: int = 0) -> Any:
        return self.tab.evaluate("([i, name]) => hosted[i].model.get(name)", [index, name])

    def paints(self, index: int = 0) -> int:
        return int(self.tab.evaluate("(i) => hosted[i].root().dataset.paints", index))

    def message(self, index: int = 0) -> str:
        return self.tab.evaluate("(i) => hosted[i].root().querySelector('.dlg-message').textContent", index)

    def close(self, index: int = 0) -> None:
        self.tab.evaluate("(i) => hosted[i].cleanup()", index)
