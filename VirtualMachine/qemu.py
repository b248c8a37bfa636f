"""The machine that the guest sees, as qemu's command line."""

import os

# The virtio ports, each a socket on the host's side.
PORTS = ["stdout", "stderr", "result", "terminal"]


def command_line(root, kernel, work, console, descriptors, is_shell):
    return [
        "qemu-system-x86_64",
        "-nodefaults",
        "-no-user-config",
        "-no-reboot",
        *["-display", "none"],
        *["-machine", "q35"],
        *processor(),
        *["-smp", os.environ.get("VM_CPUS") or "2"],
        *["-m", os.environ.get("VM_MEMORY") or "2G"],
        *["-kernel", str(kernel / "vmlinuz"), "-initrd", str(kernel / "initramfs")],
        *["-append", kernel_parameters()],
        *["-chardev", f"file,id=console,path={console}", "-serial", "chardev:console"],
        *disk("root", root / "root.ext4", "snapshot=on"),
        *disk("modules", kernel / "modules.ext4", "readonly=on"),
        *disk("work", f"/proc/self/fd/{work}", "cache=unsafe"),
        *["-device", "virtio-serial"],
        *ports(descriptors, is_shell),
        *["-object", "rng-random,id=rng,filename=/dev/urandom", "-device", "virtio-rng,rng=rng"],
        *network(),
    ]


def processor():
    """Emulated, whatever the host has, unless its KVM is asked for."""
    if os.environ.get("VM_KVM") == "1":
        return ["-accel", "kvm", "-cpu", "host"]
    # Several threads would be faster, and panic now and then.
    return ["-accel", "tcg,thread=single", "-cpu", "max"]


def kernel_parameters():
    parameters = ["console=ttyS0", "panic=-1", "quiet", "systemd.show_status=0", "mitigations=off"]
    # Kernels from 6.12 on can stumble over an emulated cmpxchg16b. Programs may use it: Swift's runtime does.
    parameters.append("clearcpuid=cx16")
    # Pages for the tests of their limit.
    parameters.append("hugepages=8")
    return " ".join([*parameters, os.environ.get("VM_APPEND", "")])


def disk(name, path, option):
    return [
        "-drive",
        f"if=none,id={name},format=raw,file={path},{option}",
        "-device",
        f"virtio-blk-pci,drive={name}",
    ]


def ports(descriptors, is_shell):
    arguments = []
    for name, descriptor in descriptors.items():
        arguments += ["-chardev", f"socket,id={name},fd={descriptor}"]
        if name == "terminal":
            device = "virtconsole,chardev=terminal" if is_shell else None
        else:
            device = f"virtserialport,chardev={name},name=cooper.{name}"
        if device:
            arguments += ["-device", device]
    return arguments


def network():
    """None, unless asked for one that ends in qemu: no packet leaves it."""
    if os.environ.get("VM_NETWORK") == "private":
        return ["-nic", "user,model=virtio-net-pci,restrict=on"]
    return ["-nic", "none"]
