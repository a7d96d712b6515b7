import TestKit
import Testing

@Suite struct `SQLite keeps the store's contract` {
    @Test(arguments: StoreContract.all)
    func `it does`(behaviour: StoreContract.Case) async throws {
        let fixture = SQLiteFixture()
        try await behaviour.run(try await fixture.subject())
    }
}
