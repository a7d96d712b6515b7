import FoundationEssentials
package import Model

extension SourceFile {
    /// Reads a text file from disk.
    ///
    /// - Parameters:
    ///   - path: Where it is.
    ///   - limit: The bytes it may have.
    /// - Returns: The file, shown to people under that path.
    /// - Throws: One mistake, at the file's beginning, when it cannot be read or is no UTF-8 text.
    package static func read(
        _ path: String,
        limit: Int = Limits.yamlBytes
    ) throws(Mistakes) -> SourceFile {
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: path))
        } catch let error as CocoaError where error.code == .fileReadNoSuchFile {
            throw wrong(path, "there is no such file; check the path")
        } catch {
            throw wrong(path, "the file cannot be read; check that it is a file and its mode")
        }
        guard data.count <= limit else {
            throw wrong(path, "the file has \(data.count) bytes, more than \(limit); split it")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw wrong(path, "the file is not UTF-8 text; save it as UTF-8")
        }
        return SourceFile(path: path, text: text)
    }

    private static func wrong(_ path: String, _ message: String) -> Mistakes {
        Mistakes([Mistake(message, at: SourcePlace(file: path, line: 1, column: 1))])
    }
}
