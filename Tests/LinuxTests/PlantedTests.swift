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

    @Test func race() {
      let number = UnsafeMutablePointer<Int>.allocate(capacity: 1)
      number.initialize(to: 0)
      var threads = [pthread_t](repeating: 0, count: 2)
      for index in threads.indices {
        pthread_create(&threads[index], nil, addOne, number)
      }
      for thread in threads { pthread_join(thread, nil) }
      #expect(number.pointee > 0)
      number.deallocate()
    }
  }

  private func addOne(_ number: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    number?.assumingMemoryBound(to: Int.self).pointee += 1
    return nil
  }
#endif
