import Linux

/// The oldest kernel on which containers can be made. The newest call that nothing stands in for is mount_setattr, without
/// which no mount is read-only.
public let oldestKernel = KernelVersion(5, 12)

/// "Linux 5.12 or newer is needed, and this is 5.10.0-32-cloud-amd64"; nil where the kernel is new enough.
///
/// It is asked for when something has failed: a kernel that has the calls is not refused for its name, and one that lacks
/// them is asked nothing in advance.
func oldKernelObstacle(_ release: String = uname().release) -> String? {
  guard let version = KernelVersion(release: release), version < oldestKernel else { return nil }
  return "\(oldKernelWords)\(release)"
}

let oldKernelWords = "Linux \(oldestKernel) or newer is needed, and this is "

/// What to say of an error: first that the kernel is too old, where it is.
public func explained(_ error: any Error) -> String {
  let text = "\(error)"
  if text.begins(with: oldKernelWords) { return text }
  return oldKernelObstacle().map { "\($0): \(text)" } ?? text
}
