import Linux

/// Has the bus tell how systemd's jobs end, those too that end at once.
func listenToJobs(_ bus: inout Bus) throws { _ = try bus.call(addMatch) }

/// Asks systemd to make a scope with a process in it, and waits until it has.
///
/// - Throws: ``BusError``; then the scope, should there be one, goes with its process.
func startScope(_ scope: Scope, pid: ProcessID, _ bus: inout Bus) throws {
  let job = try bus.call(startTransientUnit(scope, pid: pid)).values()
  while true {
    let signal = try bus.nextSignal()
    guard signal.member == "JobRemoved", signal.interface == manager else { continue }
    // Its number, its path, its unit, its result.
    let values = try signal.values()
    guard values.count == 4, values[1] == job.first else { continue }
    if values[3] != "done" { throw BusError.jobEnded(values[3]) }
    return
  }
}

/// Has systemd stop a unit.
func stopUnit(_ name: String, _ bus: inout Bus) throws { _ = try bus.call(stopUnit(name)) }

/// Its arguments: the unit's name, and what becomes of a conflicting job.
func stopUnit(_ name: String) -> BusMessage {
  var message = toManager("StopUnit", "ss")
  var body = BusEncoder()
  body.string(name)
  body.string("replace")
  message.body = body.bytes
  return message
}

private let manager = "org.freedesktop.systemd1.Manager"

private func toManager(_ member: String, _ signature: String) -> BusMessage {
  var message = BusMessage(.call)
  message.destination = "org.freedesktop.systemd1"
  message.path = "/org/freedesktop/systemd1"
  message.interface = manager
  message.member = member
  message.signature = signature
  return message
}

private var addMatch: BusMessage {
  var message = BusMessage.toBus("AddMatch")
  message.signature = "s"
  var body = BusEncoder()
  body.string(
    "type='signal',sender='org.freedesktop.systemd1',interface='\(manager)',member='JobRemoved'")
  message.body = body.bytes
  return message
}

/// Its arguments: the unit's name, what becomes of a conflicting job, properties, and other units: none.
func startTransientUnit(_ scope: Scope, pid: ProcessID) -> BusMessage {
  var message = toManager("StartTransientUnit", "ssa(sv)a(sa(sv))")
  var body = BusEncoder()
  body.string(scope.name)
  body.string("fail")
  body.array(alignment: 8) { properties in
    properties.align(to: 8)
    properties.string("PIDs")
    properties.signature("au")
    properties.array(alignment: 4) { $0.uint32(UInt32(pid)) }
    for property in scope.properties { add(property, to: &properties) }
  }
  body.array(alignment: 8) { _ in }
  message.body = body.bytes
  return message
}

/// A struct of a name and a variant.
private func add(_ property: Scope.Property, to encoder: inout BusEncoder) {
  encoder.align(to: 8)
  encoder.string(property.name)
  encoder.signature(property.value.signature)
  property.value.encode(to: &encoder)
}

/// Has systemd know of new limits of a unit: what it doesn't know it writes over, at the next occasion.
func setUnitProperties(_ unit: String, _ properties: [Scope.Property], _ bus: inout Bus) throws {
  _ = try bus.call(setUnitProperties(unit, properties))
}

/// Its arguments: the unit's name, whether they hold only until the next boot, and the properties.
func setUnitProperties(_ unit: String, _ properties: [Scope.Property]) -> BusMessage {
  var message = toManager("SetUnitProperties", "sba(sv)")
  var body = BusEncoder()
  body.string(unit)
  body.boolean(true)
  body.array(alignment: 8) { encoder in
    for property in properties { add(property, to: &encoder) }
  }
  message.body = body.bytes
  return message
}

/// Has systemd put a process into a unit whose cgroup is delegated: it may where the caller may not.
///
/// - Parameter below: a cgroup below the unit's, as "/a"; empty for none.
func attach(_ pid: ProcessID, to unit: String, below: String, _ bus: inout Bus) throws {
  var message = toManager("AttachProcessesToUnit", "ssau")
  var body = BusEncoder()
  body.string(unit)
  body.string(below)
  body.array(alignment: 4) { $0.uint32(UInt32(pid)) }
  message.body = body.bytes
  _ = try bus.call(message)
}
