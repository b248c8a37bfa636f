// Boxes of two editions become tabs; all of them show the edition that was chosen last. Before print both are shown
// by the style sheet.
const boxes = [...document.querySelectorAll(".editions")]

function choose(edition) {
  for (const box of boxes) {
    for (const tab of box.querySelectorAll("[role=tab]")) {
      const isChosen = tab.dataset.edition === edition
      tab.setAttribute("aria-selected", isChosen)
      tab.tabIndex = isChosen ? 0 : -1
      document.getElementById(tab.getAttribute("aria-controls")).hidden = !isChosen
    }
  }
  remembered.set("edition", edition)
}

// The tab stays where it is on the screen, though boxes above it change their height.
function chooseAt(tab) {
  const before = tab.getBoundingClientRect().top
  choose(tab.dataset.edition)
  scrollBy({ top: tab.getBoundingClientRect().top - before, behavior: "instant" })
  tab.focus({ preventScroll: true })
}

function makeTabs(box, number) {
  const list = document.createElement("div")
  list.className = "tabs"
  list.setAttribute("role", "tablist")
  list.setAttribute("aria-label", "Edition")
  for (const panel of box.querySelectorAll("[data-edition]")) {
    const tab = document.createElement("button")
    tab.id = `tab-${number}-${panel.dataset.edition}`
    panel.id = `panel-${number}-${panel.dataset.edition}`
    panel.setAttribute("role", "tabpanel")
    panel.setAttribute("aria-labelledby", tab.id)
    tab.textContent = panel.querySelector(".edition").textContent
    tab.dataset.edition = panel.dataset.edition
    tab.setAttribute("role", "tab")
    tab.setAttribute("aria-controls", panel.id)
    tab.addEventListener("click", () => chooseAt(tab))
    list.append(tab)
  }
  list.addEventListener("keydown", event => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return
    chooseAt(list.querySelector("[aria-selected=false]"))
    event.preventDefault()
  })
  box.prepend(list)
  box.classList.add("tabbed")
}

// A link to a place in the page leaves the contents, which on a small screen cover it.
const contents = document.getElementById("contents")
contents.addEventListener("click", event => { if (event.target.matches("a")) contents.hidePopover() })

boxes.forEach(makeTabs)
choose(remembered.get("edition") === "swift" ? "swift" : "python")
