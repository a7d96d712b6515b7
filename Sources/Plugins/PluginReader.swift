import FoundationEssentials
package import Model
import YAMLTree

/// Reads plugin folders: manifest, SQL files, templates.
package enum PluginReader {
    /// The file that makes a folder a plugin.
    package static let manifestName = "plugin.yaml"

    /// Reads every folder below one, all mistakes at once.
    ///
    /// - Parameter folder: The folder of plugin folders; plain files and hidden entries in it are
    ///   left alone.
    /// - Returns: The plugins, by name.
    /// - Throws: The mistakes of all folders; a folder without a manifest is one.
    package static func readAll(under folder: String) throws(Mistakes) -> [Plugin] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        } catch {
            throw Mistakes([
                Mistake(
                    "the folder of plugins cannot be read; check the path and its mode",
                    at: SourcePlace(file: folder, line: 1, column: 1)
                )
            ])
        }
        var plugins: [Plugin] = []
        var mistakes: [Mistake] = []
        for name in names where !name.hasPrefix(".") {
            let path = "\(folder)/\(name)"
            guard FolderListing.isFolder(path) else { continue }
            guard !SourceFile.leadsOutside(name, of: folder) else {
                mistakes.append(
                    FolderListing.mistake(
                        "the symbolic link leads out of the folder of plugins; copy the folder",
                        at: path
                    )
                )
                continue
            }
            do throws(Mistakes) {
                plugins.append(try read(folder: path))
            } catch {
                mistakes += error.all
            }
        }
        if let mistakes = Mistakes(ifAny: mistakes) { throw mistakes }
        return plugins
    }

    /// Reads one folder.
    ///
    /// - Parameter folder: Its path; its last part is the plugin's name.
    /// - Returns: The plugin.
    /// - Throws: Every mistake found in its files.
    package static func read(folder: String) throws(Mistakes) -> Plugin {
        let listing = FolderListing(folder)
        guard listing.files.contains(where: { $0.path == manifestName }) else {
            let mistake = Mistake(
                "the folder has no \(manifestName); add it, or move the folder elsewhere",
                at: SourcePlace(file: folder, line: 1, column: 1)
            )
            throw Mistakes(listing.mistakes.isEmpty ? [mistake] : listing.mistakes)
        }
        let source = try SourceFile.read("\(folder)/\(manifestName)")
        let mistakes = MistakeList(source)
        mistakes.take(listing.mistakes)
        let root: Node
        do throws(Mistakes) {
            root = try YAMLReader.read(source)
        } catch {
            mistakes.take(error.all)
            throw Mistakes(mistakes.all)
        }
        let manifest = Manifest(root, folder: folder, noting: mistakes)
        let sql = SQLFolder.read(
            listing,
            kind: manifest.kind,
            kindPlace: manifest.kindPlace,
            noting: mistakes
        )
        try mistakes.check()
        return Plugin(
            name: manifest.name,
            summary: manifest.summary,
            kind: manifest.kind ?? .sql,
            inputs: manifest.inputs,
            outputs: manifest.outputs,
            sql: sql,
            folder: folder,
            source: source,
            files: listing.files
        )
    }
}
