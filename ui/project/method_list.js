// A list of methods in groups. props.value is the name of the chosen one.
const inputs = () => [...element.querySelectorAll("input")];

function sync() {
  for (const input of inputs()) input.checked = input.value === props.value;
  for (const group of element.querySelectorAll("details"))
    group.open = !!group.querySelector("input:checked");
}

element.addEventListener("change", (event) => {
  props.value = event.target.value;
  trigger("input");
});
watch(["value", "families"], sync);
sync();

// The method that the page's address asked for; the list may come to be seen long after the rest.
const asked = window.studioAddress?.once(inputs()[0]?.name);
if (asked && asked !== props.value && inputs().some((x) => x.value === asked && !x.disabled)) {
  props.value = asked;
  trigger("input");
  queueMicrotask(sync);
}
