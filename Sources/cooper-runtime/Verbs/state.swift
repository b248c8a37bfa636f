import Containers
import OCISpec

extension Verb {
  static let state = Verb(
    name: "state", words: "ID", summary: "Print the state of a container, as JSON."
  ) { context, arguments in
    try print(JSONWriter.text(ContainerLine(context.runtime.state(arguments.id())), isIndented: true))
    return 0
  }
}

/// A container as `state` and `list` print it: the specification's state, and what engines read beside it.
struct ContainerLine: Record {
  var ociVersion = ""
  var id = ""
  var pid = 0
  var status = ""
  var bundle = ""
  var rootfs = ""
  var created = ""
  var annotations = Members<String>()
  var owner = ""

  init() {}

  init(_ container: ContainerStatus) {
    let record = container.record
    ociVersion = record.ociVersion
    id = record.id
    pid = container.status == .stopped ? 0 : Int(record.pid ?? 0)
    status = container.isPaused ? "paused" : container.status.rawValue
    bundle = record.bundle
    rootfs = record.rootfs
    created = record.created
    annotations = record.annotations
    owner = record.owner == 0 ? "root" : "\(record.owner)"
  }

  mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.required("ociVersion", &ociVersion)
    try properties.required("id", &id)
    try properties.required("pid", &pid)
    try properties.required("status", &status)
    try properties.required("bundle", &bundle)
    try properties.required("rootfs", &rootfs)
    try properties.required("created", &created)
    try properties.optional("annotations", &annotations)
    try properties.required("owner", &owner)
  }
}
