// The crop, and a brush over it. props.value = {picture, mask, caption}: data URIs, "" for none.
// The mask is a PNG whose alpha is the painted area; it goes back with an "input" event.
const COLOUR = "#17c3ae";
let tool = "", last = null, drawing = false;
const find = (selector) => element.querySelector(selector);
const context = () => find("canvas").getContext("2d");

function sync() {
  element.dataset.holding = tool;
  element.querySelectorAll("button[data-tool]").forEach((button) =>
    button.setAttribute("aria-pressed", String(button.dataset.tool === tool)));
}

function restore() {
  sync();
  if (!find("canvas")) return;
  const c = context(), { width, height } = c.canvas;
  c.globalCompositeOperation = "source-over";
  c.clearRect(0, 0, width, height);
  const mask = props.value.mask;
  if (!mask) return;
  const image = new Image();
  image.onload = () => {
    if (props.value.mask !== mask) return;
    c.drawImage(image, 0, 0, width, height);
    c.globalCompositeOperation = "source-in";
    c.fillStyle = COLOUR;
    c.fillRect(0, 0, width, height);
    c.globalCompositeOperation = "source-over";
  };
  image.src = mask;
}

function send() {
  const c = context(), { width, height } = c.canvas;
  const painted = c.getImageData(0, 0, width, height).data.some((x, i) => i % 4 === 3 && x > 127);
  props.value = { ...props.value, mask: painted ? c.canvas.toDataURL("image/png") : "" };
  queueMicrotask(sync);
  trigger("input");
}

function at(event) {
  const box = event.target.getBoundingClientRect(), canvas = event.target;
  return [(event.clientX - box.left) * canvas.width / box.width,
          (event.clientY - box.top) * canvas.height / box.height];
}

function stroke(event) {
  const c = context(), point = at(event);
  c.globalCompositeOperation = tool === "erase" ? "destination-out" : "source-over";
  c.strokeStyle = c.fillStyle = COLOUR;
  c.lineWidth = Number(find("input[type=range]").value);
  c.lineCap = c.lineJoin = "round";
  c.beginPath();
  c.arc(...point, c.lineWidth / 2, 0, 2 * Math.PI);  // a tap is a dot
  c.fill();
  c.beginPath();
  c.moveTo(...(last || point));
  c.lineTo(...point);
  c.stroke();
  last = point;
}

element.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-tool]");
  if (!button) return;
  if (button.dataset.tool === "clear") {
    props.value = { ...props.value, mask: "" };
    restore();
    trigger("input");
  } else {
    tool = tool === button.dataset.tool ? "" : button.dataset.tool;
    sync();
  }
});
element.addEventListener("pointerdown", (event) => {
  if (!tool || event.target.tagName !== "CANVAS") return;
  event.preventDefault();
  event.target.setPointerCapture(event.pointerId);
  drawing = true;
  last = null;
  stroke(event);
});
element.addEventListener("pointermove", (event) => { if (drawing) stroke(event); });
for (const end of ["pointerup", "pointercancel"])
  element.addEventListener(end, () => { if (drawing) { drawing = false; send(); } });
watch("value", restore);
restore();
