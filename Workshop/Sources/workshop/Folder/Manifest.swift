import Facts
import Linux

/// The learner's Package.swift. What it builds follows from its text alone: SwiftPM reads it once, and later takes what it
/// remembers for this text, whatever the folders are then.
enum Manifest {
  private static let programs = "let programs = ["

  static func text(package: String, program: String) -> String {
    """
    // swift-tools-version: 6.1
    import PackageDescription

    // Folders with a main.swift. When one goes, its name here goes too: workshop run and check see to it.
    \(programs)"\(program)"]

    let package = Package(
      name: "workshop",
      dependencies: [.package(name: "cooper", path: "\(package)")],
      targets: programs.map {
        .executableTarget(name: $0, dependencies: [.product(name: "Linux", package: "cooper")], path: $0)
      },
      swiftLanguageModes: [.v6]
    )

    """
  }

  /// The same text, with this program and without those whose folder isn't there any more; nil where it isn't of this
  /// kind.
  static func with(_ program: String, in text: String, isThere: (String) -> Bool) -> String? {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let isList = { (line: String) in line.hasPrefix(programs) && line.hasSuffix("]") }
    guard let index = lines.firstIndex(where: isList) else { return nil }
    let words = lines[index].dropFirst(programs.count).dropLast().split { ", \"".contains($0) }
    var listed = words.map(String.init)
    if !listed.contains(program) { listed.append(program) }
    let kept = listed.filter { $0 == program || isThere($0) }
    lines[index] = "\(programs)\(kept.map { "\"\($0)\"" }.joined(separator: ", "))]"
    return lines.joined(separator: "\n")
  }
}
