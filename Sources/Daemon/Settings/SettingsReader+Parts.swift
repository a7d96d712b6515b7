package import Model
import YAMLTree

extension SettingsReader {
    /// The state folder alone, without asking whether the rest of the settings is sound.
    ///
    /// Why: who looks at the record, or asks the daemon for something, need not hold its secrets.
    ///
    /// - Parameter sources: Where values may come from.
    /// - Returns: The folder.
    /// - Throws: ``Mistakes`` when the settings file is no YAML, or its `state` is no path.
    package static func stateFolder(_ sources: SettingsSources) throws(Mistakes) -> String {
        try folder(.state, sources)
    }

    /// One of the three folders alone.
    static func folder(
        _ name: SettingName,
        _ sources: SettingsSources
    ) throws(Mistakes) -> String {
        let (mistakes, tree) = opened(sources)
        let values = SettingValues(sources, tree, noting: mistakes)
        let path = values.path(name)
        try mistakes.check()
        return path ?? name.defaultText
    }

    /// The public listener's address and the endpoints alone, with their secrets.
    ///
    /// - Parameter sources: Where values may come from.
    /// - Returns: What is needed to post to this Till as Stripe does.
    /// - Throws: ``Mistakes`` about these two.
    package static func door(
        _ sources: SettingsSources
    ) throws(Mistakes) -> (listen: HostPort, endpoints: [EndpointSettings]) {
        let (mistakes, tree) = opened(sources)
        let values = SettingValues(sources, tree, noting: mistakes)
        let listen = values.address(.listen) ?? Settings.builtIn.listen
        let endpoints = EndpointReader(sources, noting: mistakes).read(tree.endpoints).list
        try mistakes.check()
        return (listen, endpoints)
    }

    /// The admin listener's address alone.
    ///
    /// - Parameter sources: Where values may come from.
    /// - Returns: Where health and metrics are.
    /// - Throws: ``Mistakes`` when it is no address.
    package static func adminListen(_ sources: SettingsSources) throws(Mistakes) -> HostPort {
        let (mistakes, tree) = opened(sources)
        let values = SettingValues(sources, tree, noting: mistakes)
        let address = values.address(.adminListen)
        try mistakes.check()
        return address ?? Settings.builtIn.adminListen
    }

    /// The file taken apart; mistakes in its keys are not this reader's business, broken YAML is.
    private static func opened(
        _ sources: SettingsSources
    ) -> (MistakeList, SettingsTree) {
        let file = sources.file ?? SourceFile(path: "etc/till.yaml", text: "")
        let aside = MistakeList(file)
        let tree = SettingsTree(file, noting: aside)
        let mistakes = MistakeList(file)
        if tree.values.isEmpty, tree.endpoints == nil { mistakes.take(aside.all) }
        return (mistakes, tree)
    }
}
