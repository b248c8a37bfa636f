import Linux
import OCISpec

/// A container as a list of system calls: what the host side does, and what the child does between clone and exec.
///
/// `compile` makes it, `launch` does it, `explain` prints it.
public struct Plan: Hashable, Sendable {
  /// The container's id, which names its directory and its cgroups.
  public var id: String
  /// Before, at and after the clone, in this order.
  public var host: [HostStep]
  /// From the clone to exec, in this order.
  public var child: [ChildStep]
  /// What the container may not have here, and why: printed, not done.
  public var remarks: [String]
  /// What of the configuration some of the host's steps are for: errors name it.
  public var properties: [StepProperty] = []
  /// The cgroups to remove at the end.
  public var cgroups: [String] {
    host.compactMap {
      switch $0 {
      case .makeCgroup(let path), .takeCgroup(let path): path
      default: nil
      }
    }
  }
  /// The cgroups of scopes: systemd removes them once they are empty.
  public var scopes: [String] {
    host.compactMap { if case .startScope(let scope) = $0 { scope.cgroup } else { nil } }
  }
}

/// A step, and the property that it is for.
public struct StepProperty: Hashable, Sendable {
  public var step: HostStep
  public var property: String
}

public enum HostStep: Hashable, Sendable {
  /// clone3 of the keeper. It makes and locks the container's directory, outlives this process, and removes what
  /// the steps have made.
  case startKeeper(directory: String)
  /// mkdir in a cgroup hierarchy.
  case makeCgroup(String)
  /// The same of a cgroup that may be there: one on the way to the container's, which stays.
  case shareCgroup(String)
  /// The same of the container's own: it may be there, but nobody may be in it.
  case takeCgroup(String)
  /// Lets the children of a v2 cgroup have controllers: those that it can.
  case enable([String], in: String)
  /// Gives a v1 cgroup of cpuset that has none the processors and the memory of the one above.
  case fillCpuset(String)
  /// One write into a cgroup's file.
  case write(file: String, value: String)
  /// The same where there is such a file.
  case writeOptional(file: String, value: String)
  /// The same into the first of two that is there.
  case writeEither(file: String, value: String, orFile: String, orValue: String)
  /// chown of a v2 cgroup, and of those of its files that /sys/kernel/cgroup/delegate names.
  case giveCgroup(String, owner: UInt32)
  /// Lets a program decide about the devices of a v2 cgroup.
  case attachDevices([EBPFInstruction], to: String)
  /// This process and its keeper into a cgroup of their own: one that holds processes can't pass controllers on.
  case moveAside(String)
  /// clone3 of the child; `cgroup` is the v2 cgroup that it is born in.
  case clone(CloneFlags, cgroup: String?)
  /// newuidmap or newgidmap for the child. Either has root's privileges, and writes what /etc/subuid or /etc/subgid
  /// allow the caller.
  case runMapper(String, [IDMapping])
  /// One write into a file of /proc/PID. The child has not been waited for, so that its pid is no other's.
  case writeOfChild(file: String, value: String)
  /// A network device of the machine's goes into the child's network namespace, with another name perhaps.
  case moveDevice(String, as: String)
  /// One write of the child's pid.
  case writeChild(file: String)
  /// systemd makes a scope, and puts the child into it.
  case startScope(Scope)
  /// systemd puts the child into a scope that is there, or into a cgroup below it.
  case attachToScope(cgroup: String, below: String, bus: String)
  /// A new filesystem with a copy of what the image has at its path.
  case fillMount(FilesystemMount, from: String)
  /// open_tree of what a bind mount has the ids mapped of, and mount_setattr(MOUNT_ATTR_IDMAP): it takes privileges over
  /// the filesystem.
  case mapMount(BindMount)
  /// A new filesystem with devices: in a user namespace nobody may make one.
  case makeDevices([DeviceNode])
  /// bind and listen of a socket by which the container is started later.
  case listen(String)
  /// Lets the child run.
  case go
  /// Waits until the child has come to its next `ChildStep.sync`.
  case awaitChild
  /// A program of the machine's, with the container's state on its standard input.
  case runHook(HookStep)
}

/// A hook that is run while the container is made.
public struct HookStep: Hashable, Sendable {
  /// As `prestart`, and its place among those.
  public var kind: String
  public var index: Int
  public var hook: Hook
  /// In the container's namespaces; else in the caller's.
  public var isInContainer: Bool
  /// Where it is executed, in those namespaces; nil for their root.
  public var directory: String?

  /// Whether its program is one of the container's.
  var isOfImage: Bool { isInContainer && directory == nil }

  public var property: String { "hooks.\(kind)[\(index)]" }
}

public struct ResourceSetting: Hashable, Sendable {
  public var resource: Resource
  public var soft: UInt64
  public var hard: UInt64
}

/// One line of a uid_map or gid_map.
public struct IDMapping: Hashable, Sendable, CustomStringConvertible {
  /// The first id in the user namespace, and what it is outside.
  public var inside: UInt32
  public var outside: UInt32
  public var count: UInt32

  public init(_ inside: UInt32, _ outside: UInt32, _ count: UInt32) {
    self.inside = inside
    self.outside = outside
    self.count = count
  }

  public var description: String { "\(inside) \(outside) \(count)" }
}

public enum ChildStep: Hashable, Sendable {
  /// Blocks until `HostStep.go`; leaves when the host side has died instead. Meanwhile that maps the ids of a user
  /// namespace, say.
  case awaitGo
  /// Opens what will be bound of the machine, as who may see it, and then becomes root of the user namespace by all ids.
  case becomeMappedRoot(uid: UInt32 = 0, gid: UInt32 = 0)
  /// "0" into the tasks file of a v1 cgroup. The child does it itself: a thread that moves itself makes the kernel
  /// wait for nothing, while another's move of a process waits until every processor has passed a quiet point.
  case joinCgroup(String)
  /// "0" into the cgroup.procs file of a v2 cgroup, below the scope that the child is in by now.
  case enterCgroup(String)
  case newSession
  /// keyctl(KEYCTL_JOIN_SESSION_KEYRING): the caller's keys are not the container's.
  case newSessionKeyring
  /// setns into the namespaces of a container's process.
  case enterNamespaces(CloneFlags)
  /// Opens its own namespaces of these kinds, and tells them to the host side, and to whoever asks while it waits to be
  /// started.
  case tellNamespaces(CloneFlags)
  /// setns into a namespace that is there, by its path on the machine.
  case joinNamespace(OCISpec.Namespace.Kind, String)
  /// The same where the privileges of now allow it; else a `joinNamespace` follows.
  case tryNamespace(OCISpec.Namespace.Kind, String)
  /// clone into the namespaces that only a child gets into: the process that was ends, its parent is the child's.
  case split(CloneFlags)
  /// unshare(CLONE_NEWTIME), whose clocks the children of this process have, and what is added to them.
  case unshareTime(offsets: [String])
  /// A label or profile for the command, which its exec takes up: a file below /proc/self/attr.
  case labelExec(file: String, value: String)
  /// One write of a file below /proc/sys, in the container's namespaces, while /proc is still the machine's.
  case sysctl(key: String, value: String)
  /// unshare(CLONE_NEWCGROUP): after the child is in its cgroups, so that they are the namespace's roots.
  case unshareCgroup
  case makeMountsPrivate
  /// How mounts and unmounts on the machine reach the container, for every mount; or of the one mount point alone.
  case propagate(MountPropagation, path: String, isRecursive: Bool)
  /// A tmpfs over the container's directory, seen by the child only: it holds the overlay's upper layer.
  case scratch(directory: String)
  /// The root: an overlay of these directories, topmost first, and the upper layer in memory.
  ///
  /// In a user namespace the upper layer's marks are `user.` attributes: only root may set those of `trusted.`.
  case overlay(lower: [String], userAttributes: Bool = false)
  /// An empty root, in memory.
  case emptyRoot
  /// The root: a directory of the machine's, with what is mounted below it.
  case rootDirectory(String)
  case mount(FilesystemMount)
  case bind(BindMount)
  /// mount(MS_REMOUNT) of the mount at a path: its flags anew and, without MS_BIND, those of its filesystem.
  case remount(path: String, MountFlags, data: String)
  /// setxattr of `security.selinux` on the root of a mount.
  case labelMount(path: String, String)
  case makeNode(DeviceNode)
  /// The node of the machine, where nodes can't be made.
  case bindNode(DeviceNode)
  /// The same of those that the host side has made.
  case placeNodes([DeviceNode])
  case makeLink(target: String, path: String)
  case makeDirectory(String)
  /// A pty of the container's own devpts: its master goes to the host side, its slave becomes /dev/console, the
  /// controlling terminal, and stdio.
  case terminal(ConsoleSize?, hasConsole: Bool = true)
  /// The root of the container that was entered.
  case openRoot
  /// Standard input from the container's /dev/null.
  case nullInput
  /// Hides a path: a file behind /dev/null, a directory behind an empty one.
  case mask(String)
  case makeReadOnly(String)
  /// Changes a mount of the container, once what is mounted in it has its place.
  case restrict(String, MountChange)
  case makeRootReadOnly
  /// Tells the host side that it is here, and waits for "go".
  case sync
  case pivotRoot
  /// chroot, in a mount namespace that is others' too: what was mounted stays until the container is removed.
  case changeRoot
  /// The same, by the root's path.
  case enterRoot(String)
  /// The same where the machine's mounts are shared with it: detached from it alone.
  case pivotSharedRoot
  /// chroot into the root, where a pivot_root can't be. The machine's mounts of these paths are taken away before: the
  /// kernel would let a user namespace of the container have a whole /proc where one can be seen.
  case moveRoot(hiding: [String])
  case setHostname(String)
  case setDomainname(String)
  case loopbackUp
  case limit(ResourceSetting)
  case setScheduler(SchedulingAttributes)
  case setIOPriority(Linux.IOPriority)
  case setMemoryPolicy(Linux.MemoryPolicy)
  case setPersonality(Linux.Personality)
  case setAffinity(CPUSet)
  /// All processors that its cgroups allow: the caller's own limit stays the caller's.
  case resetAffinity
  /// fchown of the standard streams that aren't /dev/null.
  case ownStreams(uid: UInt32)
  case dropBoundingSet(keeping: CapabilitySet)
  case setUser(User, keepsGroups: Bool = false)
  case setCapabilities(ProcessCapabilities)
  case noNewPrivileges
  case loadFilter(SeccompFilter)
  /// With all privileges: where the user to come may not go, whoever makes the container may put it.
  case tryWorkingDirectory(String)
  case workingDirectory(String)
  /// Looks whether the command can be executed, before anybody waits for it.
  case findCommand(args: [String], env: [String])
  /// Waits until somebody connects to the socket of `HostStep.listen`, who then is the host side.
  case awaitStart
  /// Nothing stays open but stdio, and the channel to the host side, which exec closes.
  case closeDescriptors
  /// The command in a child of this process, which stays as pid 1, reaps, and forwards signals.
  case becomeInit
  /// execve of the command.
  ///
  /// - Parameter path: the file, where it is another one than the first of `args`.
  case exec(args: [String], env: [String], umask: UInt32 = 0o022, path: String? = nil)
}

/// The five sets of a process, without the bounding one.
public struct ProcessCapabilities: Hashable, Sendable {
  public var effective: CapabilitySet = []
  public var permitted: CapabilitySet = []
  public var inheritable: CapabilitySet = []
  public var ambient: CapabilitySet = []
}

/// A file in the container that stands for a device; or a FIFO.
public struct DeviceNode: Hashable, Sendable {
  public var path: String
  public var type: NodeType
  public var number: DeviceNumber
  public var mode: UInt32
  public var uid: UInt32
  public var gid: UInt32

  public init(
    _ path: String, _ number: DeviceNumber, type: NodeType = .characterDevice, mode: UInt32 = 0o666,
    uid: UInt32 = 0, gid: UInt32 = 0
  ) {
    self.path = path
    self.type = type
    self.number = number
    self.mode = mode
    self.uid = uid
    self.gid = gid
  }
}
