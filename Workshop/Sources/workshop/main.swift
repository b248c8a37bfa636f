import Facts
import Linux

let usage = """
  usage: workshop contract
         workshop check NN --cmd COMMAND [--json]
  """

func complain(_ line: String, _ status: Int32) -> Never {
  do { try dup(.standardError).write("workshop: \(line)\n") } catch {}
  _exit(status)
}

do {
  var rest = Array(CommandLine.arguments.dropFirst())
  let verb = rest.isEmpty ? "" : rest.removeFirst()
  switch verb {
  case "contract":
    Contract.print()
    exit(0)
  case "check": exit(try CheckOptions(rest).run())
  default: complain("\(verb.isEmpty ? "what?" : "\(verb): there is no such verb")\n\(usage)", 2)
  }
} catch let error as UsageError {
  complain("\(error)\n\(usage)", 2)
} catch { complain("\(error)", 125) }
