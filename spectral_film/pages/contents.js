// Contents are open beside a wide page, and folded away over a narrow one.
{
  const contents = document.querySelector("nav details");
  const wide = matchMedia("(min-width: 68rem)");
  const fold = () => { contents.open = wide.matches; };
  wide.addEventListener("change", fold);
  fold();
}
