import Linux

/// poll(2) on nothing.
func pause(milliseconds: Int) {
  var nothing: [PollDescriptor] = []
  _ = try? poll(&nothing, timeout: .milliseconds(milliseconds))
}
