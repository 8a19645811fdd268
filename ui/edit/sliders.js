// Sliders in named groups. props.value = {groups: [{title, open, rows: [{k, name, at}]}], moved}: k is
// the slider's number, at where it stands. A slider that moves says so by an "input" event, with
// moved = {k, at}; one that is let go by "release". Drawn here, so that a group that was opened stays
// open and what is typed into the search stays there.
const REACH = 4, MANY = 12;
const root = element.querySelector(".sliders");
let drawn = "", rows = [];

function add(parent, tag, properties = {}) {
  return parent.appendChild(Object.assign(document.createElement(tag), properties));
}

function stand(row, at) {
  row.range.value = at;
  row.number.textContent = (at > 0 ? "+" : "") + at.toFixed(1);
  row.zero.style.visibility = at ? "visible" : "hidden";
}

function move(row, at) {
  stand(row, at);
  row.asked.at = at;
  props.value = { ...props.value, moved: { k: row.asked.k, at } };
  trigger("input");
}

function line(parent, asked) {
  const box = add(parent, "div", { className: "slide" }), id = `direction-${asked.k}`;
  const row = { box, asked };
  add(box, "label", { htmlFor: id, textContent: asked.name });
  row.zero = add(box, "button", { type: "button", textContent: "↺", title: "Back to 0" });
  row.zero.setAttribute("aria-label", `${asked.name} back to 0`);
  row.number = add(box, "output", { htmlFor: id });
  row.range = add(box, "input", { type: "range", id, min: -REACH, max: REACH, step: 0.1 });
  row.range.addEventListener("input", () => move(row, Number(row.range.value)));
  row.range.addEventListener("change", () => trigger("release"));
  row.zero.addEventListener("click", () => { move(row, 0); trigger("release"); });
  return row;
}

function find(words) {
  const sought = words.trim().toLowerCase();
  for (const { box, asked } of rows) box.hidden = !asked.name.toLowerCase().includes(sought);
  for (const group of root.querySelectorAll("details")) {
    group.hidden = !group.querySelector(".slide:not([hidden])");
    if (sought && !group.hidden) group.open = true;
  }
  const none = root.querySelector(".none");
  if (none) none.hidden = rows.some(({ box }) => !box.hidden);
}

function draw() {
  const groups = props.value.groups;
  root.replaceChildren();
  rows = [];
  if (groups.reduce((sum, group) => sum + group.rows.length, 0) > MANY) {
    const search = add(root, "input", { type: "search", placeholder: "Find a slider: smile, hair, light …" });
    search.setAttribute("aria-label", "Find a slider");
    search.addEventListener("input", () => find(search.value));
    add(root, "p", { className: "note none", textContent: "No slider is called so.", hidden: true });
  }
  for (const group of groups) {
    let box = root;
    if (group.title) {
      box = add(root, "details", { open: group.open });
      add(box, "summary", { textContent: group.title });
    }
    rows.push(...group.rows.map((asked) => line(box, asked)));
  }
}

function renew() {
  const groups = props.value.groups;
  const names = JSON.stringify(groups.map(({ title, rows }) => [title, rows.map(({ k, name }) => [k, name])]));
  if (names !== drawn) draw();
  drawn = names;
  const asked = groups.flatMap((group) => group.rows);
  rows.forEach((row, i) => { row.asked = asked[i]; stand(row, asked[i].at); });
}

watch("value", renew);
renew();
