// Opening a picture: by path, by file, by drop; or the built-in scene. A recipe may be dropped too.

import { ask, put, Refused } from "./ask.js";
import { page } from "./studio.js";

export function opening(studio) {
  const fields = {
    input_space: page.inputSpace, input_view: page.inputView, spectra: page.spectra,
    wavelengths: page.wavelengths, part: page.part, layer: page.layer, nan: page.nan,
  };
  const told = () => Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.value.trim()]));

  async function attempt(work) {
    page.openError.textContent = "opening …";
    try {
      await work();
      page.openDialog.close();
      page.openError.textContent = "";
    } catch (error) {
      if (!(error instanceof Refused) && !(error instanceof TypeError)) throw error;
      page.openError.textContent = error instanceof Refused ? error.message : "it could not be sent";
      if (!page.openDialog.open) studio.tell(page.openError.textContent, true);
    }
  }

  async function take(files) {
    const [recipe] = files.filter((file) => file.name.endsWith(".toml"));
    if (recipe) {
      const { settings } = await ask("recipe/read", { text: await recipe.text() });
      studio.settings.replace(settings);
      return;
    }
    for (const [at, file] of files.entries()) await put(file, at === 0);
    // Of a cube the header is what is opened.
    const first = files.find((file) => file.name.endsWith(".hdr")) ?? files[0];
    await studio.open({ dropped: first.name, ...told() });
  }

  page.open.addEventListener("click", () => page.openDialog.showModal());
  page.openGo.addEventListener("click", (event) => {
    event.preventDefault();
    const files = [...page.files.files];
    attempt(() => (files.length ? take(files) : studio.open({ path: page.path.value.trim(), ...told() })));
  });
  page.builtIn.addEventListener("click", () => attempt(() => studio.open({ built_in: true })));
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    document.body.classList.add("dropping");
  });
  document.addEventListener("dragleave", () => document.body.classList.remove("dropping"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    document.body.classList.remove("dropping");
    const files = [...event.dataTransfer.files];
    if (files.length) attempt(() => take(files));
  });
}
