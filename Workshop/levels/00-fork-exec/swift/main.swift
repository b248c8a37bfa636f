import Glibc
import Linux

let options = Options()

do {
  // Two processes from here on: the child runs what is in the braces, and nothing after them.
  let child = try fork {
    do { try exec(options.command) } catch { quit(127, error) }
  }
  exit(try waitpid(child).shellStatus ?? 1)
} catch {
  quit(125, error)
}
