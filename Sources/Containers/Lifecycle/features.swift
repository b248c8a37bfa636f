import Linux
import OCISpec

/// What this runtime can do, whatever the machine.
public func features(upTo version: String) -> Features {
  var features = Features()
  features.ociVersionMin = "1.0.0"
  features.ociVersionMax = version
  features.hooks = [
    "prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop",
  ]
  features.mountOptions = MountOption.names
  features.potentiallyUnsafeConfigAnnotations = [
    unitAnnotation, "run.oci.keep_original_groups", "run.oci.pidfd_receiver",
  ]
  // What an engine may ask for, and is refused.
  features.annotations.members = [
    .init("org.opencontainers.runc.checkpoint.enabled", "false"), .init("cooper.mounts.enabled", "false"),
  ]
  features.linux.namespaces = [.cgroup, .ipc, .mount, .network, .pid, .time, .user, .uts]
  features.linux.capabilities = Capability.names.map(\.name)
  features.linux.cgroup.v1 = true
  features.linux.cgroup.v2 = true
  features.linux.cgroup.systemd = true
  features.linux.cgroup.systemdUser = true
  features.linux.cgroup.rdma = true
  features.linux.seccomp.enabled = true
  features.linux.seccomp.actions = OCISpec.Seccomp.Action.allCases
  features.linux.seccomp.operators = SyscallRule.Comparison.Operator.allCases
  features.linux.seccomp.archs = OCISpec.Seccomp.Architecture.allCases
  features.linux.seccomp.knownFlags = OCISpec.Seccomp.Flag.allCases
  features.linux.seccomp.supportedFlags = OCISpec.Seccomp.Flag.allCases
  features.linux.apparmor.enabled = true
  features.linux.selinux.enabled = true
  features.linux.intelRdt.enabled = true
  features.linux.intelRdt.schemata = true
  features.linux.intelRdt.monitoring = true
  features.linux.mountExtensions.idmap.enabled = true
  features.linux.netDevices.enabled = true
  features.linux.memoryPolicy.modes = [
    .bind, .default, .interleave, .local, .preferred, .preferredMany, .weightedInterleave,
  ]
  features.linux.memoryPolicy.flags = [.numaBalancing, .relativeNodes, .staticNodes]
  return features
}
