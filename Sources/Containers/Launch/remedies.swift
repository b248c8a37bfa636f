import Linux
import SystemPackage

/// What to do about a failed step, where we know it: "; …".
func remedy(_ step: ChildStep, _ errno: Errno, of plan: Plan) -> String {
  switch (step, errno) {
  case (.overlay(let lower, false), .invalidArgument):
    "; \(lower.joined(separator: ":")) can't be a lower layer of an overlay: its filesystem is not fit for it, or is an overlay on too many others"
  case (.overlay(let lower, true), .invalidArgument):
    "; \(lower.joined(separator: ":")) can't be a lower layer of an overlay: something is mounted below it, which only root can leave out, or its filesystem is not fit for it"
  case (.overlay, .operationNotSupportedByDevice): "; this kernel has no overlay filesystem"
  case (.findCommand(let args, _), .noSuchFileOrDirectory)
  where args.first?.utf8.contains(UInt8(ascii: "/")) == false:
    "; executable file not found in $PATH"
  case (.exec(let args, _, _, _), .noSuchFileOrDirectory)
  where args.first?.utf8.contains(UInt8(ascii: "/")) == false:
    "; no directory of PATH has it"
  case (.exec(let args, _, _, _), .noSuchFileOrDirectory):
    "; the container has no such file, or lacks the interpreter or loader that \(args.first ?? "") names"
  case (.exec, .execFormatError): "; it is no program for this machine"
  case (.unshareCgroup, .notPermitted), (.makeMountsPrivate, .notPermitted), (.scratch, .notPermitted),
    (.overlay, .notPermitted), (.makeMountsPrivate, .permissionDenied), (.scratch, .permissionDenied):
    plan.hasUserNamespace ? userNamespaceRemedy() : "; it needs root with CAP_SYS_ADMIN"
  case (.mount(let mount), .notPermitted)
  where plan.hasUserNamespace && ["proc", "sysfs"].contains(mount.type):
    "; without root, \(mount.type) can be mounted only where nothing hides a part of the one that is here, as it is in a container"
  case (.mount(let mount), .tooManySymbolicLinkLevels):
    "; \(mount.type) must be mounted on ordinary directory: on the way to \(mount.path) the image has a symbolic link, which could lead elsewhere than it says"
  case (.setScheduler, .notPermitted):
    "; process scheduler can't be used together with AllowedCPUs, which are linux.resources.cpu.cpus, when it is SCHED_DEADLINE; other policies may take CAP_SYS_NICE or a limit"
  case (.bind(let bind), .invalidArgument) where plan.hasUserNamespace && !bind.isRecursive:
    "; something is mounted below \(bind.source), which only root can leave out"
  case (.makeMountsPrivate, .invalidArgument):
    "; the root directory is no mount point, as in a chroot: a bind mount of it onto itself makes it one"
  case (.enterNamespaces, .notPermitted): enteringRemedy()
  case (.loadFilter(let filter), .resourceTemporarilyUnavailable) where filter.hasListener:
    "; to hand on its listener takes one more task than the command: pids.limit or RLIMIT_NPROC is too small"
  case (.mask, .resourceBusy), (.makeReadOnly, .resourceBusy): "; the path leads to the root"
  case (_, .notPermitted), (_, .permissionDenied):
    plan.hasUserNamespace && geteuid() != 0 && !step.isExec && appArmorRestrictsUsers()
      ? "; \(appArmorObstacle)" : ""
  case (_, .noFunction): missingCallRemedy
  default: ""
  }
}

/// A process that hides its memory is root's to look into.
func enteringRemedy() -> String {
  geteuid() == 0 ? "" : "; without root a container can be entered only once its process runs"
}

/// An old kernel is named before everything else.
let missingCallRemedy =
  "; Linux \(uname().release) has the call, if it is built with it: a seccomp filter may keep it from here"

func remedy(_ step: HostStep, _ error: SystemCallError) -> String {
  switch (step, error.errno) {
  case (.clone(let flags, _), .notPermitted), (.clone(let flags, _), .permissionDenied):
    flags.contains(.newUser) ? userNamespaceRemedy() : "; it needs root with CAP_SYS_ADMIN"
  case (.clone(let flags, _), .noSpace) where flags.contains(.newUser):
    "; a limit in /proc/sys/user is reached: user.max_user_namespaces, say"
  case (.clone, .noSpace): "; a limit in /proc/sys/user is reached"
  case (.writeOfChild("oom_score_adj", _), .notPermitted),
    (.writeOfChild("oom_score_adj", _), .permissionDenied):
    "; less than the caller's own, or than root set for it, takes CAP_SYS_RESOURCE"
  case (.writeOfChild, .notPermitted), (.writeOfChild, .permissionDenied): userNamespaceRemedy()
  case (.write(let file, _), .resourceBusy) where file.hasSuffix("cgroup.subtree_control"):
    "; a cgroup that has processes can't pass controllers on"
  case (.write(let file, _), .noSuchFileOrDirectory) where file.hasSuffix("cgroup.subtree_control"):
    "; the cgroup doesn't have that controller itself"
  case (.mapMount, .invalidArgument):
    "; its filesystem can't have owners mapped, or one that is mounted below it: tmpfs can since Linux 6.3"
  case (_, .noFunction): missingCallRemedy
  default: ""
  }
}

/// How a child ended, as a sentence goes on.
func words(_ end: WaitStatus) -> String {
  switch end {
  case .signaled(let signal, _): "was killed by \(signal)"
  default: "ended as \(end)"
  }
}

/// What ends a child without a word of its own.
func remedy(_ end: WaitStatus?, of plan: Plan) -> String {
  switch end {
  case .signaled(.sys, _): return "; its seccomp filter, of linux.seccomp, kills for a call that it needs"
  case .signaled(.kill, _), nil: return "; a limit of memory may be too small for it"
  default:
    return plan.limitsMemory ? "; a limit of memory may be too small for it" : ""
  }
}

private func userNamespaceRemedy() -> String {
  appArmorRestrictsUsers()
    ? "; \(appArmorObstacle)"
    : "; a user namespace is not allowed here: by a security module, in a chroot, or in a container"
}

extension Plan {
  fileprivate var limitsMemory: Bool {
    host.contains { if case .write(let file, _) = $0 { file.contains("/memory.") } else { false } }
  }

  var hasUserNamespace: Bool {
    host.contains { if case .clone(let flags, _) = $0 { flags.contains(.newUser) } else { false } }
      || child.contains { if case .split(let flags) = $0 { flags.contains(.newUser) } else { false } }
  }
}
