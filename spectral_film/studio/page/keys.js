// Pointer and keys on the picture and on the page.

import { choose, keepOther, mark, need, page, pin, point, splitAt } from "./studio.js";

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const TENTH = 0.1; // stop, of a key

export function keys(studio) {
  onPicture(studio);
  onSplit();
  onPage(studio);
}

function onPicture(studio) {
  const { view } = studio;
  let drag = null;
  page.stage.addEventListener("pointermove", (event) => {
    if (drag && view.zoom) {
      view.pan([event.clientX - drag.x, event.clientY - drag.y]);
      drag = { x: event.clientX, y: event.clientY, moved: true };
      need("picture");
    } else if (!event.buttons) {
      point(view.place(event));
    }
  });
  page.stage.addEventListener("pointerleave", () => point(null));
  page.stage.addEventListener("pointerdown", (event) => {
    if (event.target === page.split) return;
    drag = { x: event.clientX, y: event.clientY, moved: false };
  });
  page.stage.addEventListener("pointerup", (event) => {
    const place = view.place(event);
    if (drag && !drag.moved && place) pin(place, event.shiftKey);
    drag = null;
  });
  page.stage.addEventListener("keydown", (event) => {
    if (event.target !== page.stage) return;
    const step = STEPS[event.key];
    if (step) {
      const far = step.map((one) => one * (event.shiftKey ? 10 : 1));
      const to = view.step(studio.cursor ?? view.centre, far);
      if (view.zoom && !view.pixel(to)) {
        view.centre = to;
        need("picture");
      }
      point(to);
    } else if (event.key === "Enter" && studio.cursor) {
      pin(studio.cursor, event.shiftKey);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      studio.pins = [null, null];
      mark();
      need("pixel");
    } else {
      return;
    }
    event.preventDefault();
  });
}

function onSplit() {
  const { split, sheet } = page;
  split.addEventListener("pointerdown", (event) => split.setPointerCapture(event.pointerId));
  split.addEventListener("pointermove", (event) => {
    if (!split.hasPointerCapture(event.pointerId)) return;
    const box = sheet.getBoundingClientRect();
    splitAt((100 * (event.clientX - box.left)) / box.width);
  });
  split.addEventListener("keydown", (event) => {
    const step = STEPS[event.key]?.[0];
    if (step) splitAt(Number(split.ariaValueNow) + step * (event.shiftKey ? 10 : 1));
  });
}

function onPage(studio) {
  const { settings } = studio;
  const expose = (stops) => settings.set("exposure", Math.round(100 * (settings.get("exposure") + stops)) / 100);
  const next = () => choose("compare", { "": "b", b: "scene", scene: "" }[studio.compare]);
  const does = {
    1: () => choose("mode", "print"), 2: () => choose("mode", "negative"), 3: () => choose("mode", "scene"),
    f: () => choose("zoom", "0"), h: () => choose("zoom", "1"), j: () => choose("zoom", "2"),
    b: keepOther, c: next, "[": () => expose(-TENTH), "]": () => expose(TENTH),
    w: () => page.wedge.click(), e: () => page.export.click(), o: () => page.open.click(),
    i: () => page.instruments.toggleAttribute("hidden"), "?": () => page.keysDialog.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]")) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
      event.preventDefault();
      if (event.shiftKey) settings.redo();
      else settings.undo();
    } else if (!event.ctrlKey && !event.metaKey && !event.altKey && !isWriting(event.target) && does[event.key]) {
      event.preventDefault();
      does[event.key]();
    }
  });
  page.keys.addEventListener("click", () => page.keysDialog.showModal());
}

// Letters belong to a field that takes them, and in a list they choose.
function isWriting(field) {
  return field.matches("select, textarea, input:not([type=range], [type=radio], [type=checkbox])");
}
