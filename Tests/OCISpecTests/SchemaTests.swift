import Foundation
import OCISpec
import Testing

/// The specification's own data is the judge.
struct SchemaTests {
  @Test func configHasThePropertiesOfTheSchema() throws {
    let schema = try Schema().properties(of: "config-schema.json")
    let others = ["solaris", "windows", "vm", "zos", "freebsd"]
    let linux = schema.filter { name in !others.contains { name == $0 || name.hasPrefix("\($0).") } }
    #expect(linux.count == 223)
    #expect(PropertyList.of(Config()).sorted() == linux.sorted())
  }

  @Test func stateHasThePropertiesOfTheSchema() throws {
    #expect(PropertyList.of(State()).sorted() == (try Schema().properties(of: "state-schema.json")).sorted())
  }

  @Test func featuresHasThePropertiesOfTheSchemaAndTheText() throws {
    let inTheText = [
      "linux.memoryPolicy", "linux.memoryPolicy.modes", "linux.memoryPolicy.flags", "linux.intelRdt.schemata",
      "linux.intelRdt.monitoring",
    ]
    let schema = try Schema().properties(of: "features-schema.json")
    #expect(PropertyList.of(Features()).sorted() == (schema + inTheText).sorted())
  }

  @Test(arguments: try documents("config/good"))
  func aGoodConfigIsRead(path: String) throws {
    var (config, unknown) = try Config.read(bytes(path))
    // Two name a version that was before the first one.
    if config.ociVersion == "0.5.0-dev" { config.ociVersion = "1.0.0" }
    try config.check()
    // Of other systems, and of an older version.
    #expect(
      unknown.allSatisfy { ["freebsd", "zos", "linux.resources.oomScoreAdj"].contains($0) }, "\(unknown)")
  }

  @Test(arguments: try documents("config/bad"))
  func aBadConfigIsRefused(path: String) throws {
    let words = [
      "freebsd-vnet-disable": nil,  // Of another system, and thus unknown: it is left alone.
      "invalid-json": "line 1, column 2: expected a name in quotes",
      "linux-hugepage": #"linux.resources.hugepageLimits[0].pageSize: "64kB" is no size: as 2MB, 1GB"#,
      "linux-netdevice": "linux.netDevices.eth0.name: it must be a string, and is 23",
      "linux-rdma":
        "linux.resources.rdma.mlx5_1.hcaHandles: it must be a whole number from 0 to 4294967295, and is a string",
    ]
    let name = String(path.split(separator: "/").last?.dropLast(".json".count) ?? "")
    let wanted = try #require(words[name])
    let text = try bytes(path)
    #expect(refusal(text) == wanted)
  }

  @Test(arguments: try documents("state/good") + documents("features/good"))
  func otherGoodDocumentsAreReadAndWritten(path: String) throws {
    func roundTrip<Document: Record>(_: Document.Type) throws {
      let (document, unknown) = try JSONReader.read(Document.self, bytes(path))
      #expect(unknown == [])
      let again = try JSONReader.read(Document.self, Array(JSONWriter.text(document).utf8))
      #expect(again.value == document)
      let original = try JSONSerialization.jsonObject(with: Data(bytes(path))) as? NSDictionary
      let written = try JSONSerialization.jsonObject(
        with: Data(JSONWriter.text(document, isIndented: true).utf8))
      #expect(written as? NSDictionary == original)
    }
    if path.contains("state/") { try roundTrip(State.self) } else { try roundTrip(Features.self) }
  }

  @Test(arguments: try documents("state/bad") + documents("features/bad"))
  func otherBadDocumentsAreRefused(path: String) throws {
    #expect(throws: JSONError.self) {
      if path.contains("state/") {
        _ = try JSONReader.read(State.self, bytes(path))
      } else {
        _ = try JSONReader.read(Features.self, bytes(path))
      }
    }
  }
}

private let specification =
  "\(#filePath)".split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/Specification"

func refusal(_ text: [UInt8]) -> String? {
  do throws(JSONError) {
    try Config.read(text).config.check()
    return nil
  } catch {
    return error.description
  }
}

private func documents(_ folder: String) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: "\(specification)/\(folder)").sorted().map {
    "\(specification)/\(folder)/\($0)"
  }
}

private func bytes(_ path: String) throws -> [UInt8] {
  Array(try #require(FileManager.default.contents(atPath: path)))
}

/// The names of all properties that schemas know.
private struct Schema {
  private var files: [String: [String: Any]] = [:]

  init() throws {
    let folder = "\(specification)/schema"
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
      files[name] = try JSONSerialization.jsonObject(with: Data(bytes("\(folder)/\(name)"))) as? [String: Any]
    }
  }

  func properties(of file: String) throws -> [String] {
    try names(of: try #require(files[file]), in: file, "")
  }

  private func names(of schema: [String: Any], in file: String, _ prefix: String) throws -> [String] {
    var result: [String] = []
    if let reference = schema["$ref"] as? String {
      let parts = reference.split(separator: "#", omittingEmptySubsequences: false).map(String.init)
      let target = parts[0].isEmpty ? file : parts[0]
      // Other systems' schemas aren't here.
      guard let document = files[target] else { return [] }
      var place: [String: Any] = document
      for name in parts[1].split(separator: "/") {
        place = try #require(place[String(name)] as? [String: Any], "\(reference)")
      }
      result += try names(of: place, in: target, prefix)
    }
    for (name, value) in schema["properties"] as? [String: [String: Any]] ?? [:] {
      let path = prefix.isEmpty ? name : "\(prefix).\(name)"
      result += [path] + (try names(of: value, in: file, path))
    }
    if let items = schema["items"] as? [String: Any] {
      result += try names(of: items, in: file, "\(prefix)[]")
    }
    if let other = schema["additionalProperties"] as? [String: Any] {
      result += try names(of: other, in: file, "\(prefix).<key>")
    }
    for part in (schema["allOf"] ?? schema["anyOf"]) as? [[String: Any]] ?? [] {
      result += try names(of: part, in: file, prefix)
    }
    return result
  }
}
