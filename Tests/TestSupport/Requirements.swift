import Linux
import SystemPackage
import Testing

/// Something that a test needs and a machine may lack.
public struct Requirement: Sendable {
  /// Who can do something about it. `REQUIRE_ALL=1` turns the skip of an installable one into a failure; the
  /// tests that are skipped for a machine's sake are listed in Tests/machine-skips.txt.
  public enum Kind: String, Sendable {
    /// A package, or being root.
    case installable
    /// The kernel, a controller, a capability.
    case machine
  }

  public let name: String
  public let kind: Kind
  let isMet: @Sendable () -> Bool

  public init(_ name: String, _ kind: Kind, isMet: @escaping @Sendable () -> Bool) {
    self.name = name
    self.kind = kind
    self.isMet = isMet
  }

  /// What scripts/tally.py reads in the reason of a skip.
  var message: String { "missing requirement: \(name) (\(kind.rawValue))" }
}

extension Requirement {
  /// Real and effective: what reads "Uid: 0 0 0 0" in /proc.
  public static let root = Requirement("root", .installable) {
    let status = (try? readFile("/proc/self/status")) ?? ""
    return status.split(separator: "\n").contains("Uid:\t0\t0\t0\t0")
  }

  /// A program that is found in PATH.
  public static func program(_ name: String) -> Requirement {
    Requirement(name, .installable) {
      let path = currentEnvironment().first { $0.hasPrefix("PATH=") }?.dropFirst(5) ?? "/usr/bin:/bin"
      return path.split(separator: ":").contains { exists("\($0)/\(name)") }
    }
  }

  /// A file or directory that only some kernels have: "/proc/self/ns/time".
  public static func kernelFile(_ path: String) -> Requirement {
    Requirement(path, .machine) { exists(path) }
  }

  /// What came with a version of the kernel. Distributions may have it earlier; then the test is skipped without need.
  public static func kernel(_ major: Int, _ minor: Int) -> Requirement {
    Requirement("Linux \(major).\(minor)", .machine) {
      let release = (try? readFile("/proc/sys/kernel/osrelease")) ?? ""
      let numbers = release.split { !$0.isNumber }.prefix(2).compactMap { Int($0) }
      return numbers.count == 2 && KernelVersion(numbers[0], numbers[1]) >= KernelVersion(major, minor)
    }
  }

  /// What no file tells: `probe` makes the call, and gives whether the kernel has it.
  public static func kernel(_ name: String, probe: @escaping @Sendable () -> Bool) -> Requirement {
    Requirement(name, .machine, isMet: probe)
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips the test where the requirement is missing, or fails it: `@Test(.requires(.root))`.
  public static func requires(
    _ requirement: Requirement, sourceLocation: SourceLocation = #_sourceLocation
  ) -> Self {
    .enabled(Comment(rawValue: requirement.message), sourceLocation: sourceLocation) {
      if requirement.isMet() { return true }
      if requirement.kind == .installable, currentEnvironment().contains("REQUIRE_ALL=1") {
        throw MissingRequirement(description: "\(requirement.message), and REQUIRE_ALL is set")
      }
      return false
    }
  }
}

struct MissingRequirement: Error, CustomStringConvertible {
  let description: String
}

private func exists(_ path: String) -> Bool {
  guard let file = try? FileDescriptor.open(FilePath(path), .readOnly) else { return false }
  try? file.close()
  return true
}
