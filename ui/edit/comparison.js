// Original and edited under a line, and the list of edits: props.value {before, picture, edits, note},
// the pictures as data URIs. The line is moved by dragging over the picture, or by the slider below
// it; it stays where it is when the picture changes. Once the picture has rested for a moment, a
// "submit" event asks for all that need not follow at once.
const REST = 350;  // ms
let at = 50, held = false, waiting = 0;

function show() {
  element.style.setProperty("--at", `${at}%`);
  const range = element.querySelector("input[type=range]");
  if (range) range.value = at;
}

function follow(event) {
  const box = element.querySelector(".under").getBoundingClientRect();
  at = Math.round(Math.min(100, Math.max(0, 100 * (event.clientX - box.left) / box.width)));
  show();
}

element.addEventListener("input", (event) => {
  if (event.target.type !== "range") return;
  at = Number(event.target.value);
  show();
});
element.addEventListener("pointerdown", (event) => {
  if (!event.target.closest(".under")) return;
  event.preventDefault();
  held = true;
  follow(event);
});
window.addEventListener("pointermove", (event) => { if (held) follow(event); });
for (const end of ["pointerup", "pointercancel"])
  window.addEventListener(end, () => { held = false; });
function renew() {
  show();
  clearTimeout(waiting);
  waiting = setTimeout(() => trigger("submit"), REST);
}

watch("value", renew);
if (props.value.picture) renew();
