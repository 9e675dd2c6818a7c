const BETS = [50, 70, 90, 99], NONE = 4, COPIES = ["no variant", "one copy", "both copies"];
const ROW = 13, TOP = 44, LEFT = 22, RIGHT = 66, WIDE = 26; // of the reads, in CSS pixels; WIDE: the most a letter gets
const BAR = 36, PAD = 48, ABOVE = 42; // of the bars; room left of the plot, and over the bars

const bytesOf = (bytes) => new Uint8Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
const worth = (bet, right) => 25 - 100 * (right ? (1 - bet) ** 2 : bet ** 2); // the quadratic score, 0 for evens
const mean = (values) => (values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : 0);
const signed = (points) => (Math.round(points) > 0 ? "+" : "") + fixed(points, 0);
const percent = (share) => `${Math.round(100 * share)} %`;

export default widget("pileup-game", (view) => {
  const get = (name) => view.get(name), names = get("names"), depths = get("depths"), genomes = get("references"), truths = get("genotypes");
  const [letters, quality, forward, mapping, chances] = ["letters", "quality", "forward", "mapping", "chances"].map((name) => bytesOf(get(name)));
  const count = genomes.length, width = genomes[0].length, middle = (width - 1) / 2, most = forward.length / count;

  // ---- arithmetic
  const place = () => clamp(get("place"), 0, count - 1), level = () => clamp(get("level"), 0, depths.length - 1);
  const entry = (at = place()) => get("played").find((one) => one[0] === at);
  const candidate = () => BASES.indexOf(get("candidates")[place()]), genome = () => genomes[place()];
  const base = (row, column) => (place() * most + row) * width + column, of = (row) => place() * most + row;
  const carries = (row) => letters[base(row, middle)] === candidate();

  /** The reads that are shown, those with the candidate letter first. */
  function rows() {
    const all = Array.from({ length: most }, (_, row) => row).filter((row) => letters[base(row, middle)] !== NONE).slice(0, depths[level()]);
    return [...all.filter(carries), ...all.filter((row) => !carries(row))];
  }
  /** What a caller says of a place, and how sure it is. */
  function said(caller, at, depth) {
    const first = ((caller * depths.length + depth) * count + at) * 3, three = [...chances.subarray(first, first + 3)];
    const call = three.indexOf(Math.max(...three));
    return [call, three[call] / 255];
  }
  function score(caller) {
    const found = { right: 0, sure: 0, points: 0 };
    for (const [at, called, bet, depth] of get("played")) {
      const [call, b] = caller < 0 ? [called, BETS[bet] / 100] : said(caller, at, depth), sure = caller < 0 ? b : Math.max(0.5, b);
      const right = call === truths[at];
      found.right += right ? 1 : 0;
      found.sure += sure / get("played").length;
      found.points += worth(sure, right);
    }
    return found;
  }
  const calibration = () => BETS.map((_, i) => {
    const mine = get("played").filter(([, , bet]) => bet === i);
    return [mine.length, mine.filter(([at, call]) => call === truths[at]).length];
  });
  function seen() {
    const shown = rows(), own = shown.filter(carries), rest = shown.filter((row) => !carries(row));
    const strands = (some) => [1, 0].map((way) => some.filter((row) => forward[of(row)] === way).length);
    const maps = (some) => mean(some.map((row) => mapping[of(row)]));
    return { reads: shown.length, carriers: strands(own), others: strands(rest), mapping: [maps(own), maps(rest)] };
  }
  const answers = () => Object.fromEntries(entry() ? names.map((name, i) => [name, said(i, place(), level())]) : []);

  // ---- controls
  view.hint("How many copies carry the candidate letter, in the framed column? Call, bet on it, and see what the callers say of the same reads.");
  view.challenge("earn more points than every caller, over ten places.", () => get("played").length >= 10 && names.every((_, i) => score(-1).points > score(i).points));
  const choose = (genotype) => () => entry() || view.set({ call: genotype });
  const go = (at) => view.set({ place: at, call: -1, read: -1 });
  const next = () => {
    const open = [...Array(count).keys()].map((i) => (place() + 1 + i) % count).find((at) => !entry(at));
    if (open === undefined) view.set({ played: [], place: 0, call: -1, read: -1 });
    else go(open);
  };
  const decide = () => {
    if (entry()) next();
    else if (get("call") >= 0) view.set({ played: [...get("played"), [place(), get("call"), get("bet"), level()]] });
  };
  const button = view.button("Call", decide, { primary: true });
  const calls = view.choice("call", "Copies", ["none", "one", "both"].map((words, i) => [i, words]));
  const bets = view.choice("bet", "Sure, in %", BETS.map((bet, i) => [i, String(bet)]));
  const controls = view.controls(
    calls, bets, h("div", { class: "dlg-buttons" }, button),
    view.slider("level", "Reads", { min: 0, max: depths.length - 1, step: 1, format: (i) => `up to ${depths[i]}` }),
  );
  view.watch("place", "level", "call", "bet", "read", "played");

  // ---- pictures and hands
  const columns = view.add(h("div", { class: "dlg-unequal" }));
  const reads = new Surface(view, { label: "Reads over the place", height: () => TOP + most * ROW + 4, place: columns });
  const right = h("div", { class: "dlg-side" });
  columns.append(right);
  right.append(controls); // beside the reads where there is room, under them where not
  const bars = new Surface(view, { label: "Score of all callers", height: () => (names.length + 1) * BAR + ABOVE, place: right });
  const trust = new Surface(view, { label: "Your bets and what came of them", height: () => 150, place: right });
  const rowAt = (y) => clamp(Math.floor((y - TOP) / ROW), 0, rows().length - 1);
  reads.drag({
    grab: (point) => (point.y > TOP && point.y < TOP + rows().length * ROW ? "read" : null),
    move: (point) => view.set({ read: rowAt(point.y) }),
  });
  const along = (by) => () => view.set({ read: clamp(get("read") + by, 0, rows().length - 1) });
  const deeper = (by) => () => view.set({ level: clamp(level() + by, 0, depths.length - 1) });
  reads.keys("up and down choose a read, left and right show fewer or more; 0, 1 and 2 call so many copies, Enter decides and goes on", {
    ArrowUp: along(-1), ArrowDown: along(1), ArrowLeft: deeper(-1), ArrowRight: deeper(1), 0: choose(0), 1: choose(1), 2: choose(2), Enter: decide,
  });

  function drawReads() {
    const c = reads.begin(), { colours } = view, shown = rows(), wide = Math.min((reads.width - LEFT - RIGHT) / width, WIDE);
    const x = (column) => LEFT + column * wide, ends = x(width), legible = wide >= 8, chosen = get("read");
    reads.font(clamp(wide * 0.9, 9, 12), "600", MONO);
    Object.assign(c, { textAlign: "center", textBaseline: "middle" });
    [...genome()].forEach((letter, column) => {
      c.fillStyle = asText(PALETTE[letter], colours.dark);
      c.fillText(letter, x(column) + wide / 2, TOP - 10);
    });
    reads.font(11);
    const way = tint("#8a94a0", 0.5, colours.dark), back = tint("#8a94a0", 0.2, colours.dark);
    shown.forEach((row, r) => {
      const y = TOP + r * ROW, ahead = forward[of(row)] === 1;
      let first = 0;
      while (letters[base(row, first)] === NONE) first++;
      c.fillStyle = ahead ? way : back;
      c.beginPath(); // an arrow: it points the way of the strand
      const tip = Math.min(5, wide / 2), [from, to] = [x(first), ends];
      const body = ahead ? [from, to - tip] : [to, from + tip], point = ahead ? to : from;
      const corners = [[body[0], 1], [body[1], 1], [point, ROW / 2], [body[1], ROW - 1], [body[0], ROW - 1]];
      for (const [px, down] of corners) c.lineTo(px, y + down);
      c.fill();
      c.fillStyle = colours.muted;
      c.fillText(ahead ? "→" : "←", LEFT / 2 - 2, y + ROW / 2);
    });
    reads.font(clamp(wide * 0.9, 9, 12), "700", MONO);
    shown.forEach((row, r) => {
      for (let column = 0; column < width; column++) {
        const letter = letters[base(row, column)], differs = letter !== NONE && BASES[letter] !== genome()[column];
        if (letter === NONE || (!differs && !(column === middle && legible))) continue;
        const sure = clamp(quality[base(row, column)] / 40, 0.25, 1), left = x(column), y = TOP + r * ROW;
        const ground = tint(PALETTE[BASES[letter]], sure, colours.dark); // paler where the quality is low
        c.fillStyle = ground;
        if (differs) c.fillRect(left + 0.5, y + 0.5, wide - 1, ROW - 1);
        c.globalAlpha = differs ? 1 : Math.max(sure, 0.6);
        c.fillStyle = differs ? inkOn(ground) : colours.fg;
        if (legible) c.fillText(BASES[letter], left + wide / 2, y + ROW / 2 + 0.5);
        c.globalAlpha = 1;
      }
    });
    shown.forEach((row, r) => { // how surely the read lies here
      const y = TOP + r * ROW + 3, share = clamp(mapping[of(row)] / 60, 0, 1), room = RIGHT - 18;
      c.strokeStyle = c.fillStyle = colours.muted;
      c.lineWidth = 1;
      c.strokeRect(ends + 10.5, y + 0.5, room, ROW - 7);
      c.fillRect(ends + 10.5, y + 0.5, room * share, ROW - 7);
    });
    c.strokeStyle = c.fillStyle = colours.fg;
    c.lineWidth = 2;
    c.strokeRect(x(middle), TOP - 20, wide, 20 + shown.length * ROW + 1);
    if (chosen >= 0 && chosen < shown.length) c.strokeRect(LEFT - 1, TOP + chosen * ROW, ends - LEFT + RIGHT - 5, ROW);
    reads.font(12.5, "600");
    Object.assign(c, { textAlign: "left" });
    c.fillText(`Place ${place() + 1} of ${count}: is ${get("candidates")[place()]} a variant?`, 2, 10);
    reads.font(11);
    c.textAlign = "right";
    c.fillStyle = colours.muted;
    c.fillText("maps here", ends + RIGHT - 4, TOP - 10);
  }

  function drawBars() {
    const c = bars.begin(), { colours } = view, played = get("played").length, room = bars.width - 2;
    bars.font(12.5, "600");
    Object.assign(c, { textBaseline: "middle", textAlign: "left", fillStyle: colours.fg });
    const told = played ? [`Bar: how many of ${played} calls were right.`, "Line: how sure the caller said it was."] : ["Call a place: the score stands here."];
    told.forEach((words, i) => c.fillText(words, 0, 10 + 17 * i, room));
    ["you", ...names].forEach((name, i) => {
      const y = ABOVE + i * BAR, { right: hits, sure, points } = score(i - 1), share = played ? hits / played : 0;
      bars.font(12.5, i ? "" : "700");
      Object.assign(c, { textAlign: "left", fillStyle: colours.fg });
      c.fillText(name, 0, y + 8, room - 90);
      c.textAlign = "right";
      if (played) c.fillText(`${hits} right, ${signed(points)}`, room, y + 8);
      c.fillStyle = colours.grid;
      c.fillRect(0, y + 17, room, 9);
      c.fillStyle = colours.accent;
      c.fillRect(0, y + 17, room * share, 9);
      c.fillStyle = colours.fg;
      if (played) c.fillRect(clamp(room * sure - 1.5, 0, room - 3), y + 14, 3, 15);
    });
  }

  function drawTrust() {
    const c = trust.begin(), { colours } = view, box = { left: PAD, right: trust.width - 10, top: 22, bottom: trust.tall - 40 };
    const axes = new Axes(trust, colours, box, [0.45, 1.02], [0, 1.05]), text = (value) => `${Math.round(100 * value)} %`;
    axes.frame({ xLabel: "how sure you said you were, in %", xTicks: { values: BETS.map((bet) => bet / 100), text: (v) => (v > 0.98 ? "99" : String(Math.round(100 * v))) }, yTicks: { values: [0, 0.5, 1], text } });
    c.setLineDash([3, 4]);
    axes.line([0.5, 1], [0.5, 1], colours.muted, 1.5);
    c.setLineDash([]);
    calibration().forEach(([n, hits], i) => n && axes.dot(BETS[i] / 100, hits / n, colours.accent, 3 + 1.5 * Math.sqrt(n)));
    trust.font(12.5, "600");
    c.fillStyle = colours.fg;
    axes.text("how often you were right", 0, 10);
  }

  function draw() {
    const { reads: depth, carriers, others, mapping: maps } = seen(), mine = entry(), name = get("candidates")[place()], bet = BETS[get("bet")];
    drawReads();
    drawBars();
    drawTrust();
    button.textContent = mine ? (get("played").length < count ? "Next place" : "Play again") : "Call";
    button.disabled = !mine && get("call") < 0;
    calls.disabled = bets.disabled = Boolean(mine);
    const own = carriers[0] + carriers[1], shown = rows(), chosen = get("read");
    const sides = `${carriers[0]} forward and ${carriers[1]} reverse, of the others ${others[0]} and ${others[1]}`;
    const bad = own && depth > own ? ` They map with ${fixed(maps[0], 0)} on average, the others with ${fixed(maps[1], 0)}.` : "";
    let one = "";
    if (chosen >= 0 && chosen < shown.length) {
      const row = shown[chosen];
      const found = Array.from({ length: width }, (_, j) => letters[base(row, j)]);
      const first = found.findIndex((letter) => letter !== NONE);
      const other = found.filter((letter, j) => letter !== NONE && BASES[letter] !== genome()[j]).length;
      one = ` Read ${chosen + 1}: ${forward[of(row)] ? "forward" : "reverse"}, ${BASES[letters[base(row, middle)]]} of quality ${quality[base(row, middle)]}, ` +
        `begins ${middle - first} base${middle - first === 1 ? "" : "s"} before the place, differs at ${other}, maps with ${mapping[of(row)]}.`;
    }
    reads.describe(`${own} of ${depth} reads show ${name} where the genome has ${genome()[middle]}: ${sides}.${bad}${one}`);
    const ranks = ["you", ...names].map((who, i) => `${who} ${score(i - 1).right} right, ${signed(score(i - 1).points)} points`).join("; ");
    bars.describe(get("played").length ? `Of ${get("played").length} places: ${ranks}.` : "Nothing is called yet.");
    trust.describe(calibration().map(([n, hits], i) => `${BETS[i]} %: ${hits} of ${n} right`).join("; ") + ".");
    if (!mine) {
      const stake = `Right earns ${signed(worth(bet / 100, true))} points, wrong ${signed(worth(bet / 100, false))}.`;
      view.say((one.trim() || `${own} of ${depth} reads show ${name}.`) + (get("call") < 0 ? " How many copies?" : ` ${COPIES[get("call")]}, ${bet} % sure? ${stake}`));
      return;
    }
    const hit = mine[1] === truths[place()], why = get("whys")[place()], told = names.map((who, i) => {
      const [call, sure] = said(i, place(), level());
      return `${who}: ${COPIES[call]} (${percent(sure)})`;
    });
    const artefact = why && !COPIES.includes(why) && why !== "nothing" ? ` (${why})` : "";
    view.say(`It is ${COPIES[truths[place()]]}${artefact}. You said ${COPIES[mine[1]]}: ${signed(worth(BETS[mine[2]] / 100, hit))} points. ${told.join(", ")}.`);
  }

  const numbers = () => {
    const scores = Object.fromEntries(["you", ...names].map((name, i) => [name, score(i - 1)]));
    const by = (what) => Object.fromEntries(Object.entries(scores).map(([name, one]) => [name, one[what]]));
    return { ...seen(), said: answers(), right: by("right"), sure: by("sure"), points: by("points"), calibration: calibration() };
  };
  return { draw, numbers };
});
