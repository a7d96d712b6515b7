import Glibc

/// What a fuzzer must find within seconds, or it is blind.
enum PlantedTarget {
    /// Breaks at `Till!`, never ends at `hang`.
    static func run(_ bytes: [UInt8]) throws(Broken) {
        guard bytes.count >= 4 else { return }
        if bytes[0] == UInt8(ascii: "T"), bytes[1] == UInt8(ascii: "i"),
            bytes[2] == UInt8(ascii: "l"), bytes[3] == UInt8(ascii: "l")
        {
            try Broken.unless(bytes.last != UInt8(ascii: "!"), "the planted mistake was found")
        }
        if bytes.elementsEqual("hang".utf8) {
            while getpid() > 0 {}
        }
    }
}
