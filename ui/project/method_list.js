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
