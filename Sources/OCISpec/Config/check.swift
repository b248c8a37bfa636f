extension Config {
  /// Looks for what is wrong whatever the machine: values that mean nothing, and those that contradict each other.
  public func check() throws(JSONError) {
    try checkVersion()
    if let root, root.path.isEmpty { throw JSONError("root.path", "it is empty") }
    for (index, mount) in mounts.enumerated() {
      if mount.destination.isEmpty { throw JSONError("mounts[\(index)].destination", "it is empty") }
    }
    try process?.check("process")
    try hooks.check()
    try linux.check()
  }

  /// Those of another major version may mean something else.
  private func checkVersion() throws(JSONError) {
    let release = ociVersion.prefix { $0 != "-" && $0 != "+" }
    let parts = release.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, parts.allSatisfy({ UInt($0) != nil }) else {
      throw JSONError("ociVersion", "\"\(ociVersion)\" is no version: as 1.3.0")
    }
    guard parts[0] == "1" else {
      throw JSONError(
        "ociVersion", "\(ociVersion): only versions from 1.0.0 on and below 2.0.0 are understood")
    }
  }
}

extension Process {
  /// - Parameter path: where this process is described.
  public func check(_ path: String) throws(JSONError) {
    guard cwd.utf8.first == UInt8(ascii: "/") else {
      throw JSONError("\(path).cwd", "\"\(cwd)\" is not absolute")
    }
    for (index, variable) in env.enumerated() where !variable.utf8.contains(UInt8(ascii: "=")) {
      throw JSONError("\(path).env[\(index)]", "\"\(variable)\" has no =")
    }
    for (index, limit) in rlimits.enumerated() {
      let place = "\(path).rlimits[\(index)]"
      if rlimits[..<index].contains(where: { $0.type == limit.type }) {
        throw JSONError("\(place).type", "\(limit.type) is there twice")
      }
      if limit.soft > limit.hard {
        throw JSONError("\(place).soft", "\(limit.soft) is more than the hard limit, \(limit.hard)")
      }
    }
    if let score = oomScoreAdj, !(-1000...1000).contains(score) {
      throw JSONError("\(path).oomScoreAdj", "\(score) is not from -1000 to 1000")
    }
    if let umask = user.umask, umask > 0o777 {
      throw JSONError("\(path).user.umask", "\(umask) is more than 511, which is 0777")
    }
    if let size = consoleSize {
      for (name, value) in [("height", size.height), ("width", size.width)] where value > UInt16.max {
        throw JSONError("\(path).consoleSize.\(name)", "\(value) is more than \(UInt16.max)")
      }
    }
  }
}

extension Hooks {
  public func check() throws(JSONError) {
    let kinds = [
      ("prestart", prestart), ("createRuntime", createRuntime), ("createContainer", createContainer),
      ("startContainer", startContainer), ("poststart", poststart), ("poststop", poststop),
    ]
    for (name, hooks) in kinds {
      for (index, hook) in hooks.enumerated() {
        let place = "hooks.\(name)[\(index)]"
        guard hook.path.utf8.first == UInt8(ascii: "/") else {
          throw JSONError("\(place).path", "\"\(hook.path)\" is not absolute")
        }
        if let timeout = hook.timeout, timeout < 1 {
          throw JSONError("\(place).timeout", "\(timeout) is not more than 0")
        }
      }
    }
  }
}

extension LinuxConfig {
  fileprivate func check() throws(JSONError) {
    for (index, namespace) in namespaces.enumerated() {
      let place = "linux.namespaces[\(index)]"
      if namespaces[..<index].contains(where: { $0.type == namespace.type }) {
        throw JSONError("\(place).type", "\(namespace.type.rawValue) is there twice")
      }
      if let path = namespace.path, path.utf8.first != UInt8(ascii: "/") {
        throw JSONError("\(place).path", "\"\(path)\" is not absolute")
      }
    }
    for (index, device) in devices.enumerated() {
      let place = "linux.devices[\(index)]"
      guard device.path.utf8.first == UInt8(ascii: "/") else {
        throw JSONError("\(place).path", "\"\(device.path)\" is not absolute")
      }
      if device.type != .fifo && (device.major == nil || device.minor == nil) {
        throw JSONError(place, "major and minor are missing")
      }
    }
    for (name, paths) in [("maskedPaths", maskedPaths), ("readonlyPaths", readonlyPaths)] {
      for (index, path) in paths.enumerated() where path.utf8.first != UInt8(ascii: "/") {
        throw JSONError("linux.\(name)[\(index)]", "\"\(path)\" is not absolute")
      }
    }
    for (index, path) in maskedPaths.enumerated()
    where path.split(separator: "/").allSatisfy({ $0 == "." || $0 == ".." }) {
      throw JSONError("linux.maskedPaths[\(index)]", "\"\(path)\" is the root, which can't be hidden")
    }
    try resources.check("linux.resources")
    for (index, rule) in (seccomp?.syscalls ?? []).enumerated() {
      let place = "linux.seccomp.syscalls[\(index)]"
      if rule.names.isEmpty { throw JSONError("\(place).names", "it is empty") }
      for (number, argument) in rule.args.enumerated() where argument.index > 5 {
        throw JSONError("\(place).args[\(number)].index", "\(argument.index) is not from 0 to 5")
      }
    }
  }
}

extension Resources {
  /// - Parameter path: where these resources are described.
  public func check(_ path: String) throws(JSONError) {
    for (index, rule) in devices.enumerated() {
      let place = "\(path).devices[\(index)]"
      if let type = rule.type, !["a", "b", "c"].contains(type) {
        throw JSONError("\(place).type", "there is no \"\(type)\"; it is one of a, b, c")
      }
      if let access = rule.access, !access.utf8.allSatisfy({ "rwma".utf8.contains($0) }) {
        throw JSONError("\(place).access", "\"\(access)\" has other letters than r, w and m")
      }
    }
    for (index, limit) in hugepageLimits.enumerated() where !isPageSize(limit.pageSize) {
      throw JSONError(
        "\(path).hugepageLimits[\(index)].pageSize", "\"\(limit.pageSize)\" is no size: as 2MB, 1GB")
    }
    try blockIO.check("\(path).blockIO")
    if let swappiness = memory.swappiness, swappiness > 100 {
      throw JSONError("\(path).memory.swappiness", "\(swappiness) is not from 0 to 100")
    }
  }
}

extension BlockIO {
  /// 0 is what engines write when they mean nothing.
  fileprivate func check(_ path: String) throws(JSONError) {
    var weights = [("weight", weight), ("leafWeight", leafWeight)]
    for (index, device) in weightDevice.enumerated() {
      weights += [
        ("weightDevice[\(index)].weight", device.weight),
        ("weightDevice[\(index)].leafWeight", device.leafWeight),
      ]
    }
    for case (let name, let weight?) in weights where weight != 0 && !(10...1000).contains(weight) {
      throw JSONError("\(path).\(name)", "\(weight) is not from 10 to 1000")
    }
  }
}

/// A number that doesn't begin with 0, and KB, MB or GB.
private func isPageSize(_ text: String) -> Bool {
  let number = text.utf8.dropLast(2)
  guard ["KB", "MB", "GB"].contains(where: text.hasSuffix), let first = number.first else { return false }
  return first != UInt8(ascii: "0") && number.allSatisfy { (0x30...0x39).contains($0) }
}
