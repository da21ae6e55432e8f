// The page's side of the explorer. What the controls are set to is its state, a text such as "net=residual&depth=50": it is sent to the
// cell with a number that grows, as messages may overtake each other, and every picture carries the state that it shows.
function explore(id, address) {
  const root = document.getElementById(id);
  if (!root || root.dataset.running) return;
  root.dataset.running = "true";
  const form = root.querySelector("form"), status = root.querySelector("[role=status]"), bar = root.querySelector("progress");
  const sliders = [...root.querySelectorAll("input[type=range]")];
  const field = (name) => form.elements[name];
  const tool = (name) => root.querySelector(`[data-tool=${name}]`);
  const picture = () => document.getElementById("picture-" + id);
  const usual = status.textContent;
  let latest = { number: 0 }, said = "";

  const state = () => {
    const all = new URLSearchParams(new FormData(form));
    if (!all.get("pinned")) all.delete("pinned");
    return all.toString();
  };

  // Sliders stand at the value on them that is nearest to their number, and what has no effect on a net can't be moved.
  const settle = () => {
    const without = (field("net")?.selectedOptions[0]?.dataset.without ?? "").split(" ");
    for (const slider of sliders) {
      const number = field(slider.dataset.for), values = JSON.parse(slider.dataset.values);
      number.disabled = slider.disabled = without.includes(number.name);
      slider.setAttribute("aria-valuetext", number.value || number.placeholder);
      if (!number.value) continue;
      const distances = values.map((value) => Math.abs(value - number.value));
      slider.value = distances.indexOf(Math.min(...distances));
    }
    if (!tool("pin")) return;
    tool("pin").textContent = field("pinned").value ? "Unpin" : "Pin";
    tool("pin").setAttribute("aria-pressed", String(Boolean(field("pinned").value)));
    if (document.activeElement !== tool("name")) tool("name").value = state();
  };

  // A picture of something else than the controls say is dimmed, and the bar moves until the one that they ask for is whole.
  const refresh = () => {
    const now = state(), shown = picture(), mine = latest.state === now;
    const stale = shown?.dataset.state !== now;
    shown?.classList.toggle("stale", stale);
    shown?.setAttribute("aria-busy", String(stale));
    root.classList.toggle("busy", mine ? !latest.ready : stale);
    if (mine && latest.total) [bar.max, bar.value] = [latest.total, latest.done ?? 0];
    else bar.removeAttribute("value");
    root.querySelector(".doing").textContent = (mine && latest.work) || "computing…";
    for (const input of form.querySelectorAll("[name]")) {
      if (mine && latest.field === input.name) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
    const text = (mine && latest.problem) || said || usual;
    if (status.textContent !== text) status.textContent = text;
  };
  const say = (text) => { said = text; refresh(); };

  // The cell tells news by scripts of its outputs.
  (globalThis.shatteredExplorers ??= {})[id] = (news) => {
    if (news.number < latest.number) return;
    latest = news.state === latest.state ? { ...latest, ...news } : news;
    if (news.code && tool("code")) tool("code").value = news.code;
    refresh();
  };

  let sequence = 0;
  const send = (done) => {
    const connected = Boolean(globalThis.gonb_comm);
    if (connected) globalThis.gonb_comm.send(address, JSON.stringify({ sequence: ++sequence, done: done, state: state() }));
    return connected;
  };
  const lost = "This page is not connected to the cell: press the stop button, then run the cell again.";
  const tell = (connected) => {
    if (!connected) say(lost);
    else if (said === lost) say("");
  };

  // While a slider moves, a message every 40 ms is as much as can be seen; a number is complete when no key follows. The last is always sent.
  let waiting = null;
  const changed = (typed) => {
    said = "";
    settle();
    refresh();
    if (typed) waiting = clearTimeout(waiting);
    waiting ??= setTimeout(() => {
      waiting = null;
      tell(send(false));
    }, typed ? 300 : 40);
  };
  form.addEventListener("input", ({ target }) => {
    if (target.dataset.for) field(target.dataset.for).value = JSON.parse(target.dataset.values)[target.value];
    if (target.dataset.for || target.name) changed(target.type === "number");
  });
  form.addEventListener("submit", (event) => event.preventDefault());

  // JupyterLab would take arrow keys and letters for commands of its own. It keeps those with Ctrl or Command.
  root.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
  });

  const restore = (text) => {
    const wanted = [...new URLSearchParams(text.trim())];
    const unknown = wanted.find(([name]) => field(name)?.name !== name);
    if (!wanted.length || unknown) return say(`This is no name of a picture${unknown ? `: there is no control "${unknown[0]}"` : ""}.`);
    form.reset();
    for (const [name, value] of wanted) {
      if (field(name).type === "checkbox") field(name).checked = true;
      else field(name).value = value;
    }
    changed();
  };
  const copy = async (box, words) => {
    root.querySelector("details").open = true;
    box.focus();
    box.select();
    try {
      await navigator.clipboard.writeText(box.value);
      say(words);
    } catch { // without https, pages may not use the clipboard
      say(document.execCommand("copy") ? words : "Press Ctrl+C to copy what is selected.");
    }
  };
  const click = (name, action) => tool(name)?.addEventListener("click", action);
  click("reset", () => { form.reset(); changed(); });
  click("pin", () => {
    const shown = new URLSearchParams(picture()?.dataset.state ?? "");
    shown.delete("pinned");
    shown.delete("theory");
    field("pinned").value = field("pinned").value ? "" : shown.toString();
    changed();
  });
  click("copy-code", () => copy(tool("code"), "Copied. Paste it into a cell."));
  click("copy-name", () => { tool("name").value = state(); copy(tool("name"), "Copied. Put it into this field some day, or into explore.Config{State: …}."); });
  tool("name")?.addEventListener("change", () => restore(tool("name").value));
  field("done").addEventListener("click", () => {
    const connected = send(true);
    tell(connected);
    if (connected) for (const element of form.elements) element.disabled = true;
  });

  // The cell is told that this page answers, a few times: the connection may come up late, or anew.
  settle();
  refresh();
  let attempts = 0, greetings = 0;
  const greet = () => {
    if (!root.isConnected) return;
    const connected = send(false);
    attempts++;
    if (connected) greetings++;
    if (connected || attempts >= 10) tell(connected);
    if (greetings < 4 && attempts < 60) setTimeout(greet, 500);
  };
  greet();
}
