import OCISpec

extension Hooks {
  /// Whether any is run while the container is made.
  var runBeforeStart: Bool { !(prestart.isEmpty && createRuntime.isEmpty && createContainer.isEmpty) }
}

/// The hooks between the making of the namespaces and pivot_root, and those before the command, in the order of the
/// specification. The child waits for either.
///
/// - Parameter others: what else is done when the child has made its root.
func compileHooks(
  _ hooks: Hooks, root: String?, startsLater: Bool, first others: [HostStep]
) -> [HostStep] {
  func steps(_ name: String, _ list: [Hook], isInContainer: Bool = false, in directory: String? = nil)
    -> [HostStep]
  {
    list.enumerated().map { index, hook in
      .runHook(
        HookStep(kind: name, index: index, hook: hook, isInContainer: isInContainer, directory: directory))
    }
  }
  let first =
    others + steps("prestart", hooks.prestart) + steps("createRuntime", hooks.createRuntime)
    // Before pivot_root "." would be the machine's root, and what it does there with a relative path the machine's.
    + steps("createContainer", hooks.createContainer, isInContainer: true, in: root)
  // Whoever starts the container later runs them then.
  let last = startsLater ? [] : steps("startContainer", hooks.startContainer, isInContainer: true)
  return [first, last].filter { !$0.isEmpty }.flatMap { [.awaitChild] + $0 + [.go] }
}
