// swift-tools-version: 6.1
import PackageDescription

/// The programs begin with `cooper_start` of CSeal, in front of glibc's `_start`.
let seal: [LinkerSetting] = [.unsafeFlags(["-Xlinker", "--entry=cooper_start"])]
let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")

let package = Package(
  name: "cooper",
  products: [
    .library(name: "Linux", targets: ["Linux"]),
    .library(name: "OCISpec", targets: ["OCISpec"]),
    .library(name: "Containers", targets: ["Containers"]),
    .executable(name: "cooper", targets: ["cooper"]),
    .executable(name: "cooper-runtime", targets: ["cooper-runtime"]),
    // The Python module: setup.py says how it is linked.
    .library(name: "LinuxPython", type: .dynamic, targets: ["LinuxPython"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
  ],
  targets: [
    .target(name: "CLinux", cSettings: [.define("_GNU_SOURCE")]),
    .target(name: "CSeal", cSettings: [.define("_GNU_SOURCE")]),
    .target(name: "Linux", dependencies: ["CLinux", system]),
    .target(name: "CPython"),
    .target(name: "LinuxPython", dependencies: ["CLinux", "CPython", "Linux", system]),
    .target(name: "OCISpec"),
    .systemLibrary(name: "CSeccomp"),
    .target(name: "Containers", dependencies: ["CLinux", "CSeccomp", "Linux", "OCISpec", system]),
    .systemLibrary(name: "CArchive"),
    .target(name: "Images", dependencies: ["CArchive", "CLinux", "Linux", system]),
    .executableTarget(
      name: "cooper",
      dependencies: [
        "CSeal", "Containers", "Images", "Linux", "OCISpec", system,
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], linkerSettings: seal),
    .executableTarget(
      name: "cooper-runtime", dependencies: ["CLinux", "CSeal", "Containers", "Linux", "OCISpec", system],
      linkerSettings: seal),
    .target(name: "TestSupport", dependencies: ["Linux", system], path: "Tests/TestSupport"),
    .testTarget(name: "LinuxTests", dependencies: ["Linux", "CLinux", "TestSupport", system]),
    .testTarget(name: "OCISpecTests", dependencies: ["OCISpec"], exclude: ["Specification"]),
    .testTarget(
      name: "ContainersTests",
      dependencies: ["CLinux", "Containers", "Linux", "OCISpec", "TestSupport", system]),
    .testTarget(name: "ImagesTests", dependencies: ["CLinux", "Images", "Linux", "TestSupport", system]),
  ],
  swiftLanguageModes: [.v6]
)
