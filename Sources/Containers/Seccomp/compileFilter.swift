import CSeccomp
import Linux
import OCISpec
import SystemPackage

/// Turns a profile into the filter that the kernel runs at each system call.
///
/// libseccomp knows the numbers and makes the program. What it gets wrong is decided before it: calls with conditions, and
/// those that are newer than the profile, which fail with ENOSYS. It reads no file. A system call that this libseccomp or an architecture doesn't know is left out.
///
/// - Parameters:
///   - support: what the kernel can do; a profile that needs more is refused.
///   - property: where the profile is in its document, for the errors.
/// - Throws: ``CompileError`` for what a profile can't mean, and what kernel or library lack.
public func compileFilter(
  _ profile: OCISpec.Seccomp, _ support: SeccompSupport, property: String = "linux.seccomp"
) throws(CompileError) -> SeccompFilter {
  let compiler = try ProfileCompiler(profile, support, property)
  return try compiler.compile()
}

/// The version of libseccomp, "2.5.4".
func libseccompVersion() -> String {
  guard let version = seccomp_version()?.pointee else { return "" }
  return "\(version.major).\(version.minor).\(version.micro)"
}

/// libseccomp's state: what is a rule and an architecture there.
private struct RuleSet: ~Copyable {
  let context: UnsafeMutableRawPointer

  init?(default action: SeccompAction) {
    guard let context = seccomp_init(action.rawValue) else { return nil }
    self.context = context
  }

  deinit { seccomp_release(context) }
}

/// An architecture of the profile.
private struct ProfileArchitecture {
  /// libseccomp's number: the kernel's, except for x32.
  let token: UInt32
  let auditArchitecture: AuditArchitecture
  let property: String

  init(_ token: UInt32, _ property: String) {
    self.token = token
    self.property = property
    let isX32 = token == seccomp_arch_resolve_name("x32")
    auditArchitecture = isX32 ? .x86_64 : AuditArchitecture(rawValue: token)
  }

  /// Whether libseccomp compares 64 bits of an argument: __AUDIT_ARCH_64BIT, and not __AUDIT_ARCH_CONVENTION_MIPS64_N32.
  var isWide: Bool { token & 0xa000_0000 == 0x8000_0000 }

  /// nil for a call that it doesn't have.
  func number(_ name: String) -> UInt32? {
    let number = seccomp_syscall_resolve_name_arch(token, name)
    return number < 0 ? nil : UInt32(number)
  }
}

private struct ProfileCompiler {
  private let profile: OCISpec.Seccomp
  private let support: SeccompSupport
  private let property: String
  private let defaultAction: SeccompAction
  private let flags: SeccompFilterFlags
  private let architectures: [ProfileArchitecture]
  private let conditionalNames: Set<String>

  init(_ profile: OCISpec.Seccomp, _ support: SeccompSupport, _ property: String) throws(CompileError) {
    self.profile = profile
    self.support = support
    self.property = property
    if profile.defaultAction == .notify {
      throw CompileError(
        "\(property).defaultAction",
        "SCMP_ACT_NOTIFY cannot be used for every call: the start of the listener would wait for itself")
    }
    if profile.listenerMetadata != nil && profile.listenerPath == nil {
      throw CompileError("\(property).listenerMetadata", "there is no listenerPath to send it to")
    }
    defaultAction = try compileAction(
      profile.defaultAction, profile.defaultErrnoRet, support, "\(property).defaultAction",
      "\(property).defaultErrnoRet")
    flags = try compileFlags(profile.flags, support, "\(property).flags")
    architectures = try compileArchitectures(profile.architectures, "\(property).architectures")
    let unconditional = profile.syscalls.filter { $0.args.isEmpty }
    conditionalNames = Set(profile.syscalls.filter { !$0.args.isEmpty }.flatMap(\.names))
      .subtracting(unconditional.flatMap(\.names))
  }

  func compile() throws(CompileError) -> SeccompFilter {
    guard let rules = RuleSet(default: defaultAction) else {
      throw CompileError("\(property).defaultAction", "libseccomp \(libseccompVersion()) refuses it")
    }
    for architecture in architectures {
      let result = seccomp_arch_add(rules.context, architecture.token)
      // Of the same byte order only: a process can't change its own.
      if result == -Errno.outOfDomain.rawValue {
        throw CompileError(architecture.property, "programs of that architecture can't run on this one")
      }
      if result != 0 && result != -Errno.fileExists.rawValue {
        throw CompileError(architecture.property, "libseccomp: \(Errno(rawValue: -result).sentence)")
      }
    }
    var hasListener = false
    for (index, rule) in profile.syscalls.enumerated() {
      let added = try add(rule, to: rules, "\(property).syscalls[\(index)]")
      if added && rule.action == .notify { hasListener = true }
    }
    let program = try export(rules)
    let instructions =
      try refusing(hidden, defaultAction) + answering(newer) + deciding(conditional(), orElse: defaultAction)
      + program
    if instructions.count > SeccompFilter.longest {
      throw CompileError(
        property,
        "its filter has \(instructions.count) instructions, and the kernel takes \(SeccompFilter.longest)")
    }
    let filter = SeccompFilter(instructions, loadFlags(hasListener), hasListener: hasListener)
    if hasListener { try checkOwnCalls(filter) }
    return filter
  }

  /// The kernel refuses `waitKillableRecv` without a listener, and `tsync` beside one unless its errors are told apart.
  private func loadFlags(_ hasListener: Bool) -> SeccompFilterFlags {
    guard hasListener else { return flags.subtracting(.waitKillableRecv) }
    return flags.contains(.tsync) ? flags.union(.tsyncESRCH) : flags
  }

  /// Whether some system call has it now.
  private func add(_ rule: SyscallRule, to rules: borrowing RuleSet, _ property: String) throws(CompileError)
    -> Bool
  {
    let action = try compileAction(
      rule.action, rule.errnoRet, support, "\(property).action", "\(property).errnoRet")
    if rule.action == .notify { try checkListener(rule, property) }
    let conditions = try compileConditions(rule.args, "\(property).args")
    var added = false
    for (index, name) in rule.names.enumerated() {
      if name.isEmpty { throw CompileError("\(property).names[\(index)]", "it is empty") }
      let number = seccomp_syscall_resolve_name(name)
      // libseccomp wants no rule that says what is said already.
      if number == resolvesToNothing || action == defaultAction { continue }
      added = true
      // A call that has a second way keeps its rules there: what they say of the first is decided before.
      if conditionalNames.contains(name) && !isMultiplexed(name) { continue }
      for alternative in conditions {
        let result = seccomp_rule_add_array(
          rules.context, action.rawValue, number, UInt32(alternative.count), alternative)
        if result != 0 {
          throw CompileError(
            "\(property).names[\(index)]", "libseccomp: \(name): \(Errno(rawValue: -result).sentence)")
        }
      }
    }
    return added
  }

  private func checkListener(_ rule: SyscallRule, _ property: String) throws(CompileError) {
    if profile.listenerPath == nil {
      throw CompileError("\(property).action", "\(rule.action.rawValue) needs a listenerPath")
    }
    if let index = rule.names.firstIndex(of: "write") {
      throw CompileError(
        "\(property).names[\(index)]",
        "SCMP_ACT_NOTIFY cannot be used for the write syscall: the start of the listener would wait for itself"
      )
    }
  }

  /// By these two the process waits until its listener is handed on.
  private func checkOwnCalls(_ filter: SeccompFilter) throws(CompileError) {
    let mayRead = filter.allowsCall(__NR_read) || filter.answer(toCall: __NR_read) == .userNotif
    if filter.allowsCall(__NR_write) && mayRead { return }
    throw CompileError(
      property, "with SCMP_ACT_NOTIFY it must allow write and read: the start of the listener takes both")
  }

  private func export(_ rules: borrowing RuleSet) throws(CompileError) -> [BPFInstruction] {
    let names = profile.syscalls.flatMap(\.names)
    let fewest =
      architectures.map { architecture in names.count { architecture.number($0) != nil } }.min() ?? 0
    // A binary tree. With few rules it is no shorter, and libseccomp 2.5.4 makes a wrong one of none.
    if fewest > 32 { seccomp_attr_set(rules.context, SCMP_FLTATR_CTL_OPTIMIZE, 2) }
    do {
      let file = try memfd_create("seccomp")
      let result = seccomp_export_bpf(rules.context, file.rawValue)
      if result != 0 { throw CompileError(property, "libseccomp: \(Errno(rawValue: -result).sentence)") }
      _ = try file.fileDescriptor.seek(offset: 0, from: .start)
      return instructions(try file.read(upTo: 8 * 65536)[...])
    } catch let error as CompileError {
      throw error
    } catch let error as Errno {
      throw CompileError(property, "lseek: \(error.sentence)")
    } catch {
      throw CompileError(property, "\(error)")
    }
  }

  /// The calls that have rules with conditions and none without, for each architecture; those with the same rules together.
  private func conditional() throws(CompileError) -> [ConditionalCalls] {
    var rules: [String: [ConditionalCalls.Rule]] = [:]
    for (index, rule) in profile.syscalls.enumerated() {
      let property = "\(property).syscalls[\(index)]"
      let action = try compileAction(
        rule.action, rule.errnoRet, support, "\(property).action", "\(property).errnoRet")
      if action == defaultAction { continue }
      let alternatives = try compileConditions(rule.args, "\(property).args")
      for name in rule.names where conditionalNames.contains(name) {
        rules[name, default: []] += alternatives.map {
          ConditionalCalls.Rule(conditions: $0.map(ConditionalCalls.Condition.init), action: action)
        }
      }
    }
    let groups = Dictionary(grouping: rules.keys.sorted()) { rules[$0] ?? [] }
      .sorted { $0.value[0].utf8.lexicographicallyPrecedes($1.value[0].utf8) }
    var calls: [ConditionalCalls] = []
    for architecture in architectures {
      let found = groups.compactMap { group -> ConditionalCalls.Group? in
        let numbers = group.value.compactMap(architecture.number)
        return numbers.isEmpty
          ? nil : .init(numbers: numbers, rules: group.key, isWide: architecture.isWide)
      }
      // x32 and x86-64 are one architecture to a filter.
      if let index = calls.firstIndex(where: { $0.architecture == architecture.auditArchitecture }) {
        calls[index].groups += found
      } else {
        calls.append(ConditionalCalls(architecture: architecture.auditArchitecture, groups: found))
      }
    }
    return calls
  }

  /// Calls behind socketcall whose conditions a filter can't see: their arguments are in memory. libseccomp would take
  /// every one of them for allowed. They get the default action, unless the profile names socketcall itself.
  private var hidden: [HiddenCalls] {
    let names = Set(profile.syscalls.flatMap(\.names))
    if defaultAction == .allow || defaultAction == .log || names.contains("socketcall") { return [] }
    let conditional = Set(profile.syscalls.filter { !$0.args.isEmpty }.flatMap(\.names))
    let free = Set(profile.syscalls.filter { $0.args.isEmpty && $0.action == .allow }.flatMap(\.names))
    let numbers = conditional.subtracting(free).compactMap { socketCalls[$0] }.sorted()
    if numbers.isEmpty { return [] }
    return architectures.compactMap { architecture in
      architecture.number("socketcall").map {
        HiddenCalls(architecture: architecture.auditArchitecture, multiplexer: $0, numbers: numbers)
      }
    }
  }

  /// Nothing is newer where the profile lets what it doesn't name through, or asks a tracer, which may know it.
  private var newer: [NewerCalls] {
    switch profile.defaultAction {
    case .allow, .log, .trace: return []
    default: break
    }
    if defaultAction == .errno(.noFunction) { return [] }
    let names = profile.syscalls.flatMap(\.names)
    var calls: [AuditArchitecture: [UInt32]] = [:]
    for architecture in architectures {
      calls[architecture.auditArchitecture, default: []] += names.compactMap(architecture.number)
    }
    return newerCalls(calls)
  }
}

/// What libseccomp says of a name that it doesn't know: __NR_SCMP_ERROR.
private let resolvesToNothing: Int32 = -1

private func compileAction(
  _ action: OCISpec.Seccomp.Action, _ errnoRet: UInt32?, _ support: SeccompSupport, _ property: String,
  _ errnoProperty: String
) throws(CompileError) -> SeccompAction {
  let data = errnoRet ?? UInt32(Errno.notPermitted.rawValue)
  let compiled: SeccompAction
  switch action {
  case .kill, .killThread: compiled = .killThread
  case .killProcess: compiled = .killProcess
  case .trap: compiled = .trap()
  case .errno:
    // libseccomp's limit. The kernel would make 4095 of what is larger.
    guard data < 4095 else { throw CompileError(errnoProperty, "\(data) is no errno: those are below 4095") }
    compiled = .errno(Errno(rawValue: CInt(data)))
  case .trace:
    guard let data = UInt16(exactly: data) else {
      throw CompileError(errnoProperty, "\(data): a tracer is told 65535 at most")
    }
    compiled = .trace(data)
  case .allow: compiled = .allow
  case .log: compiled = .log
  case .notify: compiled = .userNotif
  }
  if errnoRet != nil && action != .errno && action != .trace {
    throw CompileError(errnoProperty, "\(action.rawValue) has no errno")
  }
  guard support.actions.contains(compiled.kind) else {
    throw CompileError(property, "this kernel has no \(action.rawValue)")
  }
  return compiled
}

private func compileFlags(_ flags: [OCISpec.Seccomp.Flag], _ support: SeccompSupport, _ property: String)
  throws(CompileError) -> SeccompFilterFlags
{
  var compiled: SeccompFilterFlags = []
  for (index, flag) in flags.enumerated() {
    let bit: SeccompFilterFlags =
      switch flag {
      case .tsync: .tsync
      case .log: .log
      case .specAllow: .specAllow
      case .waitKillableRecv: .waitKillableRecv
      }
    guard support.flags.contains(bit) else {
      throw CompileError("\(property)[\(index)]", "this kernel has no \(flag.rawValue)")
    }
    compiled.insert(bit)
  }
  return compiled
}

/// This machine's, and those of the profile: calls of any other end their caller.
private func compileArchitectures(_ architectures: [OCISpec.Seccomp.Architecture], _ property: String)
  throws(CompileError) -> [ProfileArchitecture]
{
  var compiled = [ProfileArchitecture(seccomp_arch_native(), property)]
  for (index, architecture) in architectures.enumerated() {
    let property = "\(property)[\(index)]"
    let name = architecture.rawValue.dropFirst("SCMP_ARCH_".utf8.count).lowercased()
    let token = seccomp_arch_resolve_name(name)
    guard token != 0 else {
      throw CompileError(property, "libseccomp \(libseccompVersion()) has no \(architecture.rawValue)")
    }
    if !compiled.contains(where: { $0.token == token }) {
      compiled.append(ProfileArchitecture(token, property))
    }
  }
  return compiled
}

/// Alternatives, in each of which all comparisons hold. One of none is always true.
///
/// libseccomp takes an argument once in a rule. Where a profile compares one twice, any of its comparisons is enough, as
/// every runtime has it.
private func compileConditions(_ comparisons: [SyscallRule.Comparison], _ property: String)
  throws(CompileError) -> [[scmp_arg_cmp]]
{
  var compiled: [scmp_arg_cmp] = []
  for (index, comparison) in comparisons.enumerated() {
    guard comparison.index < 6 else {
      throw CompileError(
        "\(property)[\(index)].index", "\(comparison.index): a system call has arguments 0 to 5")
    }
    compiled.append(
      scmp_arg_cmp(
        arg: comparison.index, op: compileOperator(comparison.op), datum_a: comparison.value,
        datum_b: comparison.valueTwo ?? 0))
  }
  let isTwice = Set(compiled.map(\.arg)).count < compiled.count
  return isTwice ? compiled.map { [$0] } : [compiled]
}

private func compileOperator(_ comparison: SyscallRule.Comparison.Operator) -> scmp_compare {
  switch comparison {
  case .notEqual: SCMP_CMP_NE
  case .less: SCMP_CMP_LT
  case .lessOrEqual: SCMP_CMP_LE
  case .equal: SCMP_CMP_EQ
  case .greaterOrEqual: SCMP_CMP_GE
  case .greater: SCMP_CMP_GT
  case .maskedEqual: SCMP_CMP_MASKED_EQ
  }
}
