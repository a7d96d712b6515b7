/// An `http` or `https` URL that has one reading only.
///
/// Everything that two parsers might read differently is refused: user names, backslashes, spaces,
/// control and non-ASCII characters, escapes in the host, and odd spellings of IPv4 addresses.
package struct WebAddress: Sendable, Hashable, CustomStringConvertible {
    /// The URL as it was written.
    package let text: String
    /// Whether it is `https`.
    package let isSecure: Bool
    /// The host in lower case; an IPv6 address with its brackets.
    package let host: String
    /// The port, the scheme's own where none is written.
    package let port: Int

    /// `host:port`, the form in which settings may name it.
    package var hostAndPort: String { "\(host):\(port)" }

    /// The scheme and host for messages: path and query may hold what is nobody's business.
    package var origin: String {
        let isUsual = port == (isSecure ? 443 : 80)
        return (isSecure ? "https://" : "http://") + (isUsual ? host : hostAndPort)
    }

    package var description: String { origin }

    /// Reads a URL.
    ///
    /// - Parameter text: The URL.
    /// - Throws: ``HTTPFailure/refused(_:)`` saying what is wrong with it.
    package init(_ text: String) throws(HTTPFailure) {
        guard text.utf8.count <= 2048 else {
            throw .refused("the URL is longer than 2,048 characters")
        }
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x5C }) else {
            throw .refused(
                "the URL holds a space, a backslash or a character that must be percent-encoded"
            )
        }
        let lower = text.prefix(8).lowercased()
        guard lower.hasPrefix("https://") || lower.hasPrefix("http://") else {
            throw .refused("the URL must begin with https:// or http://")
        }
        isSecure = lower.hasPrefix("https://")
        let rest = text.dropFirst(isSecure ? 8 : 7)
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.contains("@") else {
            throw .refused("the URL holds a user name or password; send them as a header")
        }
        guard !rest.contains("#") else { throw .refused("the URL holds a fragment (#…)") }
        self.text = text
        (host, port) = try Self.hostAndPort(of: authority, usual: isSecure ? 443 : 80)
    }

    private static func hostAndPort(
        of authority: Substring,
        usual: Int
    ) throws(HTTPFailure) -> (String, Int) {
        var host = authority
        var port = usual
        let end = authority.lastIndex(of: "]") ?? authority.startIndex
        if let colon = authority[end...].lastIndex(of: ":") {
            host = authority[..<colon]
            let digits = authority[authority.index(after: colon)...]
            guard digits.allSatisfy(\.isASCIIDigit), let number = Int(digits),
                (1...65535).contains(number)
            else { throw .refused("the URL's port must be a number from 1 to 65535") }
            port = number
        }
        let name = host.lowercased()
        guard isAddressSix(name) || isAddressFour(name) || isName(name) else {
            throw .refused(
                "the URL's host \"\(name.prefix(80))\" is neither a name nor an address in its "
                    + "usual form (192.0.2.1, [2001:db8::1])"
            )
        }
        return (name, port)
    }

    /// Four decimal numbers without leading zeros.
    private static func isAddressFour(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy {
                $0.count <= 3 && $0.allSatisfy(\.isASCIIDigit) && UInt8($0) != nil
                    && ($0.count == 1 || $0.first != "0")
            }
    }

    /// Letters, digits, hyphens and dots, the last label no number: `127.1` or `0x7f` is no name.
    private static func isName(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= 253, let last = labels.last else { return false }
        let fits = labels.allSatisfy { label in
            (1...63).contains(label.count) && label.first != "-" && label.last != "-"
                && label.allSatisfy {
                    $0.isASCIILetter || $0.isASCIIDigit || $0 == "-" || $0 == "_"
                }
        }
        return fits && !last.allSatisfy(\.isASCIIDigit) && !last.hasPrefix("0x")
    }

    /// Hexadecimal groups in brackets, no zone; libcurl checks the rest.
    private static func isAddressSix(_ text: String) -> Bool {
        guard text.hasPrefix("["), text.hasSuffix("]"), text.count > 3 else { return false }
        let inner = text.dropFirst().dropLast()
        return inner.contains(":")
            && inner.allSatisfy { $0.isASCIIDigit || ("a"..."f").contains($0) || $0 == ":" }
    }
}

extension Character {
    /// Whether it is one of `0` to `9`; `isNumber` takes other scripts too.
    fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) }
    /// Whether it is a Latin letter without accent.
    fileprivate var isASCIILetter: Bool { ("a"..."z").contains(self) || ("A"..."Z").contains(self) }
}
