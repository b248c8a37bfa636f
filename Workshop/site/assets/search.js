// Finds sections that have all the words. The index is a script, not data: a page that was opened as a file may load
// nothing else. It is loaded when the reader goes to the field.
let searchIndex = null

const field = document.getElementById("query")
const results = document.getElementById("results")
const count = document.getElementById("count")
const found = document.getElementById("found")
const base = document.body.dataset.root
const most = 20

function load() {
  if (document.getElementById("search-index")) return
  const script = document.createElement("script")
  script.id = "search-index"
  script.src = `${base}assets/index.js`
  script.addEventListener("load", show)
  document.head.append(script)
}

// A word in a heading counts for more than one in the text, and a whole word for more than a part.
function score([, page, heading, text], words) {
  let sum = 0
  for (const word of words) {
    const whole = new RegExp(`(?<!\\w)${word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?!\\w)`, "i")
    const weigh = (place, weight) =>
      whole.test(place) ? 2 * weight : place.toLowerCase().includes(word) ? weight : 0
    const points = weigh(heading, 8) + weigh(page, 4) + weigh(text, 1)
    if (points === 0) return 0
    sum += points
  }
  return sum
}

function excerpt(text, words) {
  const places = words.map(word => text.toLowerCase().indexOf(word)).filter(place => place >= 0)
  const from = Math.max(0, Math.min(...places, text.length) - 40)
  return (from > 0 ? "…" : "") + text.slice(from, from + 160) + (from + 160 < text.length ? "…" : "")
}

function line([address, page, heading, text], words) {
  const item = document.createElement("li")
  const link = document.createElement("a")
  const passage = document.createElement("p")
  link.href = base + address
  link.textContent = heading ? `${page}: ${heading}` : page
  link.addEventListener("click", close)
  passage.textContent = excerpt(text, words)
  item.append(link, passage)
  return item
}

function show() {
  const words = field.value.toLowerCase().split(/\s+/).filter(word => word)
  results.hidden = words.length === 0
  if (words.length === 0 || searchIndex === null) return
  const hits = searchIndex
    .map(entry => [score(entry, words), entry])
    .filter(([points]) => points > 0)
    .sort(([first], [second]) => second - first)
  found.replaceChildren(...hits.slice(0, most).map(([, entry]) => line(entry, words)))
  count.textContent =
    hits.length === 0 ? "Nothing found" :
    hits.length > most ? `${hits.length} sections, the first ${most}:` :
    hits.length === 1 ? "1 section:" : `${hits.length} sections:`
}

function close() {
  field.value = ""
  show()
}

field.closest("search").hidden = false
field.addEventListener("focus", load)
field.addEventListener("input", () => { load(); show() })
document.addEventListener("keydown", event => {
  const isTyping = event.target.matches("input, textarea")
  if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey) { field.focus(); event.preventDefault() }
  if (event.key === "Escape" && !results.hidden) { close(); field.focus() }
})
