import Linux

/// Why the bus, or systemd on it, didn't do what was asked for.
enum BusError: Error, Hashable, CustomStringConvertible {
  case unreachable(path: String, String)
  case notLetIn
  /// An error that came as the answer to a call: its name and its text.
  case refused(name: String, String)
  /// How systemd says that its job ended, when not "done".
  case jobEnded(String)
  case malformed
  case closed
  /// A call on the connection failed, with this sentence.
  case broken(String)
  case timedOut

  /// What a call on the connection gave.
  init(_ error: SystemCallError) {
    switch error.errno {
    case .brokenPipe, .connectionReset: self = .closed
    default: self = .broken(error.errno.sentence)
    }
  }

  var description: String {
    switch self {
    case .unreachable(let path, let reason): "the bus at \(path) can't be reached: \(reason)"
    case .notLetIn: "the bus doesn't let this user in"
    case .refused(let name, let text):
      "systemd refuses it: \(text.isEmpty ? "" : "\(text) ")(\(name))\(remedy(name))"
    case .jobEnded(let result): "systemd's job ended with \"\(result)\" and not with \"done\""
    case .malformed: "what the bus says is no message of D-Bus"
    case .closed: "the bus closed the connection"
    case .broken(let reason): "the connection to the bus broke: \(reason)"
    case .timedOut: "the bus gave no answer in time"
    }
  }

  /// Whether it is systemd's own word: then it has made nothing, and will not.
  var isOfSystemd: Bool {
    switch self {
    case .refused, .jobEnded: true
    default: false
    }
  }

  private func remedy(_ name: String) -> String {
    switch name {
    case "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired",
      "org.freedesktop.DBus.Error.AccessDenied":
      "; only root may ask the system's instance, and a user their own"
    case "org.freedesktop.DBus.Error.ServiceUnknown":
      "; no systemd is on this bus: --cgroup-manager cgroupfs asks none"
    case "org.freedesktop.systemd1.UnitExists":
      "; another container of this name is alive, or its scope is left"
    default: ""
    }
  }
}
