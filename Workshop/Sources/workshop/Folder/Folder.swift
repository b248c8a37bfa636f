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

  /// The program of a level: rd, or the one in a folder of its own, where `start --apart` made one. Of two, it is the one
  /// that was changed last.
  func program(_ wanted: Edition?, level: Int?) throws -> LearnersProgram {
    let found = try programs(wanted, level: level)
    guard let first = found.first else {
      throw CheckError("\(path): there is no program of yours; workshop start begins one")
    }
    return found.dropFirst().reduce(first) { $1.isNewer(than: $0) ? $1 : $0 }
  }

  /// The one apart comes first. One at each place.
  func programs(_ wanted: Edition?, level: Int?) throws -> [LearnersProgram] {
    let places = [level.map(LearnersProgram.apart), LearnersProgram.usual].compactMap { $0 }
    return try places.compactMap { place in
      let editions = Edition.allCases.filter { wanted ?? $0 == $0 }
      let found = editions.map { LearnersProgram(folder: self, edition: $0, place: place) }.filter(\.isThere)
      if found.count <= 1 { return found.first }
      if let last = found.first(where: { $0.edition == Record.read(in: self).edition }) { return last }
      throw CheckError("there are programs of both editions here; which? --swift or --python")
    }
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
