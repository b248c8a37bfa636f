// The reader's choices outlive the page where the browser lets them.
const remembered = {
  get(name) { try { return localStorage.getItem(name) } catch { return null } },
  set(name, value) { try { localStorage.setItem(name, value) } catch { /* not remembered */ } },
}

const preference = matchMedia("(prefers-color-scheme: dark)")
const root = document.documentElement

function isDark() { return root.dataset.scheme ? root.dataset.scheme === "dark" : preference.matches }

if (remembered.get("scheme")) root.dataset.scheme = remembered.get("scheme")

document.addEventListener("DOMContentLoaded", () => {
  const button = document.querySelector(".scheme")
  const label = () => { button.textContent = isDark() ? "Light" : "Dark" }
  button.hidden = false
  button.addEventListener("click", () => {
    root.dataset.scheme = isDark() ? "light" : "dark"
    remembered.set("scheme", root.dataset.scheme)
    label()
  })
  preference.addEventListener("change", label)
  label()
})
