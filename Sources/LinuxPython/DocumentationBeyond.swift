/// The docstrings of the calls beyond the reference's eight, in its form.
extension Documentation {
  static let setdomainname: StaticString = """
    setdomainname($module, domainname, /)
    --

    set the NIS domain name of the UTS namespace

    Parameters:
      • domainname (str) – new domain name, at most 64 bytes

    Returns:

    None

    Raises:

    RuntimeError – if setdomainname fails
    """

  static let pidfdOpen: StaticString = """
    pidfd_open($module, pid, flags=0, /)
    --

    a descriptor that refers to a process, also when its pid is used again

    Parameters:
      • pid (int) – the process, or with PIDFD_THREAD a thread

      • flags (int) – PIDFD_NONBLOCK, PIDFD_THREAD

    Returns:

    the descriptor, which the caller closes

    Raises:

    RuntimeError – if pidfd_open fails
    """

  static let pidfdSendSignal: StaticString = """
    pidfd_send_signal($module, pidfd, sig, siginfo=None, flags=0, /)
    --

    send a signal to the process that a pidfd refers to

    Parameters:
      • pidfd (int) – from pidfd_open, or from a file of /proc

      • sig (int) – the signal; 0 only tells whether it could be sent

      • siginfo (None) – there for the order of the arguments

      • flags (int) – one of PIDFD_SIGNAL_THREAD, PIDFD_SIGNAL_THREAD_GROUP, PIDFD_SIGNAL_PROCESS_GROUP

    Returns:

    None

    Raises:

    RuntimeError – if pidfd_send_signal fails
    """

  static let pidfdGetfd: StaticString = """
    pidfd_getfd($module, pidfd, targetfd, /)
    --

    copy another process's descriptor

    Parameters:
      • pidfd (int) – the process

      • targetfd (int) – the number that the descriptor has there

    Returns:

    the copy, which the caller closes

    Raises:

    RuntimeError – if pidfd_getfd fails
    """

  static let openTree: StaticString = """
    open_tree($module, dirfd, pathname, flags=0, /)
    --

    open a mount, or with OPEN_TREE_CLONE a detached copy of it

    Parameters:
      • dirfd (int) – where a relative pathname begins: a descriptor, or AT_FDCWD

      • pathname (str) – the mount point; "" with AT_EMPTY_PATH for dirfd itself

      • flags (int) – OPEN_TREE_CLONE, AT_RECURSIVE, AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW, AT_NO_AUTOMOUNT

    Returns:

    the descriptor, which the caller closes

    Raises:

    RuntimeError – if open_tree fails
    """

  static let moveMount: StaticString = """
    move_mount($module, from_dirfd, from_pathname, to_dirfd, to_pathname, flags=0, /)
    --

    attach a detached mount, or move an attached one

    Parameters:
      • from_dirfd (int) – a descriptor of the mount, with MOVE_MOUNT_F_EMPTY_PATH, or where from_pathname begins

      • from_pathname (str) – the mount point, or ""

      • to_dirfd (int) – where to_pathname begins, or AT_FDCWD

      • to_pathname (str) – where it goes

      • flags (int) – combination of MOVE_MOUNT_ flags

    Returns:

    None

    Raises:

    RuntimeError – if move_mount fails
    """

  static let fsopen: StaticString = """
    fsopen($module, fsname, flags=0, /)
    --

    begin to configure a filesystem

    Parameters:
      • fsname (str) – its type: "tmpfs"

      • flags (int) – FSOPEN_CLOEXEC, which is set in any case

    Returns:

    a descriptor for fsconfig and fsmount, which the caller closes

    Raises:

    RuntimeError – if fsopen fails
    """

  static let fsconfig: StaticString = """
    fsconfig($module, fs_fd, cmd, key=None, value=None, aux=0, /)
    --

    set a parameter of a filesystem, or make the filesystem

    Parameters:
      • fs_fd (int) – from fsopen or fspick

      • cmd (int) – FSCONFIG_SET_FLAG, FSCONFIG_SET_STRING, FSCONFIG_SET_BINARY, FSCONFIG_SET_PATH, FSCONFIG_SET_FD, FSCONFIG_CMD_CREATE, FSCONFIG_CMD_RECONFIGURE and others

      • key (str) – the parameter's name

      • value (str or bytes) – its value: bytes for FSCONFIG_SET_BINARY, a path for FSCONFIG_SET_PATH

      • aux (int) – the descriptor for FSCONFIG_SET_FD, or where the path begins

    Returns:

    None

    Raises:

    RuntimeError – if fsconfig fails
    """

  static let fsmount: StaticString = """
    fsmount($module, fs_fd, flags=0, attr_flags=0, /)
    --

    a detached mount of the filesystem that fsconfig made

    Parameters:
      • fs_fd (int) – from fsopen

      • flags (int) – FSMOUNT_CLOEXEC, which is set in any case

      • attr_flags (int) – combination of MOUNT_ATTR_ flags

    Returns:

    a descriptor for move_mount, which the caller closes

    Raises:

    RuntimeError – if fsmount fails
    """

  static let fspick: StaticString = """
    fspick($module, dirfd, pathname, flags=0, /)
    --

    begin to configure a mounted filesystem anew

    Parameters:
      • dirfd (int) – where pathname begins, or AT_FDCWD

      • pathname (str) – the mount point

      • flags (int) – combination of FSPICK_ flags

    Returns:

    a descriptor for fsconfig, which the caller closes

    Raises:

    RuntimeError – if fspick fails
    """

  static let mountSetattr: StaticString = """
    mount_setattr($module, dirfd, pathname, flags, attr_set=0, attr_clr=0, propagation=0, userns_fd=None, /)
    --

    change attributes of a mount, or with AT_RECURSIVE of all below it too

    Parameters:
      • dirfd (int) – where pathname begins, or AT_FDCWD

      • pathname (str) – the mount point; "" with AT_EMPTY_PATH for dirfd itself

      • flags (int) – AT_RECURSIVE, AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW, AT_NO_AUTOMOUNT

      • attr_set (int) – MOUNT_ATTR_ flags to set

      • attr_clr (int) – MOUNT_ATTR_ flags to clear

      • propagation (int) – MS_SHARED, MS_SLAVE, MS_PRIVATE, MS_UNBINDABLE, or 0 to leave it

      • userns_fd (int) – the user namespace whose id map the mount gets

    Returns:

    None

    Raises:

    RuntimeError – if mount_setattr fails
    """

  static let closeRange: StaticString = """
    close_range($module, first, last, flags=0, /)
    --

    close descriptors, or mark them as close-on-exec

    Parameters:
      • first (int) – the first one

      • last (int) – the last one too

      • flags (int) – CLOSE_RANGE_CLOEXEC to mark and not close, CLOSE_RANGE_UNSHARE

    Returns:

    None

    Raises:

    RuntimeError – if close_range fails
    """

  static let prctl: StaticString = """
    prctl($module, option, arg2=0, arg3=0, arg4=0, arg5=0, /)
    --

    get or set an attribute of the calling thread or process

    Parameters:
      • option (int) – one of the PR_ constants

      • arg2 (int) – as the option says; a str for PR_SET_NAME

      • arg3 (int) – as the option says

      • arg4 (int) – as the option says

      • arg5 (int) – as the option says

    Returns:

    what the call returns; for PR_GET_NAME, PR_GET_PDEATHSIG and PR_GET_CHILD_SUBREAPER what the kernel writes

    Raises:

    RuntimeError – if prctl fails
    """

  static let capget: StaticString = """
    capget($module, pid=0, /)
    --

    the capability sets of a thread

    Parameters:
      • pid (int) – the thread; 0 for the calling one

    Returns:

    a tuple of three int, effective, permitted and inheritable, with the bit 1 << CAP_… for each capability

    Raises:

    RuntimeError – if capget fails
    """

  static let capset: StaticString = """
    capset($module, effective, permitted, inheritable, /)
    --

    set the capability sets of the calling thread

    Parameters:
      • effective (int) – what the kernel checks

      • permitted (int) – what may become effective

      • inheritable (int) – what may stay across exec

    Returns:

    None

    Raises:

    RuntimeError – if capset fails
    """

  static let seccomp: StaticString = """
    seccomp($module, operation, flags=0, args=None, /)
    --

    filter the system calls of the calling thread and its later children

    Parameters:
      • operation (int) – SECCOMP_SET_MODE_FILTER, SECCOMP_SET_MODE_STRICT, SECCOMP_GET_ACTION_AVAIL, SECCOMP_GET_NOTIF_SIZES

      • flags (int) – combination of SECCOMP_FILTER_FLAG_ flags

      • args (bytes or int) – for a filter its instructions, each struct.pack("HBBI", code, jt, jf, k); for SECCOMP_GET_ACTION_AVAIL the action

    Returns:

    None; with SECCOMP_FILTER_FLAG_NEW_LISTENER the listener's descriptor, for SECCOMP_GET_ACTION_AVAIL a bool, for SECCOMP_GET_NOTIF_SIZES a tuple of three int

    Raises:

    RuntimeError – if seccomp fails
    """
}
