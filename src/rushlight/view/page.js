"use strict";
// The page: the drawing is there, every part with its place when all modules are open. This script moves the parts together
// when modules close, and plays the steps of backward. All text goes in as text, never as markup.

const data = JSON.parse(document.getElementById("data").textContent);
const { vertices, edges, groups, steps } = data;
const at = (id) => document.getElementById(id);
const canvas = at("canvas"), view = at("view"), panel = at("panel"), story = at("story");

// Words.

const WORDS = {
  en: {
    first: "Before backward (Home)", previous: "One step back (←)", play: "Play (space)", next: "One step on (→)", last: "To the end (End)",
    slider: "Step of backward", search: "Search (/)", closeAll: "Close all modules (c)", openAll: "Open all modules (o)",
    minus: "Smaller (-)", plus: "Larger (+)", fit: "Show all (f)", theme: "Light or dark (d)", language: "中文 (l)",
    canvas: "Computation graph", step: "Step", of: "of", leaf: "leaf", constant: "not on the graph: no gradient",
    op: "operation", more: "left out", module: "Module", operations: ["operation", "operations"], leaves: ["leaf", "leaves"], parameters: ["parameter", "parameters"], value: "Value", values: "Values",
    saved: "Saved for backward", line: "Line of the program", gradient: "Gradient", time: "Time and memory", forward: "forward, at most",
    backward: "backward", bytes: "bytes", made: "Recorded by the backward of", rule: "Local rule, as the source has it", numbers: "With these numbers",
    result: "gives", chain: "Chain rule", sum: "Several paths lead here: their gradients are added up.", none: "No gradient has flowed here yet.",
    before: ".grad was", adds: "this backward adds", after: ".grad is now", noBackward: "Backward has not run.", freed: "freed by backward",
    start: "Values are computed; no gradient has flowed. Press → to start backward.", seed: "Backward starts here with",
    receives: "receives", sends: "and sends", sendsNothing: "and sends nothing on", adding: "adds its gradient to .grad:", captured: "gradient is returned:",
    failed: "failed:", openIt: "Open", closeIt: "Close", overview: "Computation graph", keys: "Keys", statistics: "Statistics",
    help: "Click a box or an arrow to see what is behind it. Grey arrows run forward, orange ones carry gradients back.",
    source: "From", target: "to", run: "backward", found: "found", nothing: "nothing found",
    keyList: [["← →", "step"], ["Home End", "start, end"], ["space", "play"], ["/", "search"], ["f + -", "zoom"], ["o c", "open, close modules"], ["d", "light or dark"], ["l", "中文"], ["Tab Enter", "walk and choose"], ["Esc", "overview"]],
  },
  zh: {
    first: "反向传播之前 (Home)", previous: "后退一步 (←)", play: "播放 (空格)", next: "前进一步 (→)", last: "到最后 (End)",
    slider: "反向传播的步骤", search: "搜索 (/)", closeAll: "折叠全部模块 (c)", openAll: "展开全部模块 (o)",
    minus: "缩小 (-)", plus: "放大 (+)", fit: "显示全图 (f)", theme: "浅色或深色 (d)", language: "English (l)",
    canvas: "计算图", step: "第", of: "步，共", leaf: "叶子张量", constant: "不在计算图上：没有梯度",
    op: "运算", more: "未画出", module: "模块", operations: ["个运算"], leaves: ["个叶子张量"], parameters: ["个参数"], value: "值", values: "值",
    saved: "为反向传播保存", line: "程序中的位置", gradient: "梯度", time: "时间与内存", forward: "前向，至多",
    backward: "反向", bytes: "字节", made: "记录于此节点的反向传播：", rule: "局部求导规则（源代码原文）", numbers: "代入数值",
    result: "得到", chain: "链式法则", sum: "有多条路径到达这里：梯度相加。", none: "梯度还没有流到这里。",
    before: ".grad 原为", adds: "本次反向传播加上", after: ".grad 现为", noBackward: "尚未运行反向传播。", freed: "已被反向传播释放",
    start: "前向计算完成，还没有梯度。按 → 开始反向传播。", seed: "反向传播从这里开始，初始梯度",
    receives: "收到", sends: "传出", sendsNothing: "不再向前传", adding: "把梯度累加到 .grad：", captured: "返回梯度：",
    failed: "出错：", openIt: "展开", closeIt: "折叠", overview: "计算图", keys: "按键", statistics: "统计",
    help: "点击方框或箭头查看细节。灰色箭头是前向计算，橙色箭头把梯度传回来。",
    source: "从", target: "到", run: "反向传播", found: "个结果", nothing: "没有找到",
    keyList: [["← →", "单步"], ["Home End", "开始、结束"], ["空格", "播放"], ["/", "搜索"], ["f + -", "缩放"], ["o c", "展开、折叠模块"], ["d", "浅色或深色"], ["l", "English"], ["Tab Enter", "逐个选择"], ["Esc", "总览"]],
  },
};
let language = data.language !== "auto" ? data.language : navigator.language.startsWith("zh") ? "zh" : "en";
const word = (key) => WORDS[language][key];
const counted = (count, key) => `${count.toLocaleString()} ${count === 1 ? word(key)[0] : word(key).at(-1)}`;

function make(tag, text, kind) {
  const element = document.createElement(tag);
  if (text !== undefined && text !== null) element.textContent = text;
  if (kind) element.className = kind;
  return element;
}

// What stands where.

const part = new Map([...view.children].map((g) => [g.dataset.id, g]));
const groupOf = new Map(groups.map((g) => [g.id, g]));
const open = new Set(data.open);
let step = steps.length, chosen = null, zoom = { x: 0, y: 0, k: 1 }, timer = null;

function outward(group) {
  const found = [];
  for (let g = group; g !== null && g !== undefined; g = groupOf.get(g).parent) found.push(g);
  return found;
}
const vertexAround = vertices.map((v) => outward(v.home));
const frameAround = new Map(groups.map((g) => [g.id, outward(g.parent)]));
/** The card that stands for a vertex: "v3", or "g1" of the outermost closed module around it. */
function seenAs(vertex) {
  const closed = vertexAround[vertex].filter((g) => !open.has(g));
  return closed.length ? `g${closed.at(-1)}` : `v${vertex}`;
}

/** Closes up what is empty: a map of coordinates that leaves gaps of at most `gap` between the intervals. */
function closingUp(intervals, gap) {
  intervals.sort((a, b) => a[0] - b[0]);
  const blocks = [];
  let removed = 0;
  for (const [start, end] of intervals) {
    const last = blocks.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else {
      const from = last ? last.end : 0;
      removed += last ? Math.max(0, start - from - gap) : start;
      blocks.push({ start, end, removed });
    }
  }
  return (x) => {
    let low = 0, high = blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (blocks[middle].start <= x) low = middle;
      else high = middle - 1;
    }
    const block = blocks[low], next = blocks[low + 1];
    if (!block) return x;
    if (x <= block.end || !next) return x - block.removed;
    const share = (x - block.end) / (next.start - block.end);
    return block.end - block.removed + share * (next.start - next.removed - block.end + block.removed);
  };
}

let boxes = new Map(), extent = { width: 0, height: 0 };
function arrange() {
  const shown = new Map(), frames = [];
  for (const v of vertices) if (seenAs(v.id) === `v${v.id}`) shown.set(`v${v.id}`, { box: v.box, room: v.room });
  for (const g of groups) {
    if (!frameAround.get(g.id).every((a) => open.has(a))) continue;
    if (open.has(g.id)) frames.push(g);
    else {
      const [x, y, w, h] = g.box, [cw, ch] = g.card;
      shown.set(`g${g.id}`, { box: [x + (w - cw) / 2, y + (h - ch) / 2, cw, ch], room: cw + 90 });
    }
  }
  const across = [], down = [];
  for (const { box: [x, y, w, h], room } of shown.values()) {
    across.push([x + w / 2 - Math.max(room, w) / 2, x + w / 2 + Math.max(room, w) / 2]);
    down.push([y, y + h]);
  }
  for (const { box: [x, y, w, h] } of frames) {
    across.push([x, x + 8], [x + w - 8, x + w]);
    down.push([y, y + 24], [y + h - 8, y + h]);
  }
  const mx = closingUp(across, 22), my = closingUp(down, 54);
  boxes = new Map();
  for (const [id, { box: [x, y, w, h] }] of shown) boxes.set(id, [mx(x + w / 2) - w / 2, my(y + h / 2) - h / 2, w, h]);
  for (const { id, box: [x, y, w, h] } of frames) boxes.set(`f${id}`, [mx(x), my(y), mx(x + w) - mx(x), my(y + h) - my(y)]);
  extent = { width: 0, height: 0 };
  for (const [id, g] of part) {
    if (g.dataset.what === "edge") continue;
    const box = boxes.get(id);
    g.classList.toggle("gone", !box);
    if (!box) continue;
    g.setAttribute("transform", `translate(${box[0]} ${box[1]})`);
    if (id[0] === "f") {
      g.firstElementChild.setAttribute("width", box[2]);
      g.firstElementChild.setAttribute("height", box[3]);
    }
    extent = { width: Math.max(extent.width, box[0] + box[2]), height: Math.max(extent.height, box[1] + box[3]) };
  }
  arrangeEdges(mx, my);
}

let visibleEdges = new Set();
function arrangeEdges(mx, my) {
  const pairs = new Set();
  visibleEdges = new Set();
  for (const edge of edges) {
    const a = seenAs(edge.source), b = seenAs(edge.target), grouped = a[0] === "g" || b[0] === "g", pair = `${a} ${b}`;
    const g = part.get(`e${edge.id}`), hidden = a === b || (grouped && pairs.has(pair));
    g.classList.toggle("gone", hidden);
    if (hidden) continue;
    pairs.add(pair);
    visibleEdges.add(edge.id);
    const way = edge.way.filter(([, , f], i) => i > 0 && i < edge.way.length - 1 && (f === null || boxes.has(`f${f}`))).map(([x, y]) => [mx(x), my(y)]);
    const [ax, ay, aw, ah] = boxes.get(a), [bx, by, bw] = boxes.get(b);
    const middle = ({ box }) => box[0] + box[2] / 2;  // where on a card the edge begins and ends, if it is not a group's
    const start = a[0] === "g" ? 0 : edge.way[0][0] - middle(vertices[edge.source]), end = b[0] === "g" ? 0 : edge.way.at(-1)[0] - middle(vertices[edge.target]);
    way.unshift([ax + aw / 2 + start, ay + ah]);
    way.push([bx + bw / 2 + end, by]);
    drawEdge(g, edge, way);
  }
}

function curve(way, beside = 0) {
  let d = `M${way[0][0] + beside} ${way[0][1]}`;
  for (let i = 1; i < way.length; i++) {
    const [px, py] = way[i - 1], [qx, qy] = way[i];
    const middle = (py + qy) / 2 - beside * Math.max(-1, Math.min(1, (qx - px) / 24));
    d += `C${px + beside} ${middle} ${qx + beside} ${middle} ${qx + beside} ${qy}`;
  }
  return d;
}
const head = (x, y, back) => `${x},${y} ${x - 3.2},${y + back} ${x + 3.2},${y + back}`;

function drawEdge(g, edge, way) {
  const [x, y] = way.at(-1), [sx, sy] = way[0], line = [...way.slice(0, -1), [x, y - 4]];
  g.querySelector(".rl-edge").setAttribute("d", curve(line));
  g.querySelector(".rl-tip").setAttribute("points", head(x, y, -6.5));
  g.querySelector(".edge-hit").setAttribute("d", curve(line));
  if (!edge.text) return;
  g.querySelector(".rl-flow").setAttribute("d", curve([[sx, sy + 4], ...way.slice(1)], 5));
  g.querySelector(".rl-flowtip").setAttribute("points", head(sx + 5, sy, 6.5));
  const label = g.querySelector("text"), [number, count] = edge.place, left = edge.partial && number < (count >> 1);
  label.setAttribute("text-anchor", left ? "end" : "start");
  label.setAttribute("x", edge.partial ? x + (left ? -6 : 9) : sx + 9);
  label.setAttribute("y", edge.partial ? y - 9 - 12 * (Math.min(number, count - 1 - number) % 3) : sy + 15);
}

// Steps.

// What the steps change, and what each shows now: only what differs is written.
const pieces = new Map(edges.filter((e) => e.text).map((e) => {
  const elements = [...part.get(`e${e.id}`).querySelectorAll("[data-role=flow]")];
  return [e.id, { elements, label: elements.at(-1), text: e.text }];
}));
const seeds = vertices.filter((v) => v.seeded).map((v) => [v.id, part.get(`v${v.id}`).querySelectorAll("[data-role=seed]")]);
const gradLines = vertices.filter((v) => v.kind === "leaf").map((v) => [v.id, part.get(`v${v.id}`).querySelector("[data-role=grad]")]);
function showFlow(piece, text) {
  if (piece.text === text) return;
  if ((piece.text === undefined) !== (text === undefined)) for (const element of piece.elements) element.classList.toggle("gone", text === undefined);
  if (text !== undefined) piece.label.textContent = text;
  piece.text = text;
}
const marked = new Map();
/** Gives a class to these parts, and takes it from those that had it. */
function mark(kind, ids) {
  for (const id of marked.get(kind) ?? []) part.get(id).classList.remove(kind);
  for (const id of ids) part.get(id).classList.add(kind);
  marked.set(kind, ids);
}

/** What stands on the edges and in the leaves after `step` steps. */
function paint() {
  const flowed = new Map(), grads = new Map(), seeded = new Set();
  for (const s of steps) if (s.kind !== "run" && !grads.has(s.vertex)) grads.set(s.vertex, s.kind === "capture" ? "" : `.grad ${s.before ? s.before.short : "None"}`);
  for (const s of steps.slice(0, step)) {
    for (const [edge, text] of s.sent) flowed.set(edge, text);
    if (s.kind === "run") seeded.add(s.vertex);
    if (s.kind === "accumulate") grads.set(s.vertex, `.grad ${s.after.short}`);
    if (s.kind === "capture") grads.set(s.vertex, `grad() ${s.after.short}`);
  }
  const now = step ? steps[step - 1] : null;
  for (const edge of edges) if (edge.text) showFlow(pieces.get(edge.id), flowed.get(edge.id));
  for (const [id, elements] of seeds) for (const piece of elements) piece.classList.toggle("gone", !seeded.has(id));
  for (const [id, line] of gradLines) if (grads.has(id) && line.textContent !== grads.get(id)) line.textContent = grads.get(id);
  mark("fresh", now ? now.sent.map(([edge]) => `e${edge}`) : []);
  mark("active", now ? [seenAs(now.vertex)] : []);
  at("slider").max = steps.length;
  at("slider").value = step;
  at("count").textContent = `${step} / ${steps.length}`;
  at("first").disabled = at("previous").disabled = step === 0;
  at("last").disabled = at("next").disabled = step === steps.length;
  at("play").disabled = at("slider").disabled = !steps.length;
  tell(now);
}

const nameOf = (v) => v.name || v.op;
function tell(now) {
  story.replaceChildren();
  const say = (text, kind) => story.append(make("span", text, kind));
  if (!steps.length) return say(word("noBackward"), "quiet");
  if (!now) return say(word("start"));
  const v = vertices[now.vertex];
  say(language === "zh" ? `${word("step")} ${step} ${word("of")} ${steps.length} 步` : `${word("step")} ${step} ${word("of")} ${steps.length}`, "quiet");
  if (now.run > 1) say(`${word("run")} ${now.run}`, "quiet");
  say(v.node ? `${nameOf(v)} (${v.node})` : nameOf(v));
  const text = (s) => (s ? s.short : "None");
  if (now.kind === "run") {
    say(`${now === steps[0] || !edges.some((e) => e.source === v.id && e.gradient) ? word("seed") : word("receives")} ${now.arrived.map(text).join(", ")}`, "grad");
    if (now.error) say(`${word("failed")} ${now.error}`, "wrong");
    else say(now.sent.length ? `${word("sends")} ${now.sent.map(([edge, t]) => (edges.find((e) => e.id === edge).label ? t : `${nameOf(vertices[edges.find((e) => e.id === edge).source])} ← ${t}`)).join(",  ")}` : word("sendsNothing"), "grad");
  } else if (now.kind === "accumulate") say(`${word("adding")} ${now.before ? text(now.before) : "None"} → ${text(now.after)}`, "grad");
  else say(`${word("captured")} ${text(now.after)}`, "grad");
}

function go(to, follow = true) {
  step = Math.max(0, Math.min(steps.length, to));
  paint();
  if (follow && step) reveal(seenAs(steps[step - 1].vertex));
  if (chosen) show(chosen);
}

function play() {
  if (timer) return stop();
  if (step === steps.length) go(0);
  timer = setInterval(() => (step < steps.length ? go(step + 1) : stop()), Math.max(60, Math.min(900, 30000 / steps.length)));
  at("play").textContent = "❚❚";
}
function stop() {
  clearInterval(timer);
  timer = null;
  at("play").textContent = "▶▶";
}

// Zoom.

/** The scale below which text is too small to be read. */
const READABLE = 0.75;

function applyZoom() {
  view.setAttribute("transform", `translate(${zoom.x} ${zoom.y}) scale(${zoom.k})`);
}
/** All of the drawing; or, of one that would be smaller than `least`, its end, where backward begins. */
function fit(least = 0) {
  const { clientWidth: w, clientHeight: h } = canvas, across = (w - 40) / (extent.width + 70);
  const k = Math.min(1.6, across, (h - 40) / (extent.height + 46));
  zoom.k = Math.max(k, Math.min(least, across), 0.03);
  zoom.x = (w - (extent.width + 60) * zoom.k) / 2;
  zoom.y = k < zoom.k ? h - (extent.height + 60) * zoom.k : (h - (extent.height + 36) * zoom.k) / 2;
  applyZoom();
}
function scaleBy(factor, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2) {
  const k = Math.max(0.03, Math.min(5, zoom.k * factor));
  zoom = { x: x - ((x - zoom.x) * k) / zoom.k, y: y - ((y - zoom.y) * k) / zoom.k, k };
  applyZoom();
}
/** Moves the drawing if a card is out of sight. */
function reveal(id) {
  const box = boxes.get(id);
  if (!box) return;
  const x = (box[0] + box[2] / 2) * zoom.k + zoom.x, y = (box[1] + box[3] / 2) * zoom.k + zoom.y, w = canvas.clientWidth, h = canvas.clientHeight;
  if (x < 70 || x > w - 70) zoom.x += w / 2 - x;
  if (y < 70 || y > h - 70) zoom.y += h / 2 - y;
  applyZoom();
}

// Details.

function show(id) {
  chosen = id;
  mark("selected", id ? [id] : []);
  panel.replaceChildren();
  const number = id ? Number(id.slice(1)) : -1;
  if (!id) showOverview();
  else if (id[0] === "v") showVertex(vertices[number]);
  else if (id[0] === "e") showEdge(edges.find((e) => e.id === number));
  else showGroup(groupOf.get(number));
}
const put = (...elements) => panel.append(...elements);
const title = (text) => put(make("h3", text));

function showOverview() {
  put(make("h2", word("overview")), make("p", word("help"), "quiet"));
  const count = (kind) => vertices.filter((v) => v.kind === kind).length;
  put(make("p", `${counted(count("op"), "operations")}, ${counted(count("leaf"), "leaves")}`));
  for (const hint of data.hints) put(make("p", hint, "wrong"));
  title(word("keys"));
  const table = make("table");
  for (const [key, what] of word("keyList")) {
    const row = table.insertRow();
    row.insertCell().append(make("kbd", key));
    row.insertCell().append(what);
  }
  put(table);
}

function pairs(rows) {
  const table = make("table");
  for (const [name, text, kind] of rows) {
    const row = table.insertRow();
    row.insertCell().append(make("code", name, kind ?? "quiet"));
    row.insertCell().append(make("pre", text, kind));
  }
  put(table);
}

function summary(s) {
  put(make("pre", s.text));
  put(make("p", `${s.type}, ${s.bytes.toLocaleString()} ${word("bytes")}`, "quiet"));
  if (s.statistics) pairs(Object.entries(s.statistics).filter(([k, n]) => k !== "other" || n !== "0").map(([k, n]) => [k === "other" ? "nan, inf" : k, n]));
}

const duration = (s) => (s < 1e-3 ? `${(s * 1e6).toFixed(1)} µs` : s < 1 ? `${(s * 1e3).toFixed(2)} ms` : `${s.toFixed(2)} s`);

function place(p) {
  title(word("line"));
  const line = make("pre"), [start, end] = p.span;
  line.append(p.text.slice(0, start), make("mark", p.text.slice(start, end)), p.text.slice(end));
  put(line, make("p", p.where, "quiet"));
}

function showVertex(v) {
  put(make("h2", nameOf(v)), make("p", v.kind === "op" ? `${v.call}  ·  ${v.node}` : word(v.kind), "quiet"));
  const path = vertexAround[v.id].map((g) => groupOf.get(g));
  if (path.length) put(make("p", `${word("module")}: ${path[0].name || path[0].kind}`, "quiet"));
  if (v.error) put(make("p", v.error, "wrong"));
  if (v.place) place(v.place);
  if (v.values.length) title(word(v.values.length > 1 ? "values" : "value"));
  for (const s of v.values) if (s) summary(s);
  const steps_ = steps.slice(0, step).filter((s) => s.vertex === v.id), last = steps_.at(-1);
  if (v.kind !== "constant" && v.kind !== "more") {
    title(word("gradient"));
    if (!last && !(v.gradient && !steps.length)) put(make("p", word("none"), "quiet"));
    else if (last?.kind === "accumulate") pairs([[word("before"), last.before ? last.before.text : "None"], [word("adds"), last.arrived[0].text, "grad"], [word("after"), last.after.text, "grad"]]);
    else put(make("pre", last ? last.arrived.map((s) => (s ? s.text : "None")).join("\n") : v.gradient.text, "grad"));
    const parts = edges.filter((e) => e.source === v.id && e.gradient);
    if (last && parts.length > 1) {
      put(make("p", word("sum")));
      pairs(parts.map((e) => [nameOf(vertices[e.target]), e.gradient.text, "grad"]));
    }
  }
  if (v.saved.length) {
    title(word("saved"));
    pairs(v.saved.map(([name, text]) => [name, text === "freed" ? word("freed") : text]));
  }
  if (v.made) put(make("p", `${word("made")} ${v.made}`, "quiet"));
  if (v.seconds !== null || v.back !== null) {
    title(word("time"));
    pairs([...(v.seconds === null ? [] : [[word("forward"), duration(v.seconds)]]), ...(v.back === null ? [] : [[word("backward"), duration(v.back)]])]);
  }
}

/** The body of a lambda with its parameters replaced by their values, where all of these are single numbers. */
function withNumbers(source, numbers) {
  const values = new Map(numbers), body = source.replace(/^lambda [^:]*:\s*/, "");
  if (!source.startsWith("lambda ") || body.length > 80 || ![...values.values()].every((v) => /^-?[\d.e+-]+$/.test(v))) return null;
  return body.replace(/[A-Za-z_]\w*/g, (name) => (values.has(name) ? values.get(name) : name));
}

function showEdge(e) {
  const a = vertices[e.source], b = vertices[e.target], root = vertices.find((v) => v.root);
  put(make("h2", `${nameOf(a)} → ${nameOf(b)}`), make("p", b.call, "quiet"));
  const sent = steps.slice(0, step).flatMap((s) => s.sent).filter(([edge]) => edge === e.id).at(-1);
  if (!e.on) return put(make("p", word("constant"), "quiet"));
  if (!sent) return put(make("p", word("none"), "quiet"));
  title(word("chain"));
  const [out, u, w] = [root?.name, b.name, a.name];
  if (out && u && w) put(make("pre", out === u ? `d${out}/d${w}` : `d${out}/d${w} = d${out}/d${u} · d${u}/d${w}`, "grad"));
  if (e.rule !== null) {
    const rule = data.rules[e.rule];
    title(word("rule"));
    put(make("pre", rule.source), make("p", `${b.node}, ${rule.where}`, "quiet"));
    title(word("numbers"));
    pairs(e.numbers.map(([name, text], i) => [name, text, i ? "" : "grad"]));
  }
  const inserted = e.rule === null ? null : withNumbers(data.rules[e.rule].source, e.numbers);
  title(word("result"));
  if (inserted) put(make("pre", inserted));
  put(make("pre", `${e.label && !e.partial ? `${e.label} = ` : ""}${sent[2]}`, "grad"));
  if (e.partial) put(make("p", word("sum"), "quiet"));
}

function showGroup(g) {
  put(make("h2", g.name || g.kind), make("p", `${word("module")} ${g.kind}`, "quiet"));
  put(make("p", `${counted(g.operations, "operations")}, ${counted(g.numbers, "parameters")}`));
  const button = make("button", word(open.has(g.id) ? "closeIt" : "openIt"));
  button.onclick = () => toggle(g.id);
  put(button);
}

function toggle(g) {
  const id = open.has(g) ? `f${g}` : `g${g}`, before = boxes.get(id);
  open.has(g) ? open.delete(g) : open.add(g);
  arrange();
  paint();
  const after = boxes.get(open.has(g) ? `f${g}` : `g${g}`);
  if (before && after) {  // what was clicked stays where it was
    zoom.x += (before[0] + before[2] / 2 - after[0] - after[2] / 2) * zoom.k;
    zoom.y += (before[1] - after[1]) * zoom.k;
    applyZoom();
  }
  show(open.has(g) ? `f${g}` : `g${g}`);
}
function setAll(opened) {
  open.clear();
  if (opened) for (const g of groups) open.add(g.id);
  arrange();
  paint();
  fit(READABLE);
}

// Search.

const texts = vertices.map((v) => [v.name, v.op, v.node, v.call, v.place?.text, v.place?.where, ...vertexAround[v.id].map((g) => `${groupOf.get(g).name} ${groupOf.get(g).kind}`)].join(" ").toLowerCase());
let hits = [], hit = -1;
function search(query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  hits = words.length ? vertices.filter((v) => words.every((w) => texts[v.id].includes(w))).map((v) => v.id) : [];
  hit = -1;
  const found = new Set(hits.map(seenAs));
  for (const [id, g] of part) {
    g.classList.toggle("found", found.has(id));
    g.classList.toggle("faded", words.length > 0 && (id[0] === "v" || id[0] === "g") && !found.has(id));
  }
  if (words.length) story.replaceChildren(make("span", hits.length ? `${hits.length} ${word("found")}` : word("nothing"), "quiet"));
  else tell(step ? steps[step - 1] : null);
}
function nextHit(back) {
  if (!hits.length) return;
  hit = (hit + (back ? -1 : 1) + hits.length) % hits.length;
  const closed = vertexAround[hits[hit]].filter((g) => !open.has(g));
  if (closed.length) {
    for (const g of closed) open.add(g);
    arrange();
    paint();
    search(at("search").value);
    hit = hits.indexOf(hits[Math.max(0, hit)]);
  }
  const id = `v${hits[Math.max(0, hit)]}`, box = boxes.get(id);
  zoom.x = canvas.clientWidth / 2 - (box[0] + box[2] / 2) * zoom.k;
  zoom.y = canvas.clientHeight / 2 - (box[1] + box[3] / 2) * zoom.k;
  applyZoom();
  show(id);
}

// Mouse, keys, theme, language.

function speak() {
  document.documentElement.lang = language;
  for (const e of document.querySelectorAll("[data-title]")) {
    e.title = word(e.dataset.title);
    e.setAttribute("aria-label", e.title);
  }
  for (const e of document.querySelectorAll("[data-label]")) e.setAttribute("aria-label", word(e.dataset.label));
  at("search").placeholder = word("search");
  at("search").setAttribute("aria-label", word("search"));
  at("language").textContent = language === "zh" ? "EN" : "中";
  paint();
  show(chosen);
}
let dark = matchMedia("(prefers-color-scheme: dark)").matches;
function colour() {
  for (const [name, value] of Object.entries(data.themes[dark ? "dark" : "light"])) document.body.style.setProperty(`--rl-${name}`, value);
  document.documentElement.style.colorScheme = dark ? "dark" : "light";
}

const actions = {
  first: () => go(0), previous: () => go(step - 1), next: () => go(step + 1), last: () => go(steps.length), play,
  close: () => setAll(false), open: () => setAll(true), minus: () => scaleBy(0.8), plus: () => scaleBy(1.25), fit: () => fit(),
  theme: () => { dark = !dark; colour(); },
  language: () => { language = language === "zh" ? "en" : "zh"; speak(); },
};
for (const [id, action] of Object.entries(actions)) at(id).onclick = () => { if (timer && id !== "play") stop(); action(); };
at("slider").oninput = (event) => { stop(); go(Number(event.target.value)); };
at("search").oninput = (event) => search(event.target.value);

const KEYS = {
  ArrowLeft: "previous", ArrowRight: "next", Home: "first", End: "last", " ": "play", f: "fit", "+": "plus", "=": "plus", "-": "minus",
  o: "open", c: "close", d: "theme", l: "language",
};
document.onkeydown = (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target === at("search")) {
    if (event.key === "Enter") nextHit(event.shiftKey);
    else if (event.key === "Escape") { event.target.value = ""; search(""); event.target.blur(); }
    return;
  }
  const focused = event.target.closest?.("[data-what]");
  if (event.key === "/") { at("search").focus(); at("search").select(); }
  else if (event.key === "Escape") show(null);
  else if (event.key === "Enter" && focused) choose(focused);
  else if (event.key in KEYS && !(event.target.tagName === "BUTTON" && event.key === " ") && !(event.target === at("slider") && event.key.startsWith("Arrow"))) at(KEYS[event.key]).click();
  else return;
  event.preventDefault();
};

function choose(g, again) {
  const id = g.dataset.id;
  if (id[0] === "g" || (again && id[0] === "f")) toggle(Number(id.slice(1)));
  else show(id);
}
let drag = null;
canvas.onpointerdown = (event) => {
  drag = { x: event.clientX, y: event.clientY, moved: false };
};
canvas.onpointermove = (event) => {
  if (!drag || !event.buttons) return;
  if (!drag.moved && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < 4) return;
  if (!drag.moved) canvas.setPointerCapture(event.pointerId);
  zoom.x += event.clientX - drag.x;
  zoom.y += event.clientY - drag.y;
  drag = { x: event.clientX, y: event.clientY, moved: true };
  canvas.classList.add("dragging");
  applyZoom();
};
canvas.onpointerup = (event) => {
  const g = event.target.closest("[data-what]"), clicked = drag && !drag.moved;
  drag = null;
  canvas.classList.remove("dragging");
  if (clicked) g ? choose(g, event.target.tagName === "text") : show(null);
};
canvas.addEventListener("wheel", (event) => {
  event.preventDefault();
  const { left, top } = canvas.getBoundingClientRect();
  scaleBy(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0015)), event.clientX - left, event.clientY - top);
}, { passive: false });

for (const [id, g] of part) {
  if (g.dataset.what === "edge") {
    const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
    line.setAttribute("class", "edge-hit");
    g.prepend(line);
    continue;
  }
  if (id[0] === "f") continue;
  g.setAttribute("tabindex", "0");
  g.setAttribute("role", "button");
  g.setAttribute("aria-label", id[0] === "v" ? `${nameOf(vertices[id.slice(1)])} ${vertices[id.slice(1)].op}` : groupOf.get(Number(id.slice(1))).name);
}
colour();
arrange();
speak();
fit(READABLE);
document.documentElement.dataset.ready = "yes";
