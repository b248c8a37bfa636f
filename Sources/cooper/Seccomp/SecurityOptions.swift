import ArgumentParser
import Containers
import Linux
import OCISpec

extension ContainerOptions {
  /// What --security-opt says of the profile: cooper's own, a file's, or, where it is unconfined, none.
  ///
  /// - Parameter keeps: whether a filter that is compiled is kept for the next time: `explain` does nothing.
  func filter(
    _ capabilities: [String], keeps: Bool
  ) throws -> (profile: OCISpec.Seccomp, filter: SeccompFilter)? {
    guard let choice = try profileChoice() else {
      let profile = defaultProfile(capabilities: capabilities)
      return (profile, try compiledFilter(profile, keeps: keeps))
    }
    if choice == "unconfined" { return nil }
    let option = "--security-opt seccomp=\(choice)"
    let profile = try readProfile(choice, option)
    do { return (profile, try compiledFilter(profile, keeps: keeps)) } catch let error as CompileError {
      // "linux.seccomp.syscalls[0].action" of a configuration
      let property = error.property.parts(at: ".").dropFirst(2).joined(separator: ".")
      throw ValidationError("\(option): \(property.isEmpty ? "" : property + ": ")\(error.cause)")
    }
  }

  private func profileChoice() throws -> String? {
    var choices: [String] = []
    for text in securityOpt {
      guard let (name, value) = text.cut(at: "="), name == "seccomp", !value.isEmpty else {
        throw ValidationError("--security-opt \(text): it is seccomp=FILE or seccomp=unconfined")
      }
      choices.append(value)
    }
    return try single("--security-opt seccomp", choices)
  }
}

/// A file with the object that linux.seccomp is in the OCI specification.
private func readProfile(_ path: String, _ option: String) throws -> OCISpec.Seccomp {
  let text: String
  do { text = try readFile(path, limit: JSONReader.maximumSize) } catch {
    throw ValidationError("\(option): \(error.errno.sentence)")
  }
  let (profile, unknown): (OCISpec.Seccomp, [String])
  do { (profile, unknown) = try JSONReader.read(OCISpec.Seccomp.self, Array(text.utf8)) } catch {
    throw ValidationError("\(option): \(error)")
  }
  // What would be overlooked could be what keeps a call closed.
  if let property = unknown.first(where: isOfAnotherFormat) {
    throw ValidationError(
      "\(option): \(property): this is Docker's format, and cooper reads linux.seccomp of the OCI specification"
    )
  }
  if let property = unknown.first {
    throw ValidationError("\(option): \(property): there is no such property")
  }
  if profile.listenerPath != nil {
    throw ValidationError("\(option): listenerPath: only cooper-runtime hands on a listener")
  }
  return profile
}

private func isOfAnotherFormat(_ property: String) -> Bool {
  ["archMap", "includes", "excludes", "comment"].contains(property.parts(at: ".").last)
}
