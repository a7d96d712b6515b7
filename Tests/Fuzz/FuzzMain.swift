import Glibc

/// Runs one target under libFuzzer: `fuzz TARGET [libFuzzer's options and files]`.
@main struct Fuzz {
    /// What is fuzzed; set once, before the first input.
    // Why: libFuzzer calls a C function, which can capture nothing, on the thread that set this.
    nonisolated(unsafe) static var target = FuzzTarget.planted

    static func main() {
        guard CommandLine.arguments.count > 1,
            let target = FuzzTarget(rawValue: CommandLine.arguments[1])
        else {
            print(FuzzTarget.allCases.map(\.rawValue).joined(separator: "\n"))
            exit(64)
        }
        self.target = target
        // libFuzzer must not take the target's name for a file.
        var count = CommandLine.argc - 1
        let names = CommandLine.unsafeArgv
        names[1] = names[0]
        var rest: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = names + 1
        exit(drive(&count, &rest, take))
    }
}

/// libFuzzer's loop.
///
/// Source: LLVM "libFuzzer", "Using libFuzzer as a library".
@_silgen_name("LLVMFuzzerRunDriver")
private func drive(
    _ count: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ take: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// Takes one input from libFuzzer; a broken rule ends the process, which libFuzzer records.
private let take: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32 = { start, count in
    do {
        try Fuzz.target.run(Array(UnsafeBufferPointer(start: start, count: count)))
    } catch {
        let words = Array("broken: \(error)\n".utf8)
        _ = write(STDERR_FILENO, words, words.count)
        abort()
    }
    return 0
}
