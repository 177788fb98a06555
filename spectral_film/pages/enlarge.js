// A figure over the whole window, and larger yet: for details, and for who sees them badly.
{
  const STEP = 1.5, MOST = 12;
  const button = (text, label, act) => {
    const made = document.createElement("button");
    Object.assign(made, { type: "button", textContent: text, onclick: act });
    made.setAttribute("aria-label", label);
    return made;
  };
  for (const figure of document.querySelectorAll("figure:not(figure figure)")) {
    const said = figure.querySelector("[aria-label], img[alt]");
    const what = said?.getAttribute("aria-label") ?? said?.alt ?? "figure";
    let times = 1;
    const zoom = (factor) => {
      times = Math.min(MOST, Math.max(1, times * factor));
      figure.style.setProperty("--times", times);
    };
    const toggle = () => {
      const large = figure.classList.toggle("large");
      document.documentElement.classList.toggle("behind", large);
      zoom(1 / times);
      open.textContent = large ? "Close" : "Enlarge";
      open.setAttribute("aria-expanded", large);
    };
    const open = button("Enlarge", `Enlarge: ${what}`, toggle);
    open.setAttribute("aria-expanded", false);
    const tools = document.createElement("div");
    tools.className = "tools";
    tools.append(open, button("+", "Larger", () => zoom(STEP)),
      button("\u2212", "Smaller", () => zoom(1 / STEP)));
    figure.prepend(tools);
    figure.addEventListener("keydown", (event) => {
      if (!figure.classList.contains("large")) return;
      if (event.key === "Escape") { toggle(); open.focus(); }
      else if (event.key === "+") zoom(STEP);
      else if (event.key === "-") zoom(1 / STEP);
    });
  }
}
