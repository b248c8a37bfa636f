// swift-tools-version: 6.1
import PackageDescription

// The library Linux alone, as it is installed for learners: beside it lies swift-system.
let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")

let package = Package(
  name: "cooper",
  products: [.library(name: "Linux", targets: ["Linux"])],
  dependencies: [.package(path: "../swift-system")],
  targets: [
    .target(name: "CLinux", cSettings: [.define("_GNU_SOURCE")]),
    .target(name: "Linux", dependencies: ["CLinux", system]),
  ],
  swiftLanguageModes: [.v6]
)
