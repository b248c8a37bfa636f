import CLinux
import Linux

/// The time in UTC, as 2026-11-26T00:00:00.000000000Z.
public func timestamp() -> String {
  var time = (0, 0)
  withUnsafeMutableBytes(of: &time) { bytes in
    _ = systemCall(__NR_clock_gettime, 0, address(bytes.baseAddress))
  }
  let (days, seconds) = time.0.quotientAndRemainder(dividingBy: 86400)
  let (year, month, day) = date(ofDay: days)
  let clock = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { digits($0, 2) }
  return
    "\(digits(year, 4))-\(digits(month, 2))-\(digits(day, 2))T\(clock.joined(separator: ":")).\(digits(time.1, 9))Z"
}

/// The Gregorian date of a day, counted from 1970-01-01. Years are counted from March, so that the leap day is the
/// last of its year.
func date(ofDay day: Int) -> (year: Int, month: Int, day: Int) {
  let shifted = day + 719_468
  let (era, dayOfEra) = (shifted / 146_097, shifted % 146_097)
  let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let shiftedMonth = (5 * dayOfYear + 2) / 153
  let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
}

private func digits(_ number: Int, _ count: Int) -> String {
  let text = "\(number)"
  return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
}
