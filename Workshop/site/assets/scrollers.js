// What scrolls sideways can be reached by the keyboard.
const scrollers = new ResizeObserver(changes => {
  for (const { target } of changes) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0
    else target.removeAttribute("tabindex")
  }
})
for (const element of document.querySelectorAll("pre, .table")) scrollers.observe(element)
