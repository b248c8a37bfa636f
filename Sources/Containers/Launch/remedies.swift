import Linux
import SystemPackage

/// What to do about a failed step, where we know it: "; …".
func remedy(_ step: ChildStep, _ errno: Errno) -> String {
  switch (step, errno) {
  case (.overlay(let lower), .invalidArgument):
    "; \(lower.joined(separator: ":")) can't be a lower layer of an overlay: its filesystem is not fit for it, or is an overlay on too many others"
  case (.overlay, .operationNotSupportedByDevice): "; this kernel has no overlay filesystem"
  case (.exec(let args, _), .noSuchFileOrDirectory)
  where args.first?.utf8.contains(UInt8(ascii: "/")) == false:
    "; no directory of PATH has it"
  case (.exec(let args, _), .noSuchFileOrDirectory):
    "; the container has no such file, or lacks the interpreter or loader that \(args.first ?? "") names"
  case (.exec, .execFormatError): "; it is no program for this machine"
  case (.scratch, .notPermitted), (.overlay, .notPermitted), (.makeMountsPrivate, .notPermitted):
    "; it needs root with CAP_SYS_ADMIN"
  case (.mount(let mount), .tooManySymbolicLinkLevels):
    "; on the way to \(mount.path) the image has a symbolic link, which could lead elsewhere than it says"
  case (.makeMountsPrivate, .invalidArgument):
    "; the root directory is no mount point, as in a chroot: a bind mount of it onto itself makes it one"
  default: ""
  }
}

func remedy(_ step: HostStep, _ error: SystemCallError) -> String {
  switch (step, error.errno) {
  case (.clone, .notPermitted): "; it needs root with CAP_SYS_ADMIN"
  case (.clone, .noSpace): "; a limit in /proc/sys/user is reached"
  case (.write(let file, _), .resourceBusy) where file.hasSuffix("cgroup.subtree_control"):
    "; a cgroup that has processes can't pass controllers on"
  case (.write(let file, _), .noSuchFileOrDirectory) where file.hasSuffix("cgroup.subtree_control"):
    "; the cgroup doesn't have that controller itself"
  default: ""
  }
}
