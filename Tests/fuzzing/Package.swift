// swift-tools-version: 6.1
import PackageDescription

// `make fuzz` builds it, with the compiler's flags for libFuzzer on every module. The checkout that this
// folder lies in can have any name but this package's own.
let package = Package(
  name: "fuzzing",
  dependencies: [
    .package(name: "cooper", path: "../.."),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
  ],
  targets: [
    .target(name: "CFuzzer"),
    .executableTarget(
      name: "Fuzz",
      dependencies: [
        "CFuzzer", .product(name: "Containers", package: "cooper"),
        .product(name: "OCISpec", package: "cooper"),
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
