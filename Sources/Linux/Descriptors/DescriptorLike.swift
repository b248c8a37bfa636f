import CLinux
import SystemPackage

/// What has the number of an open file: an owned descriptor of any kind, or a `FileDescriptor` of SystemPackage.
public protocol DescriptorLike: ~Copyable {
  var fileDescriptor: FileDescriptor { get }
}

extension FileDescriptor: DescriptorLike {
  public var fileDescriptor: FileDescriptor { self }
}

extension DescriptorLike where Self == FileDescriptor {
  /// AT_FDCWD: relative paths begin at the current directory, as in the functions without `at:`.
  public static var currentDirectory: FileDescriptor { FileDescriptor(rawValue: CInt(LINUX_AT_FDCWD)) }

  /// What the process reads by default: `isatty(.standardInput)`.
  public static var standardInput: FileDescriptor { FileDescriptor(rawValue: 0) }
  public static var standardOutput: FileDescriptor { FileDescriptor(rawValue: 1) }
  public static var standardError: FileDescriptor { FileDescriptor(rawValue: 2) }
}

extension Descriptor: DescriptorLike {}

extension PIDFD: DescriptorLike {
  public var fileDescriptor: FileDescriptor { descriptor.fileDescriptor }
}

extension NamespaceDescriptor: DescriptorLike {
  public var fileDescriptor: FileDescriptor { descriptor.fileDescriptor }
}

extension DescriptorLike where Self: ~Copyable {
  /// As a system call takes it.
  var number: Int { Int(fileDescriptor.rawValue) }
}

/// A descriptor's number as an error prints it.
func described(_ number: Int) -> Bare { Bare(number == LINUX_AT_FDCWD ? "AT_FDCWD" : "\(number)") }

/// A text that an error prints without quotes.
struct Bare: CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
