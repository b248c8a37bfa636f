import CProbe
import Facts
import Linux

// What runs as the container's command, and tells what it sees.

func say(_ answers: Answers) {
  // Without a copy: the cage counts what is open.
  let output = Descriptor(owning: 1)
  do { try output.write(answers.text) } catch { _exit(1) }
  _ = output.release()
}

/// Until the cage has looked from outside: it closes our standard input then.
func waitForEnd() {
  let input = Descriptor(owning: 0)
  while let bytes = try? input.read(upTo: 512), !bytes.isEmpty {}
}

let arguments = (1..<cprobe_count()).map { String(cString: cprobe_argument($0)) }
let number = arguments.count > 1 ? Int32(arguments[1]) : nil

switch arguments.first {
case "exit": _exit(number ?? 2)
case "signal":
  try? kill(ProcessID(ownPID()), Signal(rawValue: number ?? 9))
  waitForEnd()
case "arguments":
  var answers = Answers()
  answers.add("argument", Array(arguments.dropFirst()))
  say(answers)
case "facts":
  say(facts())
  waitForEnd()
case "escape":
  say(escape())
  waitForEnd()
case "write": say(write())
case "volume":
  say(volume(arguments.count > 1 ? arguments[1] : "/"))
  waitForEnd()
case "bundle":
  say(bundle(Array(arguments.dropFirst())))
  waitForEnd()
case "network":
  say(network())
  waitForEnd()
case "orphan": orphan()
case "kill-all":
  try? kill(-1, .kill)
  say(Answers())
case "memory": memory()
case "processes": say(processes())
case "calls": say(calls())
default: _exit(2)
}
_exit(0)
