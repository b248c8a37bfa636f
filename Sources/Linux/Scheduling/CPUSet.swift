/// A set of numbers, of processors or of memory nodes, that reads and prints as the kernel writes it: "0-3,5".
public struct CPUSet: Hashable, Sendable, ExpressibleByArrayLiteral {
  /// Ascending.
  public private(set) var numbers: [Int]

  /// The highest number that is taken: 8191, the most that a kernel can be built for (CONFIG_NR_CPUS).
  public static let highest = 8191

  /// Numbers outside of 0 to ``highest`` are left out.
  public init(_ numbers: some Sequence<Int>) {
    self.numbers = Set(numbers).filter { (0...Self.highest).contains($0) }.sorted()
  }

  public init(arrayLiteral elements: Int...) { self.init(elements) }

  /// The list format of cpuset(7): "0-3,5", and "0-30:2/10", the first 2 of each 10. Empty text is the empty set;
  /// nil for another text, and for a number above ``highest``.
  public init?(_ text: String) {
    var found: Set<Int> = []
    let text = text.hasSuffix("\n") ? text.dropLast() : text[...]
    for part in text.isEmpty ? [] : text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let range = Self.range(part) else { return nil }
      found.formUnion(range)
    }
    numbers = found.sorted()
  }

  private static func range(_ text: Substring) -> [Int]? {
    let halves = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let bounds = halves[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = number(bounds[0]), let last = number(bounds[bounds.count - 1]),
      first <= last, last <= highest
    else { return nil }
    if halves.count == 1 { return Array(first...last) }
    let group = halves[1].split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard bounds.count == 2, group.count == 2, let used = number(group[0]), let size = number(group[1]),
      (1...highest + 1).contains(size), (1...size).contains(used)
    else { return nil }
    return (first...last).filter { ($0 - first) % size < used }
  }

  /// Digits only: no sign, no space.
  private static func number(_ text: Substring) -> Int? {
    text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(text) : nil
  }

  public func contains(_ number: Int) -> Bool { numbers.contains(number) }
  public var isEmpty: Bool { numbers.isEmpty }
  public var count: Int { numbers.count }

  /// As system calls take it: one bit for each, in words of the machine's size.
  var mask: [UInt] {
    guard let last = numbers.last else { return [0] }
    var words = [UInt](repeating: 0, count: last / UInt.bitWidth + 1)
    for number in numbers { words[number / UInt.bitWidth] |= 1 << UInt(number % UInt.bitWidth) }
    return words
  }

  init(mask: some Sequence<UInt>) {
    numbers = mask.enumerated().flatMap { index, word in
      (0..<UInt.bitWidth).filter { word >> UInt($0) & 1 != 0 }.map { index * UInt.bitWidth + $0 }
    }
  }
}

extension CPUSet: CustomStringConvertible {
  public var description: String {
    var parts: [String] = []
    var rest = numbers[...]
    while let first = rest.first {
      var last = first
      while rest.first == last || rest.first == last + 1 { last = rest.removeFirst() }
      parts.append(first == last ? "\(first)" : "\(first)-\(last)")
    }
    return parts.joined(separator: ",")
  }
}
