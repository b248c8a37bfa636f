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
  /// The cgroups to remove at the end.
  public var cgroups: [String] {
    host.compactMap { if case .makeCgroup(let path) = $0 { path } else { nil } }
  }
  /// The cgroups of scopes: systemd removes them once they are empty.
  public var scopes: [String] {
    host.compactMap { if case .startScope(let scope) = $0 { scope.cgroup } else { nil } }
  }
}

public enum HostStep: Hashable, Sendable {
  /// clone3 of the keeper. It makes and locks the container's directory, outlives this process, and removes what
  /// the steps have made.
  case startKeeper(directory: String)
  /// mkdir in a cgroup hierarchy.
  case makeCgroup(String)
  /// One write into a cgroup's file.
  case write(file: String, value: String)
  /// This process and its keeper into a cgroup of their own: one that holds processes can't pass controllers on.
  case moveAside(String)
  /// clone3 of the child; `cgroup` is the v2 cgroup that it is born in.
  case clone(CloneFlags, cgroup: String?)
  /// newuidmap or newgidmap for the child. Either has root's privileges, and writes what /etc/subuid or /etc/subgid
  /// allow the caller.
  case runMapper(String, [IDMapping])
  /// One write into a file of /proc/PID. The child has not been waited for, so that its pid is no other's.
  case writeOfChild(file: String, value: String)
  /// systemd makes a scope, and puts the child into it.
  case startScope(Scope)
  /// Lets the child run.
  case go
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
  /// Blocks until `HostStep.go`; leaves when the host side has died instead.
  case awaitGo
  /// The same in a user namespace, whose ids the host side maps meanwhile; then root of it by all ids.
  case awaitIDs
  /// "0" into the tasks file of a v1 cgroup. The child does it itself: a thread that moves itself makes the kernel
  /// wait for nothing, while another's move of a process waits until every processor has passed a quiet point.
  case joinCgroup(String)
  /// "0" into the cgroup.procs file of a v2 cgroup, below the scope that the child is in by now.
  case enterCgroup(String)
  case newSession
  /// keyctl(KEYCTL_JOIN_SESSION_KEYRING): the caller's keys are not the container's.
  case newSessionKeyring
  /// unshare(CLONE_NEWCGROUP): after the child is in its cgroups, so that they are the namespace's roots.
  case unshareCgroup
  case makeMountsPrivate
  /// A tmpfs over the container's directory, seen by the child only: it holds the overlay's upper layer.
  case scratch(directory: String)
  /// The root: an overlay of these directories, topmost first, and the upper layer in memory.
  ///
  /// In a user namespace the upper layer's marks are `user.` attributes: only root may set those of `trusted.`.
  case overlay(lower: [String], userAttributes: Bool = false)
  /// An empty root, in memory.
  case emptyRoot
  case mount(FilesystemMount)
  case bind(BindMount)
  case makeNode(DeviceNode)
  /// The node of the machine, where nodes can't be made.
  case bindNode(DeviceNode)
  case makeLink(target: String, path: String)
  /// A pty of the container's own devpts: its master goes to the host side, its slave becomes /dev/console, the
  /// controlling terminal, and stdio.
  case terminal(ConsoleSize?)
  /// Standard input from the container's /dev/null.
  case nullInput
  /// Hides a path: a file behind /dev/null, a directory behind an empty one.
  case mask(String)
  case makeReadOnly(String)
  /// Makes a mount of the container read-only, once what is mounted in it has its place.
  case makeMountReadOnly(String)
  case makeRootReadOnly
  case pivotRoot
  case setHostname(String)
  case loopbackUp
  case dropBoundingSet(keeping: CapabilitySet)
  case setUser(User)
  case setCapabilities(CapabilitySet)
  case noNewPrivileges
  case workingDirectory(String)
  /// Nothing stays open but stdio, and the channel to the host side, which exec closes.
  case closeDescriptors
  /// The command in a child of this process, which stays as pid 1, reaps, and forwards signals.
  case becomeInit
  case exec(args: [String], env: [String])
}

/// A file in the container that stands for a device.
public struct DeviceNode: Hashable, Sendable {
  public var path: String
  public var number: DeviceNumber
  public var mode: UInt32

  /// A character device.
  public init(_ path: String, _ number: DeviceNumber, mode: UInt32 = 0o666) {
    self.path = path
    self.number = number
    self.mode = mode
  }
}

/// A new filesystem in the container.
public struct FilesystemMount: Hashable, Sendable {
  public var type: String
  public var source: String?
  public var path: String
  public var attributes: MountFlags
  /// In this order; without a value a flag.
  public var options: [Option]

  public struct Option: Hashable, Sendable {
    public var key: String
    public var value: String?

    public init(_ key: String, _ value: String? = nil) {
      self.key = key
      self.value = value
    }
  }
}

/// A file or directory of the host in the container.
public struct BindMount: Hashable, Sendable {
  public var source: String
  public var path: String
  public var kind: FileKind
  public var attributes: MountFlags
  public var isRecursive: Bool
}
