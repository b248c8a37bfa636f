// What a sanitizer has to find: scripts/sanitize.sh runs each of these alone, and fails where nothing is found. Its builds
// alone have them.
#if PLANTED
  import Glibc
  import Testing

  @Suite("Planted")
  struct PlantedTests {
    @Test func useAfterFree() {
      let number = UnsafeMutablePointer<Int>.allocate(capacity: 1)
      number.initialize(to: 1)
      number.deallocate()
      #expect(number.pointee != 2)
    }

    @Test func leak() {
      for _ in 0..<100 { #expect(malloc(1000) != nil) }
    }

    @Test func race() async {
      nonisolated(unsafe) var number = 0
      await withTaskGroup { group in
        for _ in 0..<4 {
          group.addTask { for _ in 0..<10_000 { number += 1 } }
        }
      }
      #expect(number > 0)
    }
  }
#endif
