import SystemPackage
import Testing

@testable import Linux

@Suite("Errors and flags in words")
struct ErrorTests {
  @Test func aMissingCallTellsItsKernel() throws {
    let error = #expect(throws: SystemCallError.self) {
      try check(-Int(Errno.noFunction.rawValue), "statmount", ["mnt_id": 1], needs: KernelVersion(6, 8))
    }
    expectEqual(error?.needs, KernelVersion(6, 8))
    expectEqual(
      error.map { "\($0)" },
      "statmount(mnt_id: 1): function not implemented (ENOSYS); statmount needs Linux 6.8")
    // Another failure has nothing to do with the kernel's age.
    let other = #expect(throws: SystemCallError.self) {
      try check(-1, "statmount", needs: KernelVersion(6, 8))
    }
    expectEqual(other?.hint, nil)
  }

  @Test func flagsPrintTheirCNamesAndWhatHasNone() {
    expectEqual("\(MountAttributes([.readOnly, .noATime]))", "MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOATIME")
    expectEqual("\(MountAttributes.accessTime)", "MOUNT_ATTR__ATIME")
    expectEqual("\(OpenFlags([.tmpFile, .readWrite]))", "O_RDWR | O_TMPFILE")
    expectEqual("\(OpenFlags([.sync]))", "O_SYNC")
    expectEqual("\(StatxMask.usual)", "STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID | STATX_MNT_ID_UNIQUE")
    expectEqual("\(WaitIDOptions([.exited, .clone]))", "WEXITED | __WCLONE")
    expectEqual("\(ResolveFlags(rawValue: 1 << 40))", "0x10000000000")
    expectEqual("\(Seals())", "0")
    expectEqual(
      "\(MountAttributeChange(set: .idMap, clear: .accessTime, propagation: .slave))",
      "{attr_set: MOUNT_ATTR_IDMAP, attr_clr: MOUNT_ATTR__ATIME, propagation: MS_SLAVE}")
  }

  /// Each flag of a table is one that no other line has, and its name is said once.
  @Test func tablesOfFlagsHaveNoDoubles() {
    func expectDistinct<Flags: NamedFlags>(_ type: Flags.Type) {
      expectEqual(Set(type.names.map(\.name)).count, type.names.count)
      expectEqual(Set(type.names.map(\.flag)).count, type.names.count)
    }
    expectDistinct(OpenTreeFlags.self)
    expectDistinct(MoveMountFlags.self)
    expectDistinct(FSPickFlags.self)
    expectDistinct(MountAttributes.self)
    expectDistinct(MountSetAttrFlags.self)
    expectDistinct(StatMountFields.self)
    expectDistinct(OpenFlags.self)
    expectDistinct(ResolveFlags.self)
    expectDistinct(MemfdFlags.self)
    expectDistinct(Seals.self)
    expectDistinct(CloseRangeFlags.self)
    expectDistinct(StatxFlags.self)
    expectDistinct(StatxMask.self)
    expectDistinct(FileAttributes.self)
    expectDistinct(WaitIDOptions.self)
    expectDistinct(WaitOptions.self)
    expectDistinct(PIDFDFlags.self)
    expectDistinct(PIDFDSignalFlags.self)
    expectDistinct(CloneFlags.self)
    expectDistinct(UnshareFlags.self)
    expectDistinct(MountFlags.self)
    expectDistinct(UnmountFlags.self)
    expectDistinct(NamespaceTypes.self)
  }
}
