/// The exit codes of the command line.
///
/// Source: sysexits.h.
enum ExitStatus: Int32 {
    /// EX_USAGE: the command line itself is wrong.
    case usage = 64
    /// EX_DATAERR: what was read is not what it should be, such as a broken audit chain.
    case data = 65
    /// EX_NOINPUT: a file, event or run is not there.
    case noInput = 66
    /// EX_UNAVAILABLE: no daemon answers, or it is not ready.
    case unavailable = 69
    /// EX_SOFTWARE: a bug in Till.
    case software = 70
    /// EX_CANTCREAT: a file cannot be made, or stands in the way.
    case cannotCreate = 73
    /// EX_IOERR: the disk or the network failed.
    case io = 74
    /// EX_NOPERM: this user may not.
    case noPermission = 77
    /// EX_CONFIG: settings, plugins or workflows are wrong.
    case configuration = 78
}
