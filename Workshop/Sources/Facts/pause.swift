import Linux

/// poll(2) on nothing.
public func pause(milliseconds: Int) {
  var nothing: [PollDescriptor] = []
  _ = try? poll(&nothing, timeout: .milliseconds(milliseconds))
}
