// The studio: what is chosen, what is seen, what is read. One thing is asked at a time, the newest.

import { about, ask, picture, Refused } from "./ask.js";
import { Controls } from "./controls.js";
import { exporting } from "./exporting.js";
import { Instruments } from "./instruments.js";
import { keys } from "./keys.js";
import { opening } from "./opening.js";
import { vectorscope, waveform } from "./scopes.js";
import { Settings } from "./settings.js";
import { View } from "./view.js";
import { wedge } from "./wedge.js";

export const page = Object.fromEntries(
  [...document.querySelectorAll("[id]")].map((one) => [one.id.replace(/-(.)/g, (_, letter) => letter.toUpperCase()), one]));
const context = { a: page.a.getContext("2d"), b: page.b.getContext("2d") };

const state = await ask("state");
export const settings = new Settings(state.usual, state.start, () => need("picture", "curves"));
const controls = new Controls(page.controls, page.about, state, settings);
const view = new View(page.stage, page.sheet);
export const instruments = new Instruments(page);
export const studio = {
  state, settings, view, controls,
  mode: "print",
  compare: "",
  other: null, // settings of B
  cursor: null,
  pins: [null, null],
  shown: null, // what the server said of the picture that is seen
  open, need, tell, choose, mark,
};

// What is to be asked for, and in which order.
const needs = new Set();
const DOES = { picture: see, other: seeOther, scopes: scope, pixel: read, histogram: count, curves: draw };
const ORDER = Object.keys(DOES);

export function need(...things) {
  for (const thing of things) needs.add(thing);
  if (document.body.ariaBusy !== "true") work();
}

async function work() {
  document.body.ariaBusy = "true";
  try {
    while (needs.size) {
      const next = ORDER.find((thing) => needs.delete(thing));
      await DOES[next]().catch((error) => refused(next, error));
    }
  } finally {
    document.body.ariaBusy = "false";
  }
}

async function refused(what, error) {
  if (!(error instanceof Refused) && !(error instanceof TypeError)) throw error;
  if (what === "picture") {
    needs.clear(); // nothing else can be read of it
    if (error instanceof Refused && await isAnother()) return;
  }
  tell(error instanceof Refused ? error.message : "the studio does not answer; was it stopped?", true);
}

// The settings as they are seen: a negative on the light box is one that is not printed.
export function seen(of = settings.now) {
  return studio.mode === "negative" ? { ...of, print: "none" } : of;
}

async function see() {
  const question = view.question();
  const slow = setTimeout(() => { page.wait.hidden = false; }, 700);
  try {
    const start = performance.now();
    const asked = { settings: seen(), ...question };
    const coming = picture(studio.mode === "scene" ? "scene" : "picture", asked);
    controls.update(); // while the film is made
    page.undo.disabled = !settings.past.length;
    page.redo.disabled = !settings.future.length;
    const got = await coming;
    show(page.a, context.a, got);
    view.lay(question, got);
    mark();
    if (studio.mode !== "scene") {
      studio.shown = { asked, ...got, milliseconds: performance.now() - start };
      describe();
      need("scopes", "pixel", "histogram");
    }
    if (studio.compare) need("other");
    document.body.dataset.drawn = Number(document.body.dataset.drawn ?? 0) + 1;
  } finally {
    clearTimeout(slow);
    page.wait.hidden = true;
  }
}

function show(canvas, into, { image, width, height }) {
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  into.putImageData(image, 0, 0);
}

let otherShown = "";
async function seeOther() {
  const { compare, other } = studio;
  page.b.hidden = page.split.hidden = !compare;
  if (!compare) return;
  const asked = { settings: seen(compare === "b" ? other ?? settings.start : settings.now), ...view.question(), side: "b" };
  const name = compare === "scene" ? "scene" : "picture";
  const key = name + JSON.stringify(asked);
  if (key !== otherShown) show(page.b, context.b, await picture(name, asked));
  otherShown = key;
  cut();
}

// Left of the line is A, right of it what it is compared with.
function cut() {
  const share = Number(page.split.ariaValueNow);
  page.split.style.left = `${share}%`;
  page.b.style.clipPath = `inset(0 0 0 ${share}%)`;
}

export function splitAt(share) {
  page.split.ariaValueNow = Math.round(Math.max(0, Math.min(100, share)));
  cut();
}

// When the picture has been painted, which nothing may hold up.
async function scope() {
  await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
  if (needs.has("picture")) return;
  waveform(page.waveform, studio.shown.image);
  vectorscope(page.vectorscope, studio.shown.image);
}

async function read() {
  if (!studio.shown || studio.mode === "scene") return;
  const { asked } = studio.shown;
  const found = [];
  for (const place of [studio.cursor, ...studio.pins]) {
    const at = place && view.pixel(place);
    if (needs.has("picture")) return; // it will be read of the next
    found.push(at ? await ask("pixel", { ...asked, x: at[0], y: at[1] }) : null);
  }
  instruments.read = found;
  instruments.draw();
}

async function count() {
  instruments.histogram = await ask("histogram", studio.shown.asked);
  instruments.draw();
}

async function draw() {
  instruments.curves = await ask("curves", { settings: seen() });
  instruments.draw();
}

function describe() {
  const { shown } = studio;
  const percent = (share) => `${(100 * share).toFixed(share && share < 0.001 ? 3 : 1)} %`;
  const pitch = shown.pitch_um.map((one) => one.toFixed(1));
  tell([
    `${shown.width} × ${shown.height}, ${pitch[0]} µm a pixel on the film`,
    `${shown.milliseconds.toFixed(0)} ms, ${state.device}`,
    `mean ${shown.mean_stop >= 0 ? "+" : "−"}${Math.abs(shown.mean_stop).toFixed(2)} stops over grey`,
    `beyond the sheet: ${percent(shown.above)} above, ${percent(shown.below)} below`,
    ...(shown.outside ? [`${percent(shown.outside)} beyond ${shown.display}`] : []),
    ...(shown.display === "sRGB" ? [] : [`codes of ${shown.display}, for a screen set to it`]),
    ...shown.notes,
  ].join(" · "));
}

export function tell(sentence, bad = false) {
  page.status.textContent = page.status.title = sentence;
  page.status.classList.toggle("bad", bad);
}

export async function open(question) {
  studio.state.picture = await ask("open", question);
  opened();
}

// Whether another window of this studio opened another picture, which then is shown here too.
async function isAnother() {
  const now = (await ask("state")).picture;
  if (now.number === state.picture.number) return false;
  state.picture = now;
  opened();
  return true;
}

function opened() {
  const { picture: now } = studio.state;
  about(now.number);
  page.name.textContent = now.name;
  page.size.textContent = `${now.width} × ${now.height}, ${now.bands ? `${now.bands} bands of ${now.kind}` : now.space}`;
  document.title = `${now.name} · spectral-film studio`;
  view.open(now);
  studio.cursor = null;
  studio.pins = [null, null];
  otherShown = "";
  need("picture", "curves");
}

export function choose(name, value) {
  const field = document.querySelector(`input[name="${name}"][value="${value}"]`);
  field.checked = true;
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

export function mark() {
  view.mark(page.here, studio.cursor);
  studio.pins.forEach((place, at) => view.mark(page[`pin${at + 1}`], place));
}

export function point(place) {
  studio.cursor = place;
  mark();
  need("pixel");
}

export function pin(place, second) {
  studio.pins[second ? 1 : 0] = place;
  mark();
  need("pixel");
}

export function keepOther() {
  studio.other = settings.now;
  if (studio.compare === "b") need("other");
  else choose("compare", "b");
}

page.mode.addEventListener("change", (event) => {
  studio.mode = event.target.value;
  need("picture", "curves");
});
page.zoom.addEventListener("change", (event) => {
  if (studio.cursor) view.centre = studio.cursor;
  view.zoom = Number(event.target.value);
  need("picture");
});
page.compare.addEventListener("change", (event) => {
  studio.compare = event.target.value;
  need("other");
});
page.keep.addEventListener("click", keepOther);
page.undo.addEventListener("click", () => settings.undo());
page.redo.addEventListener("click", () => settings.redo());
page.usual.addEventListener("click", () => settings.replace({ ...settings.start }));
new ResizeObserver(() => need("picture")).observe(page.stage);

keys(studio);
opening(studio);
wedge(studio);
exporting(studio);
opened();
