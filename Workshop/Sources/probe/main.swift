import CProbe
import Facts
import Linux

// What runs as the container's command, and tells what it sees: one line of JSON on stdout.

func say(_ facts: JSON) {
  do { try dup(.standardOutput).write("\(facts)\n") } catch { _exit(1) }
}

/// Until the cage has looked from outside: it closes our standard input then.
func waitForEnd() {
  let input = Descriptor(owning: 0)
  while let bytes = try? input.read(upTo: 512), !bytes.isEmpty {}
}

let arguments = (1..<cprobe_count()).map { String(cString: cprobe_argument($0)) }

switch arguments.first {
case "exit": _exit(arguments.count > 1 ? Int32(arguments[1]) ?? 2 : 0)
case "signal":
  try? kill(ProcessID(ownPID()), Signal(rawValue: arguments.count > 1 ? Int32(arguments[1]) ?? 9 : 9))
  waitForEnd()
case "arguments": say(["arguments": JSON(Array(arguments.dropFirst()))])
case "facts":
  say(facts())
  waitForEnd()
case "escape":
  say(escape())
  waitForEnd()
case "write": say(write())
case "orphan": orphan()
case "kill-all":
  try? kill(-1, .kill)
  say(["isAlive": true])
case "memory": say(memory())
case "processes": say(processes())
case "calls": say(calls())
default: _exit(2)
}
_exit(0)
