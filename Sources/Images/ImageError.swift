import Linux

/// Why a tar is no image, or can't become one here: one line that names the tar, the member, and the cause.
///
/// ```text
/// the image etc.tar: member ../etc/passwd: its name leads outside
/// ```
public struct ImageError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The tar's path, as it was given.
  public let image: String
  /// The member that is at fault, if it is one, as it can be printed.
  public let member: String?
  public let cause: String

  public init(image: String, member: String? = nil, cause: String) {
    self.image = image
    self.member = member
    self.cause = cause
  }

  public var description: String {
    let place = member.map { "the image \(image): member \($0)" } ?? "the image \(image)"
    return "\(place): \(cause)"
  }
}

/// A cause that doesn't know yet of which image.
struct Refusal: Error {
  var member: String?
  let cause: String

  init(_ cause: String, member: String? = nil) {
    self.member = member
    self.cause = cause
  }

  /// What any error of this target means for an image.
  init(_ error: any Error) {
    switch error {
    case let refusal as Refusal: self = refusal
    case let call as SystemCallError: self.init("\(call.call): \(call.errno.sentence)")
    default: self.init("\(error)")
    }
  }

  func of(member path: RawPath) -> Refusal {
    member == nil ? Refusal(cause, member: path.printable) : self
  }
}
