import Facts
import Linux

/// The learner's Package.swift.
enum Manifest {
  private static let programs = "let programs = ["

  static func text(package: String, program: String) -> String {
    """
    // swift-tools-version: 6.1
    import Foundation
    import PackageDescription

    \(programs)"\(program)"]

    let package = Package(
      name: "workshop",
      dependencies: [.package(name: "cooper", path: "\(package)")],
      targets: programs.filter { FileManager.default.fileExists(atPath: "\\(Context.packageDirectory)/\\($0)") }.map {
        .executableTarget(name: $0, dependencies: [.product(name: "Linux", package: "cooper")], path: $0)
      },
      swiftLanguageModes: [.v6]
    )

    """
  }

  /// The same text with one program more; nil where it has it, or isn't of this kind.
  static func adding(_ program: String, to text: String) -> String? {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard let index = lines.firstIndex(where: { $0.hasPrefix(programs) && $0.hasSuffix("]") }),
      !lines[index].contains("\"\(program)\"")
    else { return nil }
    lines[index] = "\(lines[index].dropLast()), \"\(program)\"]"
    return lines.joined(separator: "\n")
  }
}
