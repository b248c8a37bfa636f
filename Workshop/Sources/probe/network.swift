import Facts
import Linux

/// What the network of this process leads to, and a server in it.
func network() -> Answers {
  var answers = Answers()
  answers.add("device", names(in: "/sys/class/net").sorted())
  // The cage's, and the page that it has there.
  answers.add("fetched", printed("http://192.0.2.2:7000/config.json"))
  answers.add("serves", serves())
  return answers
}

private func busybox(_ words: [String]) throws -> Never {
  do { try exec(["/bin/busybox"] + words) } catch { _exit(127) }
}

/// The first line of a page. Three seconds are enough: nobody is far away.
private func printed(_ page: String) -> String? {
  guard var ends = try? pipe() else { return nil }
  let child = try? fork {
    try dup2(ends.writeEnd, 1)
    try close_range(3)
    try busybox(["timeout", "3", "/bin/busybox", "wget", "-q", "-O", "-", page])
  }
  ends.closeWriteEnd()
  var text = ""
  while let bytes = try? ends.readEnd.read(upTo: 4096), !bytes.isEmpty {
    text += String(decoding: bytes, as: UTF8.self)
  }
  if let child { _ = try? waitpid(child) }
  return text.split(separator: "\n").first.map(String.init)
}

/// A server at port 80, whose directory has motd; once it listens.
private func serves() -> Bool {
  _ = try? fork {
    try close_range(0)
    try busybox(["httpd", "-f", "-p", "80", "-h", "/etc"])
  }
  for _ in 1...200 {
    let isListening = ["/proc/net/tcp", "/proc/net/tcp6"].contains { path in
      lines(of: path).contains { $0.contains(":0050 ") && $0.contains(" 0A ") }
    }
    if isListening { return true }
    pause(milliseconds: 10)
  }
  return false
}
