import Linux
import OCISpec

extension Runtime {
  /// Makes a container whose command is executed at once, and stays with it until it ends.
  ///
  /// - Parameter keeps: leave the container, stopped, for `delete`.
  /// - Returns: how the command ended.
  public func run(
    _ id: String, bundle: String, _ options: CreateOptions, keeps: Bool
  ) throws -> WaitStatus {
    let maker = try ContainerMaker(self, id, bundle, options, startsLater: false)
    let streams = CallerStreams(
      passesInput: true,
      hasTerminal: maker.request.config.process?.terminal == true && options.consoleSocket == nil)
    resetIgnoredSignals()
    let signals = try ForwardedSignals()
    let (container, record) = try maker.launch(StandardStreams(), terminal: streams.terminal)
    do { try runHooks(record.hooks.poststart, "poststart", record, .running) } catch {
      do { try maker.end(container, record) } catch let left { throw joined(error, left) }
      throw error
    }
    let status = try supervise(container, signals, streams)
    if keeps {
      try container.release()
    } else {
      try maker.end(container, record)
    }
    return status
  }

  /// The same, without staying.
  public func runDetached(_ id: String, bundle: String, _ options: CreateOptions) throws {
    try create(id, bundle: bundle, options)
    do { try start(id) } catch {
      do { try delete(id, force: true) } catch let left { throw joined(error, left) }
      throw error
    }
  }
}
