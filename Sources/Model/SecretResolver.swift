import Glibc

/// Finds the secret that a reference means: `env:NAME` or `file:path`.
///
/// Settings and workflows write references as `${env:NAME}` and `${file:path}`; no secret stands in
/// a file that people share.
package struct SecretResolver: Sendable {
    private let find: @Sendable (_ reference: String) throws(SecretMistake) -> Secret

    /// Makes a resolver of one's own, for tests.
    package init(
        _ find: @escaping @Sendable (_ reference: String) throws(SecretMistake) -> Secret
    ) {
        self.find = find
    }

    /// Looks into an environment and at files.
    ///
    /// A file must not be readable by group or others; one line break at its end is left out.
    ///
    /// - Parameters:
    ///   - environment: What `env:` names are looked up in.
    ///   - folder: What relative paths of `file:` begin at.
    /// - Returns: The resolver.
    package static func system(
        environment: [String: String],
        folder: String
    ) -> SecretResolver {
        SecretResolver { reference throws(SecretMistake) in
            if reference.hasPrefix("env:") {
                let name = String(reference.dropFirst(4))
                guard let text = environment[name] else {
                    throw SecretMistake("the environment has no \(name); set it before the start")
                }
                guard !text.isEmpty else {
                    throw SecretMistake("\(name) is empty in the environment; give it a value")
                }
                return Secret(text)
            }
            let path = String(reference.dropFirst(5))
            return try SecretFile.read(path.hasPrefix("/") ? path : "\(folder)/\(path)")
        }
    }

    /// The secret behind a reference.
    ///
    /// - Parameter reference: `env:NAME` or `file:path`, without `${` and `}`.
    /// - Returns: The secret, never empty.
    /// - Throws: ``SecretMistake``, whose text names the reference and never the secret.
    package func secret(_ reference: String) throws(SecretMistake) -> Secret {
        guard Self.isReference(reference) else {
            throw SecretMistake(
                "\"\(reference)\" is no secret's reference; write env:NAME or file:path"
            )
        }
        return try find(reference)
    }

    /// A text with every `${env:NAME}` and `${file:path}` in it replaced.
    ///
    /// - Parameter text: What a person wrote.
    /// - Returns: The text with its secrets, or nil where it contains no reference.
    /// - Throws: ``SecretMistake`` for the first reference that means nothing.
    package func expand(_ text: String) throws(SecretMistake) -> Secret? {
        var out = ""
        var rest = text[...]
        var found = false
        while let start = rest.firstIndex(of: "$") {
            out += rest[..<start]
            rest = rest[start...]
            guard rest.hasPrefix("${env:") || rest.hasPrefix("${file:") else {
                out.append(rest.removeFirst())
                continue
            }
            guard let end = rest.firstIndex(of: "}") else {
                throw SecretMistake("\"\(rest.prefix(7))…\" has no \"}\" at its end; add it")
            }
            out += try secret(String(rest[..<end].dropFirst(2))).reveal
            rest = rest[rest.index(after: end)...]
            found = true
        }
        return found ? Secret(out + rest) : nil
    }

    private static func isReference(_ text: String) -> Bool {
        (text.hasPrefix("env:") && text.utf8.count > 4)
            || (text.hasPrefix("file:") && text.utf8.count > 5)
    }
}

/// Why a reference to a secret means nothing; the text says what to do.
package struct SecretMistake: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String

    /// Makes the mistake out of its text.
    package init(_ description: String) {
        self.description = description
    }
}

/// Reads a file that holds one secret.
private enum SecretFile {
    /// No secret is longer.
    private static let limit = 64 << 10

    static func read(_ path: String) throws(SecretMistake) -> Secret {
        let handle = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard handle >= 0 else {
            throw SecretMistake(
                "the secret's file \(path) cannot be opened: \(reason(errno)); check the path"
            )
        }
        defer { close(handle) }
        var about = stat()
        guard unsafe fstat(handle, &about) == 0, about.st_mode & S_IFMT == S_IFREG else {
            throw SecretMistake("\(path) is no plain file; name a file that holds the secret")
        }
        guard about.st_mode & 0o077 == 0 else {
            let mode = String(about.st_mode & 0o777, radix: 8)
            throw SecretMistake(
                "others may read the secret's file \(path) (mode \(mode)); run chmod 600 on it"
            )
        }
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        let count = unsafe Glibc.read(handle, &bytes, bytes.count)
        guard count >= 0 else {
            throw SecretMistake("the secret's file \(path) cannot be read: \(reason(errno))")
        }
        guard count <= limit, var text = String(validating: bytes.prefix(count), as: UTF8.self)
        else {
            throw SecretMistake("\(path) holds no text of at most \(limit) bytes; check the path")
        }
        if text.last?.isNewline == true { text.removeLast() }
        guard !text.isEmpty else {
            throw SecretMistake("the secret's file \(path) is empty; write the secret into it")
        }
        return Secret(text)
    }

    private static func reason(_ code: Int32) -> String {
        unsafe String(cString: strerror(code))
    }
}
