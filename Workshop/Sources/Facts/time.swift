import Glibc

/// time(2): seconds since 1970.
public func secondsNow() -> Int { Int(time(nil)) }

/// "2026-11-25 15:43", in this machine's time zone.
public func localTime(_ seconds: Int) -> String {
  var moment = time_t(seconds)
  var parts = tm()
  guard localtime_r(&moment, &parts) != nil else { return "\(seconds)" }
  var buffer = [CChar](repeating: 0, count: 32)
  let length = strftime(&buffer, buffer.count, "%Y-%m-%d %H:%M", &parts)
  return String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
