import Glibc
import Images
import Linux
import TestSupport
import Testing

/// A kill at any moment leaves no half image in use, and the next one cleans up.
@Suite(.requires(.root)) struct KillTests {
  @Test func aKillLeavesNoHalfImage() async throws {
    let place = try Workplace()
    var tar = TarWriter()
    tar.add("./", .directory, mode: 0o755)
    for number in 0..<50 { tar.add("d\(number)/", .directory, mode: 0o555) }
    for number in 0..<2000 {
      tar.add("d\(number % 50)/\(number)", .file(String(repeating: "x", count: 5000)))
    }
    let clock = ContinuousClock()
    try place.write(tar.bytes)
    let whole = try clock.measure { _ = try ImageStore(root: "\(place.path)/first").rootfs(ofTar: place.tar) }
    let expected = try listing("\(place.path)/first/images/*/rootfs", in: place)
    let moment = whole / 12
    var halves = 0
    for number in 1...12 {
      let microseconds = Int(Double(number) * (moment / .microseconds(1)))
      let (store, path) = (place.store, place.tar)
      await #expect(processExitsWith: .signal(SIGKILL)) {
        [store = store as String, path = path as String, microseconds = microseconds as Int] in
        killAfter(microseconds)
        _ = try ImageStore(root: store).rootfs(ofTar: path)
        // Done before its end: that comes all the same.
        repeat { pause() } while microseconds > 0
      }
      let images = (try? names("\(place.store)/images")) ?? []
      halves += images.filter { $0.hasPrefix("unpacking-") }.count
      if images.contains(where: { $0.hasPrefix("sha256-") }) {
        #expect(try listing("\(place.store)/images/sha256-*/rootfs", in: place) == expected)
        try run("rm -r \(place.store)/images/sha256-*")
      }
    }
    #expect(halves > 0, "no kill came while it unpacked")
    let rootfs = try ImageStore(root: place.store).rootfs(ofTar: place.tar)
    #expect(try listing(rootfs, in: place) == expected)
    #expect(try names("\(place.store)/images").filter { $0.hasPrefix("unpacking-") } == [])
  }
}

/// SIGKILL for this process after a time, whatever it does then.
private func killAfter(_ microseconds: Int) {
  var event = sigevent()
  event.sigev_notify = CInt(SIGEV_SIGNAL)
  event.sigev_signo = SIGKILL
  var timer: timer_t?
  guard timer_create(CLOCK_MONOTONIC, &event, &timer) == 0 else { exit(1) }
  var time = itimerspec()
  time.it_value.tv_sec = microseconds / 1_000_000
  time.it_value.tv_nsec = microseconds % 1_000_000 * 1000
  if timer_settime(timer, 0, &time, nil) != 0 { exit(1) }
}
