extension Sequence {
  /// What the first one answers that has an answer. Each is asked once: `lazy.compactMap(ask).first` asks that one
  /// again, and ends the process where it has no answer any more.
  func firstResult<Result>(_ ask: (Element) throws -> Result?) rethrows -> Result? {
    for element in self {
      if let result = try ask(element) { return result }
    }
    return nil
  }
}
