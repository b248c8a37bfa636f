// One slide at a time. Without this script they are one below the other.
const slides = [...document.querySelectorAll(".slide")]
const button = name => document.querySelector(`button.${name}`)
let edition = remembered.get("edition") === "swift" ? "swift" : "python"
let current = slides[0]

function deck() { return slides.filter(slide => !slide.dataset.edition || slide.dataset.edition === edition) }

function show(slide) {
  current = slide
  for (const other of slides) other.classList.toggle("shown", other === slide)
  for (const other of slides) other.classList.toggle("other-edition", !deck().includes(other))
  document.querySelector(".place").textContent = `${deck().indexOf(slide) + 1} of ${deck().length}`
  button("change-edition").textContent = edition === "swift" ? "Swift" : "Python"
  history.replaceState(null, "", `#${slide.id}`)
  scrollTo(0, 0)
  fit(slide)
}

// What is too high for the window gets smaller, down to half. On a phone it scrolls.
function fit(slide) {
  for (let size = 1; size >= 0.5; size -= 0.05) {
    slide.style.zoom = size
    if (innerWidth < 800 || root.scrollHeight <= innerHeight) return
  }
}

function go(steps) {
  const all = deck()
  show(all[Math.min(Math.max(all.indexOf(current) + steps, 0), all.length - 1)])
}

// The same place in the other edition, or the next slide that both have.
function changeEdition() {
  edition = edition === "swift" ? "python" : "swift"
  remembered.set("edition", edition)
  show(slides.slice(slides.indexOf(current)).find(slide => deck().includes(slide)) ?? deck().at(-1))
}

function toggleNotes() {
  const notes = [...document.querySelectorAll(".notes")]
  const isOpen = notes.some(note => note.open)
  for (const note of notes) note.open = !isOpen
}

const keys = {
  ArrowRight: () => go(1), PageDown: () => go(1), " ": () => go(1), ArrowLeft: () => go(-1), PageUp: () => go(-1),
  Home: () => go(-slides.length), End: () => go(slides.length), n: toggleNotes, e: changeEdition,
}

document.addEventListener("keydown", event => {
  const isPressing = event.key === " " && event.target.matches("button, summary, a")
  if (isPressing || event.ctrlKey || event.metaKey || event.altKey || !(event.key in keys)) return
  keys[event.key]()
  event.preventDefault()
})

for (const [name, action] of [["back", () => go(-1)], ["on", () => go(1)], ["change-edition", changeEdition], ["show-notes", toggleNotes]]) {
  button(name).hidden = false
  button(name).addEventListener("click", action)
}
document.documentElement.classList.add("one-at-a-time")
addEventListener("resize", () => fit(current))
addEventListener("hashchange", () => show(document.getElementById(location.hash.slice(1)) ?? current))
show(deck().find(slide => slide.id === location.hash.slice(1)) ?? deck()[0])
