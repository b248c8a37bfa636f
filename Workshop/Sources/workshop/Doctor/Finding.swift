/// One thing that the course needs of a machine.
enum Finding {
  case good(String)
  /// What is missing, the levels that it touches, and what helps.
  case short(String, levels: String, remedy: String)

  var text: String {
    switch self {
    case .good(let what): "good   \(what)"
    case .short(let what, let levels, let remedy):
      """
      SHORT  \(what)
             Levels: \(levels).
             Remedy: \(remedy).
      """
    }
  }

  var isShort: Bool {
    if case .short = self { return true }
    return false
  }
}
