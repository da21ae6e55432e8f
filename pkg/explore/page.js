// Sends what the explorer's controls are set to, with a number that grows: messages may overtake each other on their way.
function explore(id, address) {
  const root = document.getElementById(id);
  if (!root || root.dataset.running) return;
  root.dataset.running = "true";
  const control = (name) => root.querySelector(`[name=${name}]`);
  const sliders = [...root.querySelectorAll("input[type=range]")];
  const status = root.querySelector("[role=status]");
  const chosen = (slider) => JSON.parse(slider.dataset.values)[slider.value];

  // Labels and controls follow what is chosen.
  const refresh = () => {
    for (const slider of sliders) {
      const value = String(chosen(slider));
      slider.nextElementSibling.textContent = value;
      slider.setAttribute("aria-valuetext", value);
    }
    const beta = control("beta");
    if (!beta) return;
    beta.disabled = Boolean(control("net").selectedOptions[0].dataset.withoutBeta);
    if (beta.disabled) beta.nextElementSibling.textContent = "–";
  };

  const usual = status.textContent;
  let sequence = 0;
  const send = (done) => {
    const settings = { sequence: ++sequence, done: done };
    for (const field of root.querySelectorAll("select, input[type=number]")) settings[field.name] = field.value;
    for (const slider of sliders) settings[slider.name] = chosen(slider);
    const connected = Boolean(globalThis.gonb_comm);
    if (connected) globalThis.gonb_comm.send(address, JSON.stringify(settings));
    return connected;
  };
  const tell = (connected) => {
    status.textContent = connected ? usual : "This page is not connected to the cell: press the stop button, then run the cell again.";
  };

  // JupyterLab would take arrow keys and letters for commands of its own. It keeps those with Ctrl or Command.
  root.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
  });

  // While a slider moves, a message every 40 ms is as much as can be seen; the last one is always sent.
  let waiting = null;
  root.addEventListener("input", () => {
    refresh();
    waiting ??= setTimeout(() => {
      waiting = null;
      tell(send(false));
    }, 40);
  });
  control("done").addEventListener("click", () => {
    const connected = send(true);
    tell(connected);
    if (connected) for (const element of root.querySelectorAll("input, select, button")) element.disabled = true;
  });

  // The cell is told that this page answers, a few times: the connection may come up late, or anew.
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
