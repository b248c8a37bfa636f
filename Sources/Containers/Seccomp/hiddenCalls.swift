import Linux
import SystemPackage

/// What one call of an architecture does by its first argument, and has to be refused.
struct HiddenCalls: Hashable {
  let architecture: AuditArchitecture
  let multiplexer: UInt32
  let numbers: [UInt32]
}

/// What socketcall's first argument stands for.
let socketCalls: [String: UInt32] = [
  "socket": 1, "bind": 2, "connect": 3, "listen": 4, "accept": 5, "getsockname": 6, "getpeername": 7,
  "socketpair": 8, "send": 9, "recv": 10, "sendto": 11, "recvfrom": 12, "shutdown": 13, "setsockopt": 14,
  "getsockopt": 15, "sendmsg": 16, "recvmsg": 17, "accept4": 18, "recvmmsg": 19, "sendmmsg": 20,
]

/// What the architectures with `ipc` have behind it.
private let ipcCalls: Set<String> = [
  "semop", "semget", "semctl", "semtimedop", "semtimedop_time64", "msgsnd", "msgrcv", "msgget", "msgctl",
  "shmat",
  "shmdt", "shmget", "shmctl",
]

/// Whether some architecture has the call behind another one too.
func isMultiplexed(_ name: String) -> Bool { socketCalls[name] != nil || ipcCalls.contains(name) }

/// The beginning of a filter: it refuses the hidden calls, and lets the others through to what follows.
func refusing(_ hidden: [HiddenCalls], _ action: SeccompAction) -> [BPFInstruction] {
  hidden.flatMap { calls -> [BPFInstruction] in
    let count = UInt8(calls.numbers.count)
    // Of the kinds that have the call the lower half is all there is of an argument.
    let comparisons = calls.numbers.enumerated().map { index, number in
      BPFInstruction.jumpIfEqual(number, then: count - UInt8(index), else: 0)
    }
    let inner: [BPFInstruction] =
      [.load(SeccompData.argumentOffset(0))] + comparisons + [.statement(.jmp | .ja, 1), .return(action)]
    return [
      .load(SeccompData.architectureOffset),
      .jumpIfEqual(calls.architecture.rawValue, then: 0, else: UInt8(inner.count + 2)),
      .load(SeccompData.numberOffset),
      .jumpIfEqual(calls.multiplexer, then: 0, else: UInt8(inner.count)),
    ] + inner
  }
}
