const THUMB = 16; // places along a side of a unit's picture

/** Each hidden unit over the whole plane, and the weight with which the output takes it in. */
function drawUnitPictures(view, units, net, seen, thumb, labelled) {
  units.element.hidden = seen.length === 0;
  if (seen.length === 0) return;
  const c = units.begin(), { colours } = view, side = thumb(units.width), left = labelled(units.width), room = THUMB * THUMB;
  const last = net.sizes.at(-2), out = Array.from(net.parameters).slice(-last - 1, -1);
  c.textBaseline = "middle";
  seen.forEach((layer, k) => {
    const count_ = layer.length / room, ordinal = ["first", "second", "third"][k];
    const top = k * (side + 8 + (left ? 0 : 18)) + (left ? 0 : 18), name = seen.length > 1 ? `${ordinal} layer` : "hidden units";
    units.font(12);
    Object.assign(c, { fillStyle: colours.muted, textAlign: "left" });
    c.fillText(name, 0, left ? top + side / 2 : top - 8);
    c.imageSmoothingEnabled = false;
    for (let u = 0; u < count_; u++) {
      const said = layer.subarray(u * room, (u + 1) * room), most_ = said.reduce((top_, value) => Math.max(top_, Math.abs(value)), 1e-9);
      heat(units, { x: left + u * (side + 6), y: top, width: side, height: side },
        { rows: THUMB, columns: THUMB, at: (row, column) => said[row * THUMB + column], most: most_, signed: true });
    }
  });
  const bottom = units.tall - 11;
  units.font(side < 34 ? 10 : 11.5, "600");
  c.textAlign = "center";
  for (let u = 0; u < last; u++) {
    c.fillStyle = asText(out[u] >= 0 ? SIGNS.plus : SIGNS.minus, colours.dark);
    c.fillText(`${out[u] < 0 ? "" : "+"}${fixed(out[u], side < 34 ? 0 : 1)}`, left + u * (side + 6) + side / 2, bottom);
  }
  units.font(12);
  Object.assign(c, { fillStyle: colours.muted, textAlign: "left" });
  if (left) c.fillText("times weight", 0, bottom);
  units.describe(`The hidden units over the plane, violet above zero and orange below; the output adds them up, times ${out.map((w) => fixed(w, 1)).join(", ")}.`);
}
