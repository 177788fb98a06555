// Two pictures over each other: the handle says how much is seen of the left one.
for (const over of document.querySelectorAll(".pair .over")) {
  const handle = over.querySelector("input");
  const move = () => over.style.setProperty("--at", handle.value + "%");
  handle.addEventListener("input", move);
  move();
}
