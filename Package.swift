// swift-tools-version: 6.1
import PackageDescription

let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")

// The Python module is linked for setup.py only: a dependent of this package would build every dynamic library in it,
// and all that the package has beside.
let pythonModule: [Product] =
  Context.environment["COOPER_PYTHON"] == "1"
  ? [.library(name: "LinuxPython", type: .dynamic, targets: ["LinuxPython"])] : []

let package = Package(
  name: "cooper",
  products: [
    .library(name: "Linux", targets: ["Linux"]),
    .library(name: "Containers", targets: ["Containers"]),
    .executable(name: "cooper", targets: ["cooper"]),
  ] + pythonModule,
  dependencies: [
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
  ],
  targets: [
    .target(name: "CLinux", cSettings: [.define("_GNU_SOURCE")]),
    .target(name: "Linux", dependencies: ["CLinux", system]),
    .target(name: "CPython"),
    .target(name: "LinuxPython", dependencies: ["CLinux", "CPython", "Linux", system]),
    .target(name: "OCISpec"),
    .target(name: "Containers", dependencies: ["CLinux", "Linux", "OCISpec", system]),
    .executableTarget(
      name: "cooper",
      dependencies: [
        "Containers", "Linux", "OCISpec", system,
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .target(name: "TestSupport", dependencies: ["Linux", system], path: "Tests/TestSupport"),
    .testTarget(name: "LinuxTests", dependencies: ["Linux", "CLinux", "TestSupport", system]),
  ],
  swiftLanguageModes: [.v6]
)
