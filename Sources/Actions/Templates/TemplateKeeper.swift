import Model
import Plugins
import Synchronization

/// Keeps the catalogues of mails between reloads: reading them was a third of what a reload costs.
package final class TemplateKeeper: Sendable {
    /// A catalogue and all that it was made of.
    private struct Kept {
        let catalogue: TemplateCatalogue
        let files: [(path: String, text: String)]
        let names: TemplateNames
        let defaultLocale: String
    }

    /// By the plugin's folder.
    private let kept = Mutex<[String: Kept]>([:])

    /// Makes a keeper that has none yet.
    package init() {}

    /// The catalogue of a plugin, read and checked when anything it is made of has changed.
    ///
    /// - Throws: Every mistake found.
    func catalogue(of plugin: Plugin, defaultLocale: String) throws(Mistakes) -> TemplateCatalogue {
        let names = MailValues.names(of: plugin)
        if let known = kept.withLock({ $0[plugin.folder] }),
            known.defaultLocale == defaultLocale, known.names == names,
            known.files.elementsEqual(plugin.files, by: ==)
        {
            return known.catalogue
        }
        let catalogue = try TemplateCatalogue(
            folder: plugin.folder,
            files: plugin.files,
            names: names,
            defaultLocale: defaultLocale
        )
        let fresh = Kept(
            catalogue: catalogue,
            files: plugin.files,
            names: names,
            defaultLocale: defaultLocale
        )
        kept.withLock { $0[plugin.folder] = fresh }
        return catalogue
    }
}
