// Small prints of one picture beside each other; the one that is chosen becomes the setting.

import { picture } from "./ask.js";
import { element } from "./controls.js";
import { page, seen } from "./studio.js";

const WIDTH = 240;
const STEPS = { exposure: [-2, -1, -0.5, 0, 0.5, 1, 2], "printer-points": [-6, -4, -2, 0, 2, 4, 6] };

export function wedge(studio) {
  const { settings } = studio;
  let asked = 0; // a strip that is being printed while another is asked for is left

  async function print() {
    const mine = ++asked;
    const key = page.wedgeOf.querySelector(":checked").value;
    const now = settings.get(key);
    page.strip.replaceChildren();
    for (const step of STEPS[key]) {
      const value = key === "exposure" ? now + step : now.map((one) => one + step);
      const got = await picture("picture", { settings: { ...seen(), [key]: value }, width: WIDTH, side: "wedge" });
      if (mine !== asked || !page.wedgeDialog.open) return;
      page.strip.append(frame(got, key, value, step === 0));
    }
  }

  function frame(got, key, value, isNow) {
    const canvas = element("canvas", { width: got.width, height: got.height });
    canvas.getContext("2d").putImageData(got.image, 0, 0);
    const words = key === "exposure" ? `${value >= 0 ? "+" : "−"}${Math.abs(value)} stops` : value.join(" ");
    const button = element("button", { type: "button" });
    button.append(canvas, `${words}${isNow ? ", as it is" : ""}`);
    button.addEventListener("click", () => {
      settings.set(key, value);
      page.wedgeDialog.close();
    });
    return button;
  }

  page.wedge.addEventListener("click", () => {
    page.wedgeDialog.showModal();
    print().catch((error) => studio.tell(error.message, true));
  });
  page.wedgeOf.addEventListener("change", () => print().catch((error) => studio.tell(error.message, true)));
}
