// Pictures: a canvas that can be dragged and keyed, axes, ticks, ink. Goes between common.js and the widget's own file.

const KEY_NAMES = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", PageUp: "Page Up", PageDown: "Page Down", " ": "Space", "=": "+" };
const MOUSE_REACH = 12;
const FINGER_REACH = 24; // how near counts as a hit, in CSS pixels
const STILL = 6; // a finger that has moved less has not said yet whether it drags or scrolls
const REST_MS = 250; // a finger that was still for so long on a knob has gripped it
const TOUCH = "By touch: hold the finger still for a moment on what you want to move, then drag it anywhere. A swipe up or down scrolls the page.";

/** A canvas that fills its place, `height(width)` CSS pixels tall. `begin()` clears it and gives the context. */
class Surface {
  constructor(view, { label, height, place = view.body }) {
    this.view = view;
    this.height = height;
    this.about = h("p", { id: `${view.id}-about${view.root.querySelectorAll("[id*=-about]").length}`, hidden: "" });
    this.element = h("canvas", { class: "dlg-canvas", role: "img", "aria-label": label, "aria-describedby": this.about.id });
    this.context = this.element.getContext("2d");
    this.manual = "";
    place.append(this.element);
    view.root.append(this.about);
  }

  begin() {
    const ratio = window.devicePixelRatio || 1, width = Math.max(this.element.clientWidth, 1), tall = Math.round(this.height(width));
    if (this.width !== width || this.tall !== tall || this.ratio !== ratio) {
      Object.assign(this, { width, tall, ratio });
      this.element.width = Math.round(width * ratio);
      this.element.height = Math.round(tall * ratio);
      this.element.style.height = tall + "px";
    }
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.context.clearRect(0, 0, width, tall);
    this.family = getComputedStyle(this.view.root).fontFamily;
    this.font(12);
    return this.context;
  }

  font(size, weight = "", family = this.family) {
    this.context.font = `${weight} ${size}px ${family}`;
  }

  /** What a screen reader says of the picture after its name, which stays: what it shows, and how to use it. */
  describe(sentence) {
    const words = this.manual + sentence;
    if (this.about.textContent !== words) this.about.textContent = words;
  }

  /**
   * Drag with mouse, pen or finger. `grab(point, reach)` returns what lies under the point, or null; `move(point, what)`
   * follows; points are in CSS pixels of the canvas. A finger that goes up or down scrolls the page, one that first goes
   * sideways drags, a tap moves at once. A `knob(what)` is gripped, too, by a finger that rests on it, and then goes anywhere.
   */
  drag({ grab, move, drop = () => {}, knob }) {
    const { element: canvas, view } = this;
    let held = null, waiting = null, rest = 0; // a finger's, of which nobody knows yet what it wants
    const at = (event) => {
      const box = canvas.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };
    const hold = (what, from) => {
      clearTimeout(rest);
      [held, waiting] = [what, null];
      canvas.toggleAttribute("data-held", held !== null);
      if (held !== null && from) move(from, held);
    };
    const ours = (event) => (waiting ?? held) !== null && event.cancelable && event.preventDefault();
    if (knob && !view.root.querySelector(".dlg-touch")) view.hint(TOUCH, "dlg-hint dlg-touch");
    view.listen(canvas, "contextmenu", ours); // of a finger that rests
    view.listen(canvas, "touchmove", (event) => waiting || ours(event), { passive: false });
    view.listen(canvas, "pointerdown", (event) => {
      if (event.button !== 0) return;
      const finger = event.pointerType === "touch", found = grab(at(event), finger ? FINGER_REACH : MOUSE_REACH), from = at(event);
      if (found === null) return;
      canvas.setPointerCapture(event.pointerId);
      if (!finger) return hold(found, from);
      waiting = { found, from };
      if (knob?.(found)) rest = setTimeout(() => view.signal.aborted || hold(found, from), REST_MS);
    });
    view.listen(canvas, "pointermove", (event) => {
      const { x, y } = at(event);
      const across = waiting && Math.abs(x - waiting.from.x), down = waiting && Math.abs(y - waiting.from.y);
      if (waiting && Math.max(across, down) >= STILL) hold(across > down ? waiting.found : null);
      if (held !== null) move(at(event), held);
      const near = held === null && event.pointerType === "mouse" && grab(at(event), MOUSE_REACH) !== null;
      canvas.style.cursor = held !== null ? "grabbing" : near ? "grab" : "";
    });
    for (const type of ["pointerup", "pointercancel"]) {
      view.listen(canvas, type, () => {
        if (waiting && type === "pointerup") hold(waiting.found, waiting.from);
        if (held !== null) drop(held);
        hold(null);
      });
    }
  }

  /** Take keys: `actions` maps a key to what it does; `manual` tells a screen reader which there are. */
  keys(manual, actions) {
    const named = (key) => KEY_NAMES[key] ?? key, letters = (key) => /^[A-Za-z]$/.test(key);
    const shown = [...new Set(Object.keys(actions).filter((key) => !letters(key) || BASES.includes(key)).map(named))];
    this.view.manuals.push([this.element, manual, shown.join(" ")]);
    this.manual = `${manual[0].toUpperCase()}${manual.slice(1)}. `;
    for (const [name, value] of Object.entries({ role: "application", tabindex: 0 })) this.element.setAttribute(name, value);
    this.view.listen(this.element, "keydown", (event) => {
      const act = actions[event.key];
      if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault(); // no scrolling
      act(event);
    });
  }
}

/** Relative luminance of "#rrggbb" (WCAG 2.2). */
function luminance(colour) {
  const [r, g, b] = [1, 3, 5]
    .map((i) => parseInt(colour.slice(i, i + 2), 16) / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Black or white: whichever is easier to read on a "#rrggbb" ground. */
const inkOn = (colour) => (luminance(colour) > 0.179 ? "#000000" : "#ffffff");

/** A "#rrggbb" colour, brought far enough towards the text's colour to be read as small text. */
function asText(colour, dark) {
  const towards = dark ? 255 : 0, readable = (c) => (dark ? luminance(c) > 0.22 : luminance(c) < 0.18);
  const part = (i, t) => Math.round(parseInt(colour.slice(i, i + 2), 16) * (1 - t) + towards * t).toString(16).padStart(2, "0");
  let mixed = colour;
  for (let t = 0.1; !readable(mixed) && t < 1; t += 0.1) mixed = "#" + [1, 3, 5].map((i) => part(i, t)).join("");
  return mixed;
}

/** Round numbers from low to high, about `count` of them. */
function ticks(low, high, count = 5) {
  const rough = (high - low) / Math.max(count, 1),
    power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((m) => m * power >= rough * 0.999) * power;
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const values = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) values.push(i * step);
  return { values, text: (value) => fixed(value, digits) };
}

/** Where a grid of values crosses `level`, as line segments between grid points (marching squares). */
function contour(values, columns, rows, level, segment) {
  for (let j = 0; j < rows - 1; j++) {
    for (let i = 0; i < columns - 1; i++) {
      const k = j * columns + i,
        corners = [values[k], values[k + 1], values[k + columns + 1], values[k + columns]];
      const crossings = [];
      for (let e = 0; e < 4; e++) {
        const a = corners[e],
          b = corners[(e + 1) % 4];
        if (a < level === b < level) continue;
        const f = (level - a) / (b - a);
        crossings.push(
          [
            [i + f, j],
            [i + 1, j + f],
            [i + 1 - f, j + 1],
            [i, j + 1 - f],
          ][e],
        );
      }
      for (let e = 0; e + 1 < crossings.length; e += 2) segment(crossings[e], crossings[e + 1]);
    }
  }
}
/** A small canvas of `columns` by `rows` pixels; `colour(k)` gives red, green, blue of the k-th, row by row. */
function tile(columns, rows, colour) {
  const data = new ImageData(columns, rows);
  for (let k = 0; k < columns * rows; k++) {
    [data.data[4 * k], data.data[4 * k + 1], data.data[4 * k + 2]] = colour(k);
    data.data[4 * k + 3] = 255;
  }
  const canvas = h("canvas", { width: columns, height: rows });
  canvas.getContext("2d").putImageData(data, 0, 0);
  return canvas;
}

/** Low and high of the numbers, with a margin. */
function extent(values, margin = 0.06) {
  let low = Infinity,
    high = -Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const room = (high - low || Math.abs(high) || 1) * margin;
  return [low - room, high + room];
}

/** A picture's axes: data to pixels and back. `box` is { left, right, top, bottom } in CSS pixels of the canvas. */
class Axes {
  constructor(surface, colours, box, xs, ys) {
    Object.assign(this, { surface, context: surface.context, colours, box, xs, ys });
  }

  x(value) {
    return this.box.left + ((value - this.xs[0]) / (this.xs[1] - this.xs[0])) * (this.box.right - this.box.left);
  }
  y(value) {
    return this.box.bottom - ((value - this.ys[0]) / (this.ys[1] - this.ys[0])) * (this.box.bottom - this.box.top);
  }
  xAt(pixel) {
    return this.xs[0] + ((pixel - this.box.left) / (this.box.right - this.box.left)) * (this.xs[1] - this.xs[0]);
  }
  yAt(pixel) {
    return this.ys[0] + ((this.box.bottom - pixel) / (this.box.bottom - this.box.top)) * (this.ys[1] - this.ys[0]);
  }
  holds({ x, y }) {
    return x >= this.box.left && x <= this.box.right && y >= this.box.top && y <= this.box.bottom;
  }

  /** Grid lines, tick labels, axis labels. `xTicks`, `yTicks`: how many, or { values, text }. */
  frame({ xLabel = "", yLabel = "", xTicks = 6, yTicks = 5, grid = true } = {}) {
    const { context: c, box, colours } = this;
    const across = typeof xTicks === "number" ? ticks(...this.xs, xTicks) : xTicks;
    const up = typeof yTicks === "number" ? ticks(...this.ys, yTicks) : yTicks;
    this.surface.font(11.5);
    c.lineWidth = 1;
    c.strokeStyle = colours.grid;
    c.fillStyle = colours.muted;
    c.beginPath();
    for (const value of across.values)
      if (grid) {
        c.moveTo(Math.round(this.x(value)) + 0.5, box.top);
        c.lineTo(Math.round(this.x(value)) + 0.5, box.bottom);
      }
    for (const value of up.values)
      if (grid) {
        c.moveTo(box.left, Math.round(this.y(value)) + 0.5);
        c.lineTo(box.right, Math.round(this.y(value)) + 0.5);
      }
    c.moveTo(box.left, box.bottom + 0.5);
    c.lineTo(box.right, box.bottom + 0.5);
    c.stroke();
    for (const value of across.values)
      this.text(across.text(value), this.x(value), box.bottom + 6, { align: "center", baseline: "top" });
    for (const value of up.values) this.text(up.text(value), box.left - 7, this.y(value), { align: "right" });
    c.fillStyle = colours.fg;
    this.surface.font(12);
    this.text(xLabel, (box.left + box.right) / 2, box.bottom + 24, { align: "center", baseline: "top" });
    c.save();
    c.translate(12, (box.top + box.bottom) / 2);
    c.rotate(-Math.PI / 2);
    this.text(yLabel, 0, 0, { align: "center" });
    c.restore();
  }

  /** Draw inside the box only. */
  clip(paint) {
    const { context: c, box } = this;
    c.save();
    c.beginPath();
    c.rect(box.left, box.top, box.right - box.left, box.bottom - box.top);
    c.clip();
    paint();
    c.restore();
  }

  /** A line through data points given as arrays. */
  line(xs, ys, colour, width = 2) {
    const c = this.context;
    c.strokeStyle = colour;
    c.lineWidth = width;
    c.lineJoin = "round";
    c.beginPath();
    for (let i = 0; i < xs.length; i++) c.lineTo(this.x(xs[i]), this.y(ys[i]));
    c.stroke();
  }

  /** A dot at data coordinates, with a ring in the ground's colour so that neighbours stay apart. */
  dot(x, y, colour, radius = 5, ring = this.colours.bg) {
    const c = this.context;
    c.beginPath();
    c.arc(this.x(x), this.y(y), radius, 0, 2 * Math.PI);
    c.fillStyle = colour;
    c.fill();
    c.strokeStyle = ring;
    c.lineWidth = 1.5;
    c.stroke();
  }

  /** Text at pixels; `halo` keeps it readable over lines. */
  text(words, x, y, { align = "left", baseline = "middle", halo = false } = {}) {
    const c = this.context;
    c.textAlign = align;
    c.textBaseline = baseline;
    if (halo) {
      c.strokeStyle = this.colours.bg;
      c.lineWidth = 4;
      c.lineJoin = "round";
      c.strokeText(words, x, y);
    }
    c.fillText(words, x, y);
  }
}
