// The address tells tab, model, method, task and settings, never the picture. A tab that is opened is
// a step of the browser's history, so that Back leads to the one before.
window.studioAddress = {
  asked: location.search,  // what the page was opened with
  open: false,  // whether the page has taken it in: what its parts say before is not a visitor's doing
  taken: new Set(),
  once(key) {
    const asked = this.taken.has(key) ? null : new URLSearchParams(this.asked).get(key);
    this.taken.add(key);
    return asked;
  },
  chosen: "",  // but for a tab that was opened meanwhile
  begin() {
    this.open = true;
    if (this.chosen) this.keep("tab", this.chosen);
  },
  keep(key, value, usual) {
    if (!this.open && key === "tab" && value !== usual) this.chosen = value;
    if (!this.open) return;
    const url = new URL(location);
    if (value === null || value === undefined || String(value) === String(usual)) url.searchParams.delete(key);
    else url.searchParams.set(key, value);
    if (url.href === location.href) return;
    if (key === "tab") history.pushState(history.state, "", url);
    else history.replaceState(history.state, "", url);
  },
  knobs(prefix, names, usual, now) {
    names.forEach((name, i) => this.keep(prefix + name, now[i], usual[i]));
  },
  tab() {
    return new URL(location).searchParams.get("tab") || "Project";
  },
};
window.addEventListener("popstate", () => {
  const asked = studioAddress.tab();
  for (const tab of document.querySelectorAll("[role=tab]"))
    if (tab.textContent.trim() === asked && tab.getAttribute("aria-selected") !== "true") tab.click();
});
