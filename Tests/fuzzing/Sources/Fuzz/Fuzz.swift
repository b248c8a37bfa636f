import CFuzzer
import Containers
import Glibc
import OCISpec

/// What libFuzzer calls with one text after another: none may end the process. A broken property does, by `precondition`,
/// and so do the traps of the language.
@main
struct Fuzz {
  static func main() {
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
    withUnsafeMutablePointer(to: &arguments) { pointer in
      let status = LLVMFuzzerRunDriver(&count, pointer) { data, size in
        Fuzz.test(Array(UnsafeBufferPointer(start: data, count: size)))
        return 0
      }
      exit(status)
    }
  }

  static func test(_ text: [UInt8]) {
    readAndWrite(State.self, text)
    readAndWrite(Features.self, text)
    readAndWrite(Config.self, text)
    readAndWrite(ContainerRecord.self, text)
    if let record = try? JSONReader.read(ContainerRecord.self, text).value { try? record.check(record.id) }
    guard let config = try? Config.read(text).config, (try? config.check()) != nil else { return }
    for machine in Machine.all {
      for request in requests(config) {
        var host = machine.host
        for path in request.hostPaths { host.files[.init(path)] = .directory }
        _ = try? compile(request, host)
      }
    }
  }

  /// What was written is read as the same, and is all known.
  private static func readAndWrite<Document: Record>(_: Document.Type, _ text: [UInt8]) {
    guard let document = try? JSONReader.read(Document.self, text).value else { return }
    for isIndented in [false, true] {
      let written = JSONWriter.text(document, isIndented: isIndented)
      do {
        let (again, unknown) = try JSONReader.read(Document.self, Array(written.utf8))
        precondition(unknown.isEmpty, "what was written has unknown properties: \(unknown)")
        precondition(again == document, "what was written is read as something else: \(written)")
        // Texts that are equal to Swift can have other bytes.
        precondition(
          JSONWriter.text(again, isIndented: isIndented).utf8.elementsEqual(written.utf8),
          "it has other bytes: \(written)")
      } catch {
        preconditionFailure("what was written is not read: \(error): \(written)")
      }
    }
  }

  /// A bundle's container, to be started later, and one of cooper's own.
  private static func requests(_ config: Config) -> [ContainerRequest] {
    var own = ContainerRequest(id: "cask", config: config, lower: ["/image"])
    if let profile = config.linux.seccomp { own.filter = try? compileFilter(profile, .all) }
    var bundled = own
    bundled.lower = []
    bundled.bundle = BundleRequest(root: config.root?.path ?? "/bundle/rootfs")
    bundled.bundle?.startSocket = "/run/cooper/cask/start"
    return [own, bundled]
  }
}
