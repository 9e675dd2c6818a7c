// What attention's pictures share: softmax, axes in words. Goes after heat.js.

/** Shares that sum to 1; a row of nothing but minus infinity gets zeros. Written over `row`. */
function softmax(row) {
  const top = row.reduce((most, value) => Math.max(most, value), -Infinity);
  let total = 0;
  for (let i = 0; i < row.length; i++) total += row[i] = top === -Infinity ? 0 : Math.exp(row[i] - top);
  if (total > 0) for (let i = 0; i < row.length; i++) row[i] /= total;
  return row;
}

const share = (value) => (value >= 0.995 ? "1.00" : value >= 0.1 || value === 0 ? value.toFixed(2) : value.toFixed(3));

/** A square of weights with the words "asks" (rows) and "is asked" (columns), letters where they fit, `margin` away;
 * `row` is framed, cells that are `closed(i, j)` are hatched. */
function drawSquare(surface, box, { count, from = [0, 0], at, most, row, names, ...rest }) {
  const { column = -1, margin = 0, closed = null } = rest;
  const c = surface.context, { colours } = surface.view, side = box.width / count;
  heat(surface, box, { rows: count, columns: count, at, most });
  c.strokeStyle = colours.muted;
  c.lineWidth = 0.7;
  c.beginPath();
  for (let i = 0; closed && i < count; i++)
    for (let j = 0; j < count; j++) if (closed(i, j)) lineThrough(c, box.x + j * side, box.y + (i + 1) * side, side, -side);
  c.stroke();
  c.strokeStyle = colours.fg;
  c.lineWidth = 1;
  c.strokeRect(box.x, box.y, box.width, box.height);
  c.lineWidth = 2;
  const outside = side < 6 ? 2 : 0; // a frame that does not cover what it frames
  if (row >= 0 && row < count) c.strokeRect(box.x, box.y + row * side - outside, box.width, side + 2 * outside);
  const framed = column >= 0 && column < count && row >= 0 && row < count;
  if (framed) c.strokeRect(box.x + column * side - outside, box.y + row * side - outside, side + 2 * outside, side + 2 * outside);
  const every = side >= 11 ? 1 : [5, 10, 20, 50, 100].find((n) => n * side >= 34) ?? 200;
  surface.font(side >= 11 ? clamp(side * 0.62, 9, 13) : 11);
  c.fillStyle = colours.muted;
  for (let i = 0; i < count; i++) {
    const text = (start) => (every === 1 ? names(start + i) : String(start + i)), middle = (i + 0.5) * side;
    Object.assign(c, { textAlign: "right", textBaseline: "middle" });
    if ((from[0] + i) % every === 0) c.fillText(text(from[0]), box.x - 4 - margin, box.y + middle);
    Object.assign(c, { textAlign: "center", textBaseline: "bottom" });
    if ((from[1] + i) % every === 0) c.fillText(text(from[1]), box.x + middle, box.y - 3 - margin);
  }
}

/** The two words beside a square: who asks, and who is asked. */
function nameAxes(surface, { x, y, width, height }, left, top) {
  const c = surface.context;
  surface.font(12.5, "600");
  Object.assign(c, { fillStyle: surface.view.colours.fg, textAlign: "center", textBaseline: "middle" });
  c.fillText("is asked →", x + width / 2, top);
  c.save();
  c.translate(left, y + height / 2);
  c.rotate(-Math.PI / 2);
  c.fillText("← asks", 0, 0);
  c.restore();
}
