import Facts
import Linux

/// Where the learner works.
struct Folder {
  let path: String

  /// The current one; the one above, where that has a record and the current one has none.
  static func current() throws -> Folder {
    let path = "\(try getcwd())"
    let above = parentDirectory(of: path)
    let isBelow = !exists("\(path)/\(Record.name)") && exists("\(above)/\(Record.name)")
    return Folder(path: isBelow ? above : path)
  }

  /// The program of a level: the one in a folder of its own, where `start --apart` made one; or else rd.
  func program(_ wanted: Edition?, level: Int?) throws -> LearnersProgram {
    let places = [level.map(LearnersProgram.apart), LearnersProgram.usual].compactMap { $0 }
    let found = places.flatMap { place in
      Edition.allCases.map { LearnersProgram(folder: self, edition: $0, place: place) }.filter(\.isThere)
    }
    if let place = found.first?.place {
      let editions = found.filter { $0.place == place && (wanted ?? $0.edition) == $0.edition }
      if editions.count == 1 { return editions[0] }
      if let last = editions.first(where: { $0.edition == Record.read(in: self).edition }) { return last }
      if editions.count > 1 {
        throw CheckError("there are programs of both editions here; which? --swift or --python")
      }
    }
    throw CheckError("\(path): there is no program of yours; workshop start begins one")
  }

  /// The edition that was asked for, or the learner's.
  func edition(_ wanted: Edition?) throws -> Edition {
    if let edition = wanted ?? Record.read(in: self).edition { return edition }
    return try program(nil, level: nil).edition
  }

  /// For a program that sudo ran: what it makes belongs to whom the folder belongs to.
  func giveToOwner(_ made: String) {
    guard geteuid() == 0, let owner = try? statx(path) else { return }
    try? lchown(made, owner: owner.uid, group: owner.gid)
  }
}
