// swift-tools-version: 6.1
import PackageDescription

// The checkout that this folder lies in; it can have any name but this package's own.
let linux: Target.Dependency = .product(name: "Linux", package: "cooper")

let levels = [
  "00-fork-exec", "01-chroot", "02-mounts", "03-pivot-root", "04-overlay", "05-uts-ipc", "06-pid",
  "07-network", "08-cpu", "09-memory-pids", "10-users", "11-capabilities", "12-seccomp", "13-user-namespace",
  "14-bridge", "15-volumes-exec", "16-bundle",
]

let package = Package(
  name: "workshop",
  dependencies: [.package(name: "cooper", path: "..")],
  targets: [
    .executableTarget(name: "rd-start", dependencies: [linux], path: "levels/start/swift"),
    .target(name: "CProbe"),
    .target(name: "Facts", dependencies: [linux]),
    .executableTarget(name: "workshop", dependencies: ["Facts", linux]),
    // It runs in images that have no libraries.
    .executableTarget(
      name: "probe", dependencies: ["CProbe", "Facts", linux],
      linkerSettings: [.unsafeFlags(["-static-executable", "-Xlinker", "-s"])]),
  ]
    + levels.map {
      .executableTarget(name: "rd-\($0.prefix(2))", dependencies: [linux], path: "levels/\($0)/swift")
    },
  swiftLanguageModes: [.v6]
)
