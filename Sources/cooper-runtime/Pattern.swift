import Glibc

/// regcomp(3): an extended regular expression.
final class Pattern {
  private var compiled = regex_t()

  init(_ text: String) throws(UsageError) {
    if regcomp(&compiled, text, REG_EXTENDED | REG_NOSUB) != 0 {
      throw UsageError("--regex \(text): it is no regular expression")
    }
  }

  deinit { regfree(&compiled) }

  func matches(_ text: String) -> Bool { regexec(&compiled, text, 0, nil, 0) == 0 }
}
