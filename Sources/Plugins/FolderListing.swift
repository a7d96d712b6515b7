import FoundationEssentials
import Model
import YAMLTree

/// The text files of a plugin folder, read once.
struct FolderListing {
    /// The folder's path.
    let folder: String
    /// Path relative to the folder and text, sorted; readme, tests and hidden files are left out.
    let files: [(path: String, text: String)]
    /// What could not be read.
    let mistakes: [Mistake]

    /// More files than this are no plugin.
    private static let limit = 1000

    /// Reads the folder.
    init(_ folder: String) {
        self.folder = folder
        var files: [(path: String, text: String)] = []
        var mistakes: [Mistake] = []
        var open = [""]
        while let below = open.popLast() {
            for name in Self.names(in: folder + below, noting: &mistakes) {
                let path = "\(below)/\(name)"
                if SourceFile.leadsOutside(String(path.dropFirst()), of: folder) {
                    mistakes.append(
                        Self.mistake(
                            "the symbolic link leads out of the plugin's folder; copy the file",
                            at: folder + path
                        )
                    )
                } else if Self.isFolder(folder + path) {
                    if path != "/tests" { open.append(path) }
                } else if !name.hasSuffix(".md") {
                    do throws(Mistakes) {
                        let file = try SourceFile.read(folder + path)
                        files.append((String(path.dropFirst()), file.text))
                    } catch {
                        mistakes += error.all
                    }
                }
            }
            if files.count > Self.limit {
                mistakes.append(
                    Self.mistake(
                        "the folder holds more than \(Self.limit) files; keep only what is needed",
                        at: folder
                    )
                )
                break
            }
        }
        self.files = files.sorted { $0.path < $1.path }
        self.mistakes = mistakes
    }

    /// Whether there is a folder at that path.
    static func isFolder(_ path: String) -> Bool {
        var isDirectory = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
            && isDirectory
    }

    /// A mistake about a file as a whole.
    static func mistake(_ message: String, at path: String) -> Mistake {
        Mistake(message, at: SourcePlace(file: path, line: 1, column: 1))
    }

    private static func names(in folder: String, noting mistakes: inout [Mistake]) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder)
                .filter { !$0.hasPrefix(".") && !$0.hasSuffix("~") }.sorted()
        } catch {
            mistakes.append(
                mistake("the folder cannot be read; check the path and its mode", at: folder)
            )
            return []
        }
    }
}
