import Glibc

/// What the kernel allows this process, and others with its files.
enum ProcessLimits {
    /// Asks for as many file descriptors as may be had, for no core file, which would hold every
    /// secret in clear, and for files that only their owner may open.
    static func adjust() {
        umask(0o077)
        change(RLIMIT_NOFILE) { $0.rlim_cur = $0.rlim_max }
        change(RLIMIT_CORE) { $0.rlim_cur = 0 }
    }

    /// Lowering a limit, and raising the soft one to the hard one, needs no right and can't fail.
    private static func change(_ which: __rlimit_resource, _ change: (inout rlimit) -> Void) {
        var limit = rlimit()
        getrlimit(Int32(which.rawValue), &limit)
        change(&limit)
        setrlimit(Int32(which.rawValue), &limit)
    }
}
