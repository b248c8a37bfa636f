enum Edition: String, CaseIterable {
  case swift, python

  var name: String { self == .swift ? "Swift" : "Python" }

  /// The program's file, and the end of the names of those beside it.
  var file: String { self == .swift ? "main.swift" : "rd.py" }
  var suffix: String { self == .swift ? ".swift" : ".py" }

  /// In a level's folder.
  var solution: String { "\(rawValue)/\(file)" }
}
