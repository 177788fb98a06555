// What leaves the studio: a picture, a table, a pack, a recipe; or the command that makes it.

import { ask, cancel, Refused } from "./ask.js";
import { page, seen } from "./studio.js";

const ABOUT = {
  render: "What is seen, at its full size, by the command below. The suffix says which file: .exr .tif .png .jpg .dpx.",
  piece: "The piece that is seen at 100 or 200 %, exactly as it is in the whole.",
  "bake lut": "The colour path as a table, .cube .clf .csp .3dl or .png; halation, edges and grain have no place in one.",
  "bake pack": "Tables and kernels for other software, a folder or a .zip.",
  recipe: "The settings as a text that render, bake, farm and wedge take by --recipe, to be saved or copied.",
};
const SUFFIX = { render: ".exr", piece: ".png", "bake lut": ".cube", "bake pack": "-pack" };
const EVERY = 250; // ms between two looks at how far it is

export function exporting(studio) {
  const { settings } = studio;
  const what = () => page.what.querySelector(":checked").value;
  const isPicture = () => ["render", "piece"].includes(what());
  const question = () => ({
    what: what() === "piece" ? "render" : what(),
    settings: isPicture() ? seen() : settings.now,
    target: page.target.value.trim(),
    ...(what() === "piece" && studio.view.zoom ? { crop: studio.view.piece } : {}),
    ...(page.bits.value && isPicture() ? { bits: Number(page.bits.value) } : {}),
    overwrite: page.replace.checked,
  });

  async function attempt(work) {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Refused) && !(error instanceof TypeError)) throw error;
      said(error instanceof Refused ? error.message : "the studio does not answer", true);
    }
  }

  const said = (sentence, bad = false) => {
    page.said.textContent = sentence;
    page.said.classList.toggle("bad", bad);
  };

  function suggest() {
    const { picture, folder } = studio.state;
    const stem = isPicture() ? picture.name.replace(/\.[^.]*$/, "").replaceAll(" ", "-") : "look";
    page.target.value = `${folder}/${stem}-${settings.get("film")}${SUFFIX[what()] ?? ""}`;
  }

  let asked = 0; // an answer that comes after the next question is left
  async function update() {
    const mine = ++asked;
    const recipe = what() === "recipe";
    page.whatAbout.textContent = ABOUT[what()];
    for (const row of [page.targetRow, page.replaceRow]) row.hidden = recipe;
    page.bitsRow.hidden = !isPicture();
    page.write.textContent = recipe ? "Save" : "Write";
    await attempt(async () => {
      const answer = recipe ? await ask("recipe", { settings: settings.now }) : await ask("command", question());
      if (mine !== asked) return;
      page.text.textContent = recipe ? answer.text : answer.command;
      if (!running) said("");
    });
  }

  let running = false;
  function follow(order) {
    const { state, stage } = order;
    running = state === "running";
    page.stop.hidden = page.progress.hidden = !running;
    page.write.disabled = running;
    if (stage) page.progress.value = stage[1] / stage[2];
    const last = order.said.at(-1) ?? "";
    if (running) said(stage ? `${stage[0]} (${stage[1]} of ${stage[2]})` : "begun");
    else if (state === "done") said(`${order.target} is written. ${order.said.slice(1).join(" ")}`);
    else said(state === "cancelled" ? "cancelled; nothing is left of it" : last, state === "failed");
    if (running) setTimeout(() => attempt(async () => follow(await ask("order"))), EVERY);
  }

  page.export.addEventListener("click", () => {
    page.exportDialog.showModal();
    if (!page.target.value) suggest();
    update();
  });
  page.what.addEventListener("change", () => {
    suggest();
    update();
  });
  for (const field of [page.target, page.bits, page.replace]) field.addEventListener("input", update);
  page.copy.addEventListener("click", () => attempt(async () => {
    await navigator.clipboard.writeText(page.text.textContent);
    said("copied");
  }));
  page.write.addEventListener("click", () => {
    if (what() === "recipe") save(page.text.textContent, `${settings.get("film")}.toml`);
    else attempt(async () => follow(await ask("order", question())));
  });
  page.stop.addEventListener("click", () => attempt(cancel));
}

// The browser asks where, or has a folder for it.
function save(text, name) {
  const link = Object.assign(document.createElement("a"), {
    href: URL.createObjectURL(new Blob([text], { type: "application/toml" })), download: name,
  });
  link.click();
  URL.revokeObjectURL(link.href);
}
