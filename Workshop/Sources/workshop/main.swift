import Facts
import Linux

let usage = """
  usage: workshop doctor                  what this machine has and lacks for the course
         workshop setup [--debian [--mirror URL]] [--classic]     an image, in this folder
         workshop setup --bundle                 an image, and an OCI bundle of it
         workshop start NN [--swift | --python] [--apart]         the beginning of level NN
         workshop start NN --given        only the files that it gives, beside your program
         workshop run [NN] [--swift | --python] -- ARG…           your program, built if needed
         workshop check NN [--swift | --python | --cmd COMMAND] [--watch] [--json]
         workshop hint NN                 one more step at a time
         workshop solution NN [--swift | --python]                what level NN changes, and why
         workshop status                  what you have checked
         workshop clean                   takes away what programs have left on the machine
         workshop contract                what is asked of your program, level by level
  """

func complain(_ line: String, _ status: Int32) -> Never {
  do { try dup(.standardError).write("workshop: \(line)\n") } catch {}
  _exit(status)
}

do {
  var rest = Array(CommandLine.arguments.dropFirst())
  let verb = rest.isEmpty ? "" : rest.removeFirst()
  switch verb {
  case "doctor": exit(try Doctor(rest).run())
  case "setup": exit(try Setup(rest).run())
  case "start": exit(try StartLevel(rest).run())
  case "run": exit(try Run(rest).run())
  case "check": exit(try CheckOptions(rest).run())
  case "hint": exit(try Hint(rest).run())
  case "solution": exit(try Solution(rest).run())
  case "status": exit(try Status(rest).run())
  case "clean": exit(try Clean(rest).run())
  case "contract":
    Contract.print()
    exit(0)
  case "help", "--help", "-h":
    say(usage)
    exit(0)
  default: complain(verb.isEmpty ? usage : "\(verb): there is no such verb; workshop help lists them", 2)
  }
} catch let error as UsageError {
  complain("\(error); workshop help tells more", 2)
} catch { complain("\(error)", 125) }
