// Two pictures under a line: props.value {before, after, left, right, …}, the pictures as data URIs,
// left and right their names. The line is moved by dragging over the picture, or by the slider below
// it; it stays where it is when the picture changes. Once the picture has rested for a moment, a
// "submit" event asks for all that need not follow at once.
const REST = 350;  // ms
let at = 50, held = false, waiting = 0;
const find = (selector) => element.querySelector(selector);

function show() {
  element.style.setProperty("--at", `${at}%`);
  const range = find("input[type=range]");
  if (range) range.value = at;
}

function follow(event) {
  const box = find(".under").getBoundingClientRect();
  at = Math.round(Math.min(100, Math.max(0, 100 * (event.clientX - box.left) / box.width)));
  show();
}

element.addEventListener("input", (event) => {
  if (event.target.type !== "range") return;
  at = Number(event.target.value);
  show();
});
element.addEventListener("click", (event) => {
  if (!event.target.closest(".whole")) return;
  if (document.fullscreenElement) document.exitFullscreen();
  else find(".under").requestFullscreen();
});
element.addEventListener("pointerdown", (event) => {
  if (!event.target.closest(".under") || event.target.closest("button")) return;
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
if (props.value.after) renew();
