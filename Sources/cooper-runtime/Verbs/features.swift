import Containers
import OCISpec

extension Verb {
  static let features = Verb(
    name: "features", words: "", summary: "Print what this runtime can do, as JSON.", usesState: false
  ) { _, arguments in
    _ = try arguments.words(0...0, "")
    try print(JSONWriter.text(Containers.features(upTo: supportedVersion), isIndented: true))
    return 0
  }
}
