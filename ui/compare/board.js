// The cells of a race: props.value = {tiles: [{name, source, …}], against, columns}. What is zoomed or
// dragged in one moves all. Drawn here once for a race and then changed in place, so that zoom, place
// and keyboard stay while it runs.
const MOST = 12, STEP = 1.5, MOVE = 8, NEAR = 3;  // largest zoom; of a key, in percent; of a double click
const root = element.querySelector(".race");
let drawn = "", rows = [], zoom = 1, x = 0, y = 0;  // x, y: the corner, in panes
const pointers = new Map();

function add(parent, tag, className = "", properties = {}) {
  return parent.appendChild(Object.assign(document.createElement(tag), { className, ...properties }));
}

function place(nextZoom, nextX, nextY) {
  zoom = Math.min(MOST, Math.max(1, nextZoom));
  [x, y] = [nextX, nextY].map((each) => Math.min(0, Math.max(1 - zoom, each)));
  for (const [name, value] of [["zoom", zoom], ["x", `${100 * x}%`], ["y", `${100 * y}%`]])
    root.style.setProperty(`--${name}`, value);
  root.toggleAttribute("data-zoomed", zoom > 1);
}

// zooms so that the place (px, py) of a pane, in [0, 1], stays where it is
function towards(px, py, next) {
  const clamped = Math.min(MOST, Math.max(1, next)), ratio = clamped / zoom;
  place(clamped, px - (px - x) * ratio, py - (py - y) * ratio);
}

function differ(on) {
  root.toggleAttribute("data-difference", on);
  root.querySelector(".tools input").checked = on;
}

function at(pane, event) {
  const box = pane.getBoundingClientRect();
  return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
}

function tools() {
  const bar = add(root, "div", "tools");
  for (const [text, name, work] of [
    ["−", "Zoom out", () => towards(0.5, 0.5, zoom / STEP)],
    ["+", "Zoom in", () => towards(0.5, 0.5, zoom * STEP)],
    ["Whole", "Show the whole pictures", () => place(1, 0, 0)],
  ]) {
    const button = add(bar, "button", "", { type: "button", textContent: text, title: name });
    button.setAttribute("aria-label", name);
    button.addEventListener("click", work);
  }
  const label = add(bar, "label");
  const box = add(label, "input", "", { type: "checkbox" });
  box.addEventListener("change", () => differ(box.checked));
  label.append("Difference, three times as bright");
}

function cell(parent, asked) {
  const figure = add(parent, "figure", "lane"), pane = add(figure, "div", "pane");
  const row = { figure, pane, image: add(pane, "img", "shown", { draggable: false }) };
  row.over = add(pane, "img", "over", { alt: "", draggable: false });
  row.sentence = add(pane, "p", "sentence");
  row.mark = add(pane, "span", "mark");
  row.bar = add(add(figure, "div", "bar"), "i");
  const caption = add(figure, "figcaption");
  add(caption, "b", "", { textContent: asked.name, title: asked.name });
  row.name = caption.firstChild;
  row.model = add(caption, "small");
  row.numbers = add(caption, "span", "numbers");
  row.detail = add(caption, "span", "detail");
  return row;
}

function draw(tiles) {
  root.replaceChildren();
  tools();
  const lanes = add(root, "div", "lanes", { tabIndex: 0 });
  lanes.setAttribute("role", "group");
  lanes.setAttribute("aria-label", "All methods side by side. Plus and minus zoom, arrows move, 0 shows all, D the difference.");
  rows = tiles.map((asked) => cell(lanes, asked));
  place(1, 0, 0);
}

function show(row, asked, against) {
  const { image, figure } = row;
  row.name.textContent = row.name.title = asked.name;
  if (asked.source && image.getAttribute("src") !== asked.source) image.src = asked.source;
  image.hidden = !asked.source;
  image.alt = asked.given ? asked.name : `what ${asked.name} draws`;
  row.over.hidden = asked.given || !asked.source;
  if (!row.over.hidden && row.over.getAttribute("src") !== against) row.over.src = against;
  figure.className = `lane ${asked.given ? "given" : asked.state}${asked.leads ? " leads" : ""}`;
  row.mark.textContent = asked.leads || "";
  row.sentence.textContent = asked.source ? "" : asked.sentence || "";
  row.model.textContent = asked.model || "";
  row.numbers.replaceChildren(...(asked.numbers || []).map((text) => Object.assign(document.createElement("span"), { textContent: text })));
  row.detail.textContent = asked.given ? "" : (asked.source && asked.sentence) || asked.detail;
  row.bar.style.width = asked.given ? "0" : asked.done;
}

function renew() {
  const { tiles, against, columns } = props.value;
  const names = JSON.stringify(tiles.length);
  if (tiles.length && (names !== drawn || !root.firstChild)) draw(tiles);
  if (!tiles.length) root.replaceChildren();
  drawn = names;
  root.style.setProperty("--columns", columns);
  tiles.forEach((asked, i) => show(rows[i], asked, against));
}

element.addEventListener("pointerdown", (event) => {
  const pane = event.target.closest(".pane");
  if (!pane || (zoom === 1 && event.pointerType === "mouse")) return;
  pointers.set(event.pointerId, { pane, at: at(pane, event) });
  if (zoom > 1 && event.pointerType === "mouse") event.preventDefault();
});
window.addEventListener("pointermove", (event) => {
  const held = pointers.get(event.pointerId);
  if (!held) return;
  const now = at(held.pane, event), other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
  if (other) {
    const far = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]) || 1e-3;
    towards((now[0] + other.at[0]) / 2, (now[1] + other.at[1]) / 2, (zoom * far(now, other.at)) / far(held.at, other.at));
  } else if (zoom > 1) place(zoom, x + now[0] - held.at[0], y + now[1] - held.at[1]);
  held.at = now;
});
for (const end of ["pointerup", "pointercancel"])
  window.addEventListener(end, (event) => pointers.delete(event.pointerId));
element.addEventListener("dblclick", (event) => {
  const pane = event.target.closest(".pane");
  if (pane) zoom > 1 ? place(1, 0, 0) : towards(...at(pane, event), NEAR);
});
element.addEventListener("wheel", (event) => {
  const pane = event.target.closest(".pane");
  if (!pane || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  towards(...at(pane, event), zoom * Math.exp(-event.deltaY / 200));
}, { passive: false });
element.addEventListener("keydown", (event) => {
  if (!event.target.closest(".lanes") || event.ctrlKey || event.metaKey || event.altKey) return;
  const work = {
    "+": () => towards(0.5, 0.5, zoom * STEP), "=": () => towards(0.5, 0.5, zoom * STEP),
    "-": () => towards(0.5, 0.5, zoom / STEP), 0: () => place(1, 0, 0),
    ArrowLeft: () => place(zoom, x + MOVE / 100, y), ArrowRight: () => place(zoom, x - MOVE / 100, y),
    ArrowUp: () => place(zoom, x, y + MOVE / 100), ArrowDown: () => place(zoom, x, y - MOVE / 100),
    d: () => differ(!root.hasAttribute("data-difference")),
  }[event.key];
  if (!work || (event.key.startsWith("Arrow") && zoom === 1)) return;
  event.preventDefault();
  work();
});

watch("value", renew);
renew();
