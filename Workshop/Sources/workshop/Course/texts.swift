import Linux

/// The texts of a Markdown file under its headings "## NAME".
func sections(_ text: String) -> [(name: String, text: String)] {
  var found: [(name: String, text: String)] = []
  for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
    if line.hasPrefix("## ") {
      found.append((String(line.dropFirst(3)), ""))
    } else if !found.isEmpty {
      found[found.count - 1].text += line + "\n"
    }
  }
  return found.map { ($0.name, trimmed($0.text)) }
}

/// The items of a Markdown list "1. …", without their numbers and margins.
func items(_ text: String) -> [String] {
  var found: [String] = []
  for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
    let digits = line.prefix { $0.isNumber }
    if !digits.isEmpty && line.dropFirst(digits.count).hasPrefix(". ") {
      found.append(line.dropFirst(digits.count + 2) + "\n")
    } else if !found.isEmpty {
      found[found.count - 1] += (line.hasPrefix("   ") ? line.dropFirst(3) : line) + "\n"
    }
  }
  return found.map(trimmed)
}

/// Without empty lines before and after.
private func trimmed(_ text: String) -> String {
  let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
  return lines.drop { $0.isEmpty }.reversed().drop { $0.isEmpty }.reversed().joined(separator: "\n")
}
