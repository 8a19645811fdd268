// The frame of the crop on the photo itself: dragged, and made smaller or larger by its corner. It
// stands where the sliders of the crop stand, and moves them; all else follows from these.
const card = element.closest(".picture");
const sliders = ["Zoom", "Left – right", "Up – down", "Turn"];
const slider = (name) => card.querySelector(`input[type=range][aria-label="range slider for ${name}"]`);
const layer = document.createElement("div");
layer.className = "framing";
layer.setAttribute("aria-hidden", "true");
layer.innerHTML = '<div class="frame"><i></i></div>';
const frame = layer.firstChild;
let photo = null, held = null;

// The crop in pixels of the photo: its side, and where its left upper corner is.
function box() {
  const [zoom, x, y, angle] = sliders.map((name) => Number(slider(name).value));
  const side = Math.min(photo.naturalWidth, photo.naturalHeight) / zoom;
  const left = (photo.naturalWidth - side) / 2 * (1 + x), top = (photo.naturalHeight - side) / 2 * (1 + y);
  return { side, left, top, angle };
}

// How many pixels of the page one of the photo is, and where in its element the photo begins.
function scale() {
  const { naturalWidth: w, naturalHeight: h, clientWidth: W, clientHeight: H } = photo;
  const fit = Math.min(W / w, H / h);
  const s = getComputedStyle(photo).objectFit === "scale-down" ? Math.min(fit, 1) : fit;
  return { s, x: photo.offsetLeft + (W - w * s) / 2, y: photo.offsetTop + (H - h * s) / 2, w: w * s, h: h * s };
}

function place() {
  if (!element.isConnected) return clearInterval(timer);
  photo = card.querySelector(".photo .image-frame img, .photo [data-testid=image] img, .photo img");
  const shown = photo && photo.naturalWidth && photo.offsetParent && sliders.every(slider);
  layer.hidden = !shown;
  if (!shown) return;
  const holder = photo.parentElement, { side, left, top, angle } = box(), { s, x, y, w, h } = scale();
  if (layer.parentElement !== holder) {
    if (getComputedStyle(holder).position === "static") holder.style.position = "relative";
    holder.append(layer);
  }
  Object.assign(layer.style, { left: `${x}px`, top: `${y}px`, width: `${w}px`, height: `${h}px` });
  Object.assign(frame.style, {
    left: `${left * s}px`, top: `${top * s}px`, width: `${side * s}px`, height: `${side * s}px`,
    transform: `rotate(${angle}deg)`,
  });
}

function set(name, value) {
  const input = slider(name), kept = Math.min(Number(input.max), Math.max(Number(input.min), value));
  if (Math.abs(kept - Number(input.value)) < Number(input.step) / 2) return;
  input.value = kept;
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

function move(side, left, top) {
  const { naturalWidth: w, naturalHeight: h } = photo;
  set("Zoom", Math.min(w, h) / side);
  if (w - side > 1) set("Left – right", 2 * left / (w - side) - 1);
  if (h - side > 1) set("Up – down", 2 * top / (h - side) - 1);
  place();
}

layer.addEventListener("pointerdown", (event) => {
  event.preventDefault();
  event.stopPropagation();
  layer.setPointerCapture(event.pointerId);
  held = { ...box(), x: event.clientX, y: event.clientY, grip: event.target.tagName === "I" };
});
layer.addEventListener("pointermove", (event) => {
  if (!held) return;
  const { s } = scale(), dx = (event.clientX - held.x) / s, dy = (event.clientY - held.y) / s;
  if (!held.grip) return move(held.side, held.left + dx, held.top + dy);
  const most = Math.min(photo.naturalWidth, photo.naturalHeight);
  const side = Math.min(most, Math.max(most / Number(slider("Zoom").max), held.side + dx + dy));
  move(side, held.left + (held.side - side) / 2, held.top + (held.side - side) / 2);
});
for (const end of ["pointerup", "pointercancel"]) layer.addEventListener(end, () => { held = null; });
for (const name of ["click", "dblclick"]) layer.addEventListener(name, (event) => event.stopPropagation());
const timer = setInterval(place, 200);  // sliders move without an event, pictures load, windows change
