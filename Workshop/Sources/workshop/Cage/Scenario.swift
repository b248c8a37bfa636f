/// One run of the learner's program, and what is done meanwhile.
struct Scenario: Hashable, Sendable {
  enum Deed: Hashable, Sendable {
    /// Nothing but waiting for the end.
    case wait
    /// When the probe has told what it sees, it is looked at from outside; then its standard input ends.
    case look
    /// When the probe has told what it sees, `rd` gets the signal.
    case signal(Int32)
    /// As `look`; and meanwhile `rd exec` runs the probe once more, with these options and arguments.
    case exec(options: [String] = [], probe: [String] = ["facts"])
  }

  var options: [String] = []
  var image = "/images/small"
  /// The arguments of the probe; or another command.
  var probe: [String] = ["facts"]
  var command: [String]?
  var deed = Deed.wait
  var caller = Caller.root
  /// In place of an image; its config.json has the command.
  var bundle: String?
  /// Whether the cage's network has a way to another one.
  var isOnline = false

  /// The learner's command line after the program's own name.
  func arguments(level: Int) -> [String] {
    if let bundle { return ["run", "--bundle", bundle] }
    let image = level >= 1 ? ["--image", image] : []
    return ["run"] + image + options + ["--"] + (command ?? ["/probe"] + probe)
  }
}
