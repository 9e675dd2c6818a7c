// The room's page: draws what the server's stream says. Everything goes into the page as text, never as HTML.
'use strict';

const $ = (id) => document.getElementById(id);
const base = location.pathname.replace(/\/$/, '');
const state = { picture: null, lesson: null, task: null, ahead: 0, key: '' };

// -- small things -----------------------------------------------------------------------------------------------------

function made(tag, classes, ...inside) {
  const node = document.createElement(tag);
  if (classes) node.className = classes;
  node.append(...inside);
  return node;
}

// A sentence with `code` and *emphasis* in it.
function sentence(text) {
  const marks = { '`': 'code', '*': 'em' };
  return text.split(/(`[^`]*`|\*[^\s*][^*`]*\*)/).map((part, i) => (i % 2 ? made(marks[part[0]], '', part.slice(1, -1)) : part));
}

// Bring a list's items up to date, item by item, so that what is open or focused stays so.
function keep(list, items, keyOf, make, update) {
  const known = new Map([...list.children].map((node) => [node.dataset.key, node]));
  let before = null;
  for (const item of items) {
    const key = keyOf(item);
    const node = known.get(key) ?? make(item);
    node.dataset.key = key;
    known.delete(key);
    update(node, item);
    const wanted = before ? before.nextElementSibling : list.firstElementChild;
    if (wanted !== node) list.insertBefore(node, wanted);
    before = node;
  }
  for (const node of known.values()) node.remove();
}

// Replace what a node shows, if it shows something else.
function put(node, ...inside) {
  const fresh = made('div', '', ...inside);
  if (node.innerHTML !== fresh.innerHTML) node.replaceChildren(...fresh.childNodes);
}

// A name that is broken behind its underscores, if it has to be.
function breakable(name) {
  return name.split(/(?<=_)/).flatMap((part, i) => (i ? [made('wbr', ''), part] : [part]));
}

function plural(count, one, many) {
  return `${count} ${count === 1 ? one : many}`;
}

// -- drawing ----------------------------------------------------------------------------------------------------------

function draw() {
  const { picture } = state;
  if (!picture) return;
  const numbers = picture.lessons.map((lesson) => lesson.number);
  if (!numbers.includes(state.lesson)) state.lesson = picture.section?.lesson ?? busiest(picture.lessons);
  const lesson = picture.lessons.find((one) => one.number === state.lesson);
  const news = [picture.ended ? 'The room has ended.' : '', picture.section?.line ?? '', picture.sentence];
  put($('news'), ...news.filter(Boolean).map((line) => made('div', '', line)));
  put($('present'), `· ${picture.present} here, ${picture.joined} joined`);
  $('lessons').hidden = numbers.length < 2;
  keep($('lessons'), picture.lessons, (one) => String(one.number), lessonButton, (node, one) =>
    node.setAttribute('aria-pressed', String(one.number === state.lesson)));
  put($('line'), `check = helpers.start(lesson=${state.lesson ?? 0}, room="${$('address').textContent}")`);
  drawTiles(lesson?.tiles ?? [], picture.joined);
  drawMistakes(lesson);
  drawDesk(picture, lesson);
  tick();
}

// The lesson in which most are at something.
function busiest(lessons) {
  const at = (lesson) => lesson.tiles.reduce((sum, tile) => sum + tile.at, 0);
  return [...lessons].sort((a, b) => at(b) - at(a))[0]?.number ?? null;
}

function lessonButton(lesson) {
  const button = made('button', '', `${String(lesson.number).padStart(2, '0')} ${lesson.title.split(':')[0]}`);
  button.type = 'button';
  button.onclick = () => { state.lesson = lesson.number; state.task = null; draw(); };
  return button;
}

function drawTiles(tiles, joined) {
  const make = (tile) => {
    const button = made('button', 'tile', made('b', '', `${tile.number} `, ...breakable(tile.name)),
      made('span', 'numbers'), made('span', 'bar'));
    button.type = 'button';
    button.lastChild.setAttribute('aria-hidden', 'true');
    button.onclick = () => { state.task = state.task === tile.number ? null : tile.number; draw(); };
    return made('li', '', button);
  };
  keep($('tiles'), tiles, (tile) => `${state.lesson}/${tile.number}`, make, (node, tile) => {
    const [, numbers, bar] = node.firstChild.children;
    const counts = [['through', tile.through], ['at', tile.at - tile.stuck], ['stuck', tile.stuck]];
    const words = { through: 'through', at: 'at it', stuck: 'stuck' };
    put(numbers, ...counts.flatMap(([kind, count]) =>
      [made('span', count ? kind : 'none', made('span', 'big', String(count)), ` ${words[kind]}`), ' ']));
    put(bar, ...counts.map(([kind]) => made('span', kind)));
    counts.forEach(([, count], i) => { bar.children[i].style.width = `${(100 * count) / Math.max(joined, 1)}%`; });
    node.firstChild.setAttribute('aria-pressed', String(state.task === tile.number));
    node.firstChild.classList.toggle('quiet', !tile.at && !tile.tried);
  });
}

function drawMistakes(lesson) {
  const wanted = (one) => !state.task || one.number === state.task;
  const found = (lesson?.mistakes ?? []).filter(wanted);
  $('all').hidden = !state.task;
  const make = () => made('li', '', made('span', 'now'), made('div', '', made('div'), made('details', '',
    made('summary', '', 'How to teach it'), made('div'))));
  keep($('mistakes'), found, (one) => `${one.number}/${one.name}`, make, (node, one) => {
    const [count, rest] = node.children;
    node.classList.toggle('over', one.now === 0);
    put(count, String(one.now));
    put(rest.firstChild, made('b', '', `${one.number} ${one.task}`), ' ',
      made('span', 'soft', `${one.name.replaceAll('_', ' ')} · ${plural(one.ever, 'session', 'sessions')} so far`),
      made('p', '', ...sentence(one.hint)));
    put(rest.lastChild.lastChild, ...teaching(one.note));
  });
  if (!found.length) put($('mistakes'), made('li', '', '', made('p', 'soft', 'Nobody makes one that has a name.')));
  const unnamed = (lesson?.unnamed ?? []).filter(wanted);
  $('unnamed-part').hidden = !unnamed.length;
  keep($('unnamed'), unnamed, (one) => one.number, () => made('li'), (node, one) =>
    put(node, made('b', '', `${one.number} ${one.task}`), ` ${one.now} now, ${one.ever} so far`));
}

function teaching(note) {
  if (!note) {
    return [made('p', '', 'No short question shows it. Put the sentence on the screen, and let somebody who is through say why.')];
  }
  return [made('p', '', 'Ask the room, on paper, before anybody runs it:'), made('dl', '',
    made('dt', '', 'Ask'), made('dd', '', made('code', '', note.ask)),
    made('dt', '', 'Who makes this mistake says'), made('dd', '', made('code', '', note.theirs)),
    made('dt', '', 'Right is'), made('dd', '', made('code', '', note.right)))];
}

// -- the clock of the plan --------------------------------------------------------------------------------------------

function tick() {
  const plan = state.picture?.plan ?? [];
  $('clock').hidden = !plan.length;
  if (!plan.length) return;
  const now = Date.now() / 1000 + state.ahead;
  const place = plan.findLastIndex((step) => step.at <= now);
  const [step, next] = [plan[place], plan[place + 1]];
  const hour = (at) => new Date((at - state.ahead) * 1000).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  put($('time'), hour(now));
  put($('step'), step ? step.what : 'Not yet begun');
  put($('next'), next ? `At ${hour(next.at)}, in ${plural(Math.ceil((next.at - now) / 60), 'minute', 'minutes')}: ${next.what}` : '');
  $('progress').hidden = !(step && next);
  if (step && next) $('progress').value = (now - step.at) / (next.at - step.at);
}

// -- the instructor's desk --------------------------------------------------------------------------------------------

function drawDesk(picture, lesson) {
  $('desk').hidden = !state.key || picture.ended;
  const options = (lesson?.sections ?? []).map((one) => ({ value: `${lesson.number}/${one.number}`, text: `Section ${one.number} · ${one.title}` }));
  const known = [...$('section').options].map((option) => option.value).join();
  if (known === options.map((option) => option.value).join()) return;
  $('section').replaceChildren(...options.map(({ value, text }) => Object.assign(made('option', '', text), { value })));
  const open = picture.section?.lesson === lesson?.number ? picture.section?.number ?? 0 : 0;
  $('section').selectedIndex = Math.min(open, options.length - 1); // the one after the open one
}

async function act(what, done) {
  const headers = { 'Content-Type': 'application/json', 'X-Room-Key': state.key };
  let answer;
  try {
    answer = await fetch(`${base}/do`, { method: 'POST', headers, body: JSON.stringify(what) });
  } catch {
    put($('answer'), 'The server does not answer.');
    return;
  }
  const text = await answer.text();
  put($('answer'), answer.ok ? done(JSON.parse(text)) : `That was refused: ${text.slice(0, 200)}`);
}

function desk() {
  const given = new URLSearchParams(location.hash.slice(1)).get('key');
  if (given) {
    sessionStorage.setItem(`key of ${base}`, given);
    history.replaceState(null, '', location.pathname); // not on the projector, not in a bookmark
  }
  state.key = sessionStorage.getItem(`key of ${base}`) ?? '';
  $('open').onsubmit = (event) => {
    event.preventDefault();
    const [lesson, section] = $('section').value.split('/').map(Number);
    act({ do: 'open', lesson, section }, () => 'Opened: the learners’ next check says so.');
  };
  $('say').onsubmit = (event) => {
    event.preventDefault();
    act({ do: 'say', sentence: $('sentence').value }, () => {
      $('sentence').value = '';
      return 'Sent: the learners’ next check shows it.';
    });
  };
  let sure = false;
  $('end').onsubmit = (event) => {
    event.preventDefault();
    if (!sure) {
      sure = true;
      put($('end-button'), 'End it: press again');
      setTimeout(() => { sure = false; put($('end-button'), 'End the room'); }, 5000);
      return;
    }
    act({ do: 'end' }, ({ files }) => `Kept: ${files.join(', ')}`).then(() => { $('desk').after($('answer')); });
  };
}

// -- the stream -------------------------------------------------------------------------------------------------------

function listen() {
  const stream = new EventSource(`${base}/live`);
  stream.addEventListener('about', (event) => {
    const about = JSON.parse(event.data);
    state.ahead = about.now - Date.now() / 1000;
    put($('code'), about.code);
    put($('address'), about.address);
    if (!$('qr').src) $('qr').src = `${base}/qr.svg`;
    $('qr').alt = `QR code of ${about.address}`;
    put($('line-state'), 'Live');
    draw();
  });
  stream.onmessage = (event) => {
    state.picture = JSON.parse(event.data);
    draw();
  };
  stream.onerror = () => {
    put($('line-state'), 'The server does not answer; trying again …');
    if (stream.readyState === EventSource.CLOSED) {
      stream.close();
      setTimeout(listen, 3000);
    }
  };
}

function theme() {
  const kept = localStorage.getItem('room theme');
  if (kept) document.documentElement.classList.add(kept);
  $('theme').onclick = () => {
    const dark = getComputedStyle(document.documentElement).colorScheme === 'dark'
      || (!document.documentElement.className && matchMedia('(prefers-color-scheme: dark)').matches);
    document.documentElement.className = dark ? 'light' : 'dark';
    localStorage.setItem('room theme', document.documentElement.className);
  };
}

theme();
desk();
$('all').onclick = () => { state.task = null; draw(); };
$('copy').onclick = async () => {
  await navigator.clipboard.writeText($('line').textContent);
  put($('copy'), 'Copied');
};
setInterval(tick, 1000);
listen();
