import Glibc
import Synchronization

/// What the kernel says about this process, under the names every Prometheus client uses.
package enum ProcessMetrics {
    /// The samples as of now; those the kernel does not tell are left out.
    package static func samples() -> [MetricSample] {
        var samples = stat()
        if let open = openDescriptors() {
            samples.append(MetricSample("process_open_fds", [], Double(open)))
        }
        var limit = rlimit()
        if unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            samples.append(MetricSample("process_max_fds", [], Double(limit.rlim_cur)))
        }
        return samples
    }

    /// Source: proc(5), `/proc/self/stat`: fields 14 and 15 processor time, 22 start, 23 and 24
    /// memory.
    private static func stat() -> [MetricSample] {
        guard let text = read("/proc/self/stat"), let end = text.lastIndex(of: ")") else {
            return []
        }
        let fields = text[text.index(after: end)...].split(separator: " ")
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        let page = Double(sysconf(Int32(_SC_PAGESIZE)))
        guard fields.count > 21, let user = Double(fields[11]), let system = Double(fields[12]),
            let start = Double(fields[19]), let virtual = Double(fields[20]),
            let resident = Double(fields[21])
        else { return [] }
        var samples = [
            MetricSample("process_cpu_seconds_total", [], (user + system) / ticks),
            MetricSample("process_virtual_memory_bytes", [], virtual),
            MetricSample("process_resident_memory_bytes", [], resident * page),
        ]
        if let boot = bootTime() {
            samples.append(MetricSample("process_start_time_seconds", [], boot + start / ticks))
        }
        return samples
    }

    /// Source: proc(5), `btime` of `/proc/stat`.
    private static func bootTime() -> Double? {
        read("/proc/stat")?.split(separator: "\n").first { $0.hasPrefix("btime ") }
            .flatMap { Double($0.dropFirst(6)) }
    }

    private static func openDescriptors() -> Int? {
        guard let folder = unsafe opendir("/proc/self/fd") else { return nil }
        defer { unsafe closedir(folder) }
        var count = 0
        while unsafe readdir(folder) != nil { count += 1 }
        // Why: less `.`, `..` and the descriptor that lists them.
        return max(0, count - 3)
    }

    private static func read(_ path: String) -> String? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes {
                unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
            }
            guard count > 0 else { break }
            text.append(contentsOf: chunk[..<count])
        }
        return text.isEmpty ? nil : String(decoding: text, as: UTF8.self)
    }
}
