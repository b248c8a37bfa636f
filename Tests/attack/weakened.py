"""weakened.py DIRECTORY: a copy of this package in which each protection can be switched off.

A test that nothing can fail shows nothing. Where no runtime of Debian's has a weakness, a build of our own
has it: the same sources with the edits below, each of which is in effect while COOPER_WEAKNESS names it. An
edit whose old text isn't there exactly once is an error: the protection has moved, and this must follow it.
"""

import pathlib
import shutil
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SWITCH = """import Glibc

/// Whether the environment names this weakness.
public func isWeakened(_ name: String) -> Bool {
  guard let value = getenv("COOPER_WEAKNESS") else { return false }
  return String(cString: value) == name
}
"""
CONTAINERS = "Sources/Containers"
# What the weakness is: file, old text, new text.
EDITS = {
    # Paths of the container lead through the machine's links.
    "resolve": [
        (
            f"{CONTAINERS}/Launch/LoweringPaths.swift",
            "UInt64(UInt32(resolve)) | UInt64(LINUX_RESOLVE_NO_MAGICLINKS)",
            'isWeakened("resolve") ? 0 : UInt64(UInt32(resolve)) | UInt64(LINUX_RESOLVE_NO_MAGICLINKS)',
        ),
        (
            f"{CONTAINERS}/Lifecycle/throughLinks.swift",
            "guard let root = try?",
            'guard !isWeakened("resolve"), let root = try?',
        ),
    ],
    # A device isn't looked at before it is used.
    "verify": [
        (
            f"{CONTAINERS}/Launch/LoweringProcess.swift",
            "    // struct statx: stx_mode at 28, stx_rdev_major at 128, stx_rdev_minor at 132\n",
            '    if isWeakened("verify") { return }\n',
        )
    ],
    # The executable stays on the mount where it can be written.
    "seal": [
        (
            f"{CONTAINERS}/Launch/seal.swift",
            "  if isRoot ? isOnReadOnlyMount(executable) : try !isCallers() {",
            '  if isWeakened("seal") { return }\n'
            "  if isRoot ? isOnReadOnlyMount(executable) : try !isCallers() {",
        ),
    ],
    # The mount that is read-only keeps its descriptor, through which it can be made writable again.
    "seal-open": [
        (
            f"{CONTAINERS}/Launch/seal.swift",
            '  let result = "".withCString { empty in\n',
            '  if isWeakened("seal-open") { _ = systemCall(__NR_fcntl, Int(file.rawValue), 0, 99) }\n'
            '  let result = "".withCString { empty in\n',
        )
    ],
    # The child's memory is everybody's of its user to look into.
    "dumpable": [
        (
            f"{CONTAINERS}/Launch/Lowering.swift",
            "builder.call(__NR_prctl, .value(Int(LINUX_PR_SET_DUMPABLE)), 0, 0, 0, 0)",
            'if !isWeakened("dumpable") {\n'
            "      builder.call(__NR_prctl, .value(Int(LINUX_PR_SET_DUMPABLE)), 0, 0, 0, 0)\n    }",
        )
    ],
    # Nothing of the host side's is closed, and the working directory may be anywhere.
    "descriptors": [
        (
            f"{CONTAINERS}/Launch/Lowering.swift",
            "builder.call(__NR_close_range, .value(first), .value(Int(UInt32.max)), 0)",
            'if !isWeakened("descriptors") {\n'
            "      builder.call(__NR_close_range, .value(first), .value(Int(UInt32.max)), 0)\n    }",
        ),
        (
            f"{CONTAINERS}/Launch/Lowering.swift",
            'builder.compare(name, mask: 0xff, equals: Int(UInt8(ascii: "/")), errno: 2)',
            'if !isWeakened("descriptors") {\n'
            '      builder.compare(name, mask: 0xff, equals: Int(UInt8(ascii: "/")), errno: 2)\n    }',
        ),
        (
            "Sources/cooper-runtime/Verbs/sealed.swift",
            "func closeOnExec(keeping preserved: Int) throws {\n",
            "func closeOnExec(keeping preserved: Int) throws {\n"
            '  if isWeakened("descriptors") { return }\n',
        ),
        (
            "Sources/cooper/Run.swift",
            "try close_range(3, flags: .cloExec)",
            'if !isWeakened("descriptors") { try close_range(3, flags: .cloExec) }',
        ),
    ],
    # What may be had may be passed on.
    "inheritable": [
        (
            f"{CONTAINERS}/Launch/LoweringProcess.swift",
            "bits(sets.inheritable))",
            'bits(isWeakened("inheritable") ? sets.permitted : sets.inheritable))',
        )
    ],
    # A name of the image's goes before a number, and 1 is taken for 0.
    "user": [
        (
            f"{CONTAINERS}/Facts/ImageFacts.swift",
            "if let number = try number(parts[0], in: text) {",
            'if !isWeakened("user"), let number = try number(parts[0], in: text) {',
        ),
        (
            "Sources/cooper-runtime/Verbs/exec.swift",
            "  return number\n}\n",
            '  return isWeakened("user") ? 0 : number\n}\n',
        ),
    ],
    # Every kernel parameter is taken for one of the container's.
    "sysctl": [
        (
            f"{CONTAINERS}/Compile/compileNamespaces.swift",
            "guard linux.namespaces.contains(where: { $0.type == kind }) else {",
            'guard isWeakened("sysctl") || linux.namespaces.contains(where: { $0.type == kind }) else {',
        )
    ],
    # The container stays in its caller's session.
    "session": [
        (
            f"{CONTAINERS}/Launch/Lowering.swift",
            "case .newSession: builder.call(__NR_setsid)",
            'case .newSession: if !isWeakened("session") { builder.call(__NR_setsid) }',
        )
    ],
    # The machine's mounts stay where the container sees them.
    "old-root": [
        (
            f"{CONTAINERS}/Launch/Lowering.swift",
            "    builder.call(__NR_pivot_root, here, here)\n"
            "    builder.call(__NR_umount2, here, .value(Int(LINUX_MNT_DETACH)))\n",
            "    builder.call(__NR_pivot_root, here, here)\n"
            '    if !isWeakened("old-root") {\n'
            "      builder.call(__NR_umount2, here, .value(Int(LINUX_MNT_DETACH)))\n    }\n",
        )
    ],
    # What fails leaves its cgroups and its directory.
    "remains": [
        (
            f"{CONTAINERS}/Launch/launch.swift",
            "    let pid = child?.pid\n    if let unmount",
            "    let pid = child?.pid\n"
            '    if isWeakened("remains") { try? keeper.take()?.dismiss() }\n'
            "    if let unmount",
        )
    ],
    # A program without a path is looked for where the container's root says it is.
    "reopen": [
        (
            f"{CONTAINERS}/Launch/Lowering.swift",
            "  private func workingDirectory(_ path: String) {\n",
            "  private func workingDirectory(_ path: String) {\n"
            '    if isWeakened("reopen") { write("/proc/self/comm", "cooper") }\n'
            '    if isWeakened("label") { write("/proc/self/attr/exec", "unconfined") }\n',
        )
    ],
    # A label is taken wherever it is asked for, and written where the container's /proc is (see reopen).
    "label": [
        (
            f"{CONTAINERS}/Compile/refuseUnsupported.swift",
            "guard host.hasAppArmor else {",
            'guard host.hasAppArmor || isWeakened("label") else {',
        ),
        (
            f"{CONTAINERS}/Compile/refuseUnsupported.swift",
            'guard host.hasSELinux else {\n      throw CompileError("process.se',
            'guard host.hasSELinux || isWeakened("label") else {\n      throw CompileError("process.se',
        ),
        (
            f"{CONTAINERS}/Launch/Lowering.swift",
            'case .labelExec(let file, let value): write("/proc/self/attr/\\(file)", value)',
            "case .labelExec(let file, let value):\n"
            '      if !isWeakened("label") { write("/proc/self/attr/\\(file)", value) }',
        ),
    ],
    # What is copied of an image isn't looked at once more.
    "copy": [
        (
            f"{CONTAINERS}/Launch/filledMount.swift",
            "guard kind == 0o100000 else {",
            'guard kind == 0o100000 || isWeakened("copy") else {',
        )
    ],
    # Mounts that are somebody else's are entered first, and files of the machine's are looked for there.
    "mounts-first": [
        (
            f"{CONTAINERS}/Compile/compileNamespaces.swift",
            "    let late: CloneFlags = [.newPID, .newTime]\n",
            '    if isWeakened("mounts-first") { (joins, mounts) = (mounts + joins, []) }\n'
            "    let late: CloneFlags = [.newPID, .newTime]\n",
        ),
        (
            f"{CONTAINERS}/Launch/LoweringSettings.swift",
            "if namespace.kind == .mount {",
            'if namespace.kind == .mount && !isWeakened("mounts-first") {',
        ),
    ],
}


def main():
    target = pathlib.Path(sys.argv[1])
    if (target / "Sources").exists():
        shutil.rmtree(target / "Sources")
    (target / "scripts").mkdir(parents=True, exist_ok=True)
    (target / "Tests").mkdir(exist_ok=True)
    shutil.copytree(ROOT / "Sources", target / "Sources")
    shutil.copy(ROOT / "scripts/static-warnings.txt", target / "scripts")
    manifest = (ROOT / "Package.swift").read_text()
    # What protects before Swift begins can't be switched off: here it isn't there.
    entry = '[.unsafeFlags(["-Xlinker", "--entry=cooper_start"])]'
    if entry not in manifest:
        sys.exit("Package.swift: the entry point that seals is not there")
    manifest = manifest.replace(entry, "[]")
    tests = manifest.index('    .target(name: "TestSupport"')
    rest = manifest[manifest.index("  ],\n  swiftLanguageModes") :]
    (target / "Package.swift").write_text(manifest[:tests] + rest)
    (target / "Sources/Linux/isWeakened.swift").write_text(SWITCH)
    texts = {}
    for name, edits in EDITS.items():
        for path, old, new in edits:
            text = texts.get(path) or (target / path).read_text()
            if text.count(old) != 1:
                sys.exit(
                    f"{path}: what {name} weakens is there {text.count(old)} times, not once: {old.strip()}"
                )
            if path.endswith(".swift") and "import Linux" not in text and "Sources/Linux" not in path:
                text = "import Linux\n" + text
            texts[path] = text.replace(old, new)
    for path, text in texts.items():
        (target / path).write_text(text)


main()
