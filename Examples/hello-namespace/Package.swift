// swift-tools-version: 6.1
import PackageDescription

// A program of yours has the first of the two lines, with the repository's URL. Here the second is taken, the
// checkout that this example lies in, unless COOPER_URL is set.
let cooper: Package.Dependency =
  if let url = Context.environment["COOPER_URL"] {
    .package(url: url, from: "0.1.0")
  } else {
    .package(name: "cooper", path: "../..")
  }

let package = Package(
  name: "hello-namespace",
  dependencies: [
    cooper,
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
  ],
  targets: [
    .executableTarget(
      name: "hello-namespace",
      dependencies: [
        .product(name: "Linux", package: "cooper"),
        .product(name: "SystemPackage", package: "swift-system"),
      ])
  ],
  swiftLanguageModes: [.v6]
)
