import CLinux

/// What uname(2) tells of the system.
public struct SystemName: Hashable, Sendable {
  /// "Linux"
  public let sysname: String
  /// The host name, of the caller's UTS namespace.
  public let nodename: String
  /// The kernel's version with what its maker added: "6.1.0-13-amd64".
  public let release: String
  /// When and how it was built.
  public let version: String
  /// The architecture: "x86_64", "aarch64".
  public let machine: String
  /// The NIS domain name, of the caller's UTS namespace: "(none)" where nobody set one.
  public let domainname: String

  /// The first two numbers of `release`; nil where it doesn't begin with them.
  public var kernelVersion: KernelVersion? { KernelVersion(release: release) }
}

extension KernelVersion {
  package init?(release: String) {
    let numbers = release.split(omittingEmptySubsequences: false) { !$0.isNumber }.prefix(2).map { Int($0) }
    guard numbers.count == 2, let major = numbers[0], let minor = numbers[1] else { return nil }
    self.init(major, minor)
  }
}

/// uname(&buf)
///
///     print("\(uname().nodename) runs Linux \(uname().release)")
///
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/uname.2.html>
public func uname() -> SystemName {
  var record = clinux_utsname()
  // It can't fail: the address is good.
  _ = withUnsafeMutablePointer(to: &record) { systemCall(__NR_uname, address($0)) }
  let texts = withUnsafeBytes(of: record) { bytes in
    let size = bytes.count / 6
    return (0..<6).map { index in
      String(decoding: bytes[index * size..<(index + 1) * size].prefix { $0 != 0 }, as: UTF8.self)
    }
  }
  return SystemName(
    sysname: texts[0], nodename: texts[1], release: texts[2], version: texts[3], machine: texts[4],
    domainname: texts[5])
}
