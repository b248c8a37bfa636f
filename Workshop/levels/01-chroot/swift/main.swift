import Glibc
import Linux

let options = Options()

/// What the child does: at the end of it this process is the command.
func contain() throws {
  if let image = options.image {
    try chroot(image)
    // Without it the working directory stays outside of the new root.
    try chdir("/")
  }
  do { try exec(options.command) } catch { quit(127, error) }
}

do {
  let child = try fork {
    do { try contain() } catch { quit(125, error) }
  }
  exit(try waitpid(child).shellStatus ?? 1)
} catch {
  quit(125, error)
}
