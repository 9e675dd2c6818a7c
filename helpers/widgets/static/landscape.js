// A surface from above, as one image: ground, deeper where it is lower, and contours. Goes after plot.js.

const CONTOURS = 9; // each a third of the height of the one before

/**
 * `values` are heights above the lowest, row by row from the top, `span` the highest of them. Gives a canvas for a box
 * `width` by `tall` CSS pixels.
 */
function landscape(values, columns, rows, { span, width, tall, ratio, dark }) {
  const [low, high] = dark ? [[30, 58, 88], [20, 23, 28]] : [[205, 224, 242], [255, 255, 255]];
  const ground = tile(columns, rows, (k) => {
    const t = clamp(values[k] / span, 0, 1) ** 0.25;
    return low.map((channel, n) => channel + t * (high[n] - channel));
  });
  const canvas = h("canvas", { width: Math.round(width * ratio), height: Math.round(tall * ratio) }), c = canvas.getContext("2d");
  c.imageSmoothingQuality = "high";
  c.drawImage(ground, 0, 0, canvas.width, canvas.height);
  c.strokeStyle = dark ? "#5d7288" : "#9fb2c5";
  c.lineWidth = ratio * 0.8;
  c.beginPath();
  const at = ([i, j]) => [(i / (columns - 1)) * canvas.width, (j / (rows - 1)) * canvas.height];
  for (let k = 1; k <= CONTOURS; k++)
    contour(values, columns, rows, span * 3 ** -k, (a, b) => {
      c.moveTo(...at(a));
      c.lineTo(...at(b));
    });
  c.stroke();
  return canvas;
}
