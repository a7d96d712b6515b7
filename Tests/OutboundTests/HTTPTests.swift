import Foundation
import Model
import TestKit
import Testing

@testable import Outbound

@Suite struct `Sending a request` {
    /// What the peer wrote down of a request.
    struct Entry: Decodable {
        let method: String
        let path: String
        let headers: [String: String]
        let body: String
        let connection: Int
    }

    let peer: PythonPeer
    let client = OutboundClient()

    init() throws {
        peer = try PythonPeer("http_peer")
    }

    private func request(
        _ path: String,
        _ method: String = "GET",
        body: String? = nil,
        timeout: Duration = .seconds(10),
        allowed: [String] = ["127.0.0.1"]
    ) throws -> HTTPRequest {
        HTTPRequest(
            method: method,
            url: try WebAddress("http://127.0.0.1:\(peer.port)\(path)"),
            body: body.map { Array($0.utf8) },
            timeout: timeout,
            addresses: AddressPolicy(allowed: allowed)
        )
    }

    @Test func `method, path, headers and body arrive as given, and nothing else`() async throws {
        var request = try request("/a/../b?x=1", "PUT", body: "{\"é\":1}")
        request.headers = [("X-One", "1"), ("Content-Type", "application/json")]
        let response = try await client.send(request)

        #expect(response.status == 200)
        #expect(response.text == "ok")
        let entry = try #require(try peer.journal(of: Entry.self).first)
        #expect(entry.method == "PUT")
        #expect(entry.path == "/a/../b?x=1")
        #expect(entry.body == "{\"é\":1}")
        #expect(
            Set(entry.headers.keys) == ["host", "x-one", "content-type", "content-length"]
        )
    }

    @Test func `every method has its body or none`() async throws {
        for method in ["GET", "HEAD", "DELETE"] {
            #expect(try await client.send(request("/x", method)).status == 200)
        }
        _ = try await client.send(request("/x", "POST", body: ""))
        _ = try await client.send(request("/x", "PATCH", body: "p"))

        let entries = try peer.journal(of: Entry.self)
        #expect(entries.map(\.method) == ["GET", "HEAD", "DELETE", "POST", "PATCH"])
        #expect(entries.map(\.body) == ["", "", "", "", "p"])
        #expect(entries[0].headers["content-length"] == nil)
        #expect(entries[3].headers["content-length"] == "0")
    }

    @Test func `a redirect is an answer like any other`() async throws {
        let response = try await client.send(
            request("/status/302?header=Location:http://127.0.0.1:\(peer.port)/elsewhere")
        )

        #expect(response.status == 302)
        #expect(response.header("location")?.hasSuffix("/elsewhere") == true)
        #expect(try peer.journal(of: Entry.self).count == 1)
    }

    @Test func `an address that is not allowed gets no connection`() async throws {
        let request = try request("/x", allowed: [])

        let failure = await #expect(throws: HTTPFailure.self) { try await client.send(request) }

        guard case .refused(let why) = failure else {
            Issue.record("\(String(describing: failure)) is no refusal")
            return
        }
        #expect(why.contains("127.0.0.1"))
        #expect(try peer.journal(of: Entry.self).isEmpty)
    }

    @Test func `a name that leads to this machine is refused like its address`() async throws {
        let url = try WebAddress("http://localhost:\(peer.port)/x")
        let request = HTTPRequest(method: "GET", url: url)

        let failure = await #expect(throws: HTTPFailure.self) { try await client.send(request) }

        guard case .refused = failure else {
            Issue.record("\(String(describing: failure)) is no refusal")
            return
        }
    }

    @Test func `nobody listening means nothing was sent`() async throws {
        let gone = HTTPRequest(
            method: "POST",
            url: try WebAddress("http://127.0.0.1:1/x"),
            addresses: AddressPolicy(allowed: ["127.0.0.1"])
        )

        let failure = await #expect(throws: HTTPFailure.self) { try await client.send(gone) }

        guard case .unsent = failure else {
            Issue.record("\(String(describing: failure)) should be unsent")
            return
        }
    }

    @Test(arguments: ["/stall", "/drop"])
    func `a request without an answer may have acted`(path: String) async throws {
        let request = try request(path, "POST", body: "x", timeout: .seconds(5))

        let failure = await #expect(throws: HTTPFailure.self) { try await client.send(request) }

        guard case .lost = failure else {
            Issue.record("\(String(describing: failure)) should be lost")
            return
        }
    }

    @Test func `a canceled task ends its request at once`() async throws {
        let request = try request("/stall", "POST", body: "x", timeout: .seconds(600))
        let client = client
        let peer = peer
        let task = Task { try await client.send(request) }
        while try peer.journal(of: Entry.self).isEmpty { await Task.yield() }

        task.cancel()
        let result = await task.result

        guard case .failure(HTTPFailure.lost(let why)) = result else {
            Issue.record("\(result) should be lost")
            return
        }
        #expect(why.contains("canceled"))
    }

    @Test func `a task canceled before sends nothing`() async throws {
        let request = try request("/x")
        let client = client
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await client.send(request)
        }
        let result = await task.result

        guard case .failure(HTTPFailure.unsent) = result else {
            Issue.record("\(result) should be unsent")
            return
        }
        #expect(try peer.journal(of: Entry.self).isEmpty)
    }

    @Test func `every canceled request ends, whenever the cancellation comes`() async throws {
        let request = try request("/stall", "POST", body: "x", timeout: .seconds(300))
        let client = client
        let tasks = (0..<60).map { index in
            let task = Task { try await client.send(request) }
            if index.isMultiple(of: 3) { task.cancel() }
            return task
        }
        for (index, task) in tasks.enumerated() {
            for _ in 0..<(index * 7) { await Task.yield() }
            task.cancel()
        }

        for task in tasks {
            guard case .failure(let failure as HTTPFailure) = await task.result else {
                Issue.record("a stalled request has no answer")
                return
            }
            #expect("\(failure)".contains("cancel"))
        }
    }

    @Test func `half an answer is an answer`() async throws {
        let response = try await client.send(request("/half", "POST", body: "x"))

        #expect(response.status == 200)
        #expect(response.body.count == 50)
        #expect(response.isTruncated)
    }

    @Test func `an endless answer is cut at the limit`() async throws {
        let response = try await client.send(request("/endless"))

        #expect(response.status == 200)
        #expect(response.body.count == Limits.responseBytes)
        #expect(response.isTruncated)
    }

    @Test func `a proxy of the environment is not used`() async throws {
        // In a process of its own: the environment belongs to all threads.
        await #expect(processExitsWith: .success) { [port = peer.port as Int] in
            setenv("http_proxy", "http://127.0.0.1:1", 1)
            setenv("ALL_PROXY", "http://127.0.0.1:1", 1)
            let request = HTTPRequest(
                method: "GET",
                url: try WebAddress("http://127.0.0.1:\(port)/x"),
                addresses: AddressPolicy(allowed: ["127.0.0.1"])
            )
            let response = try await OutboundClient().send(request)
            exit(response.status == 200 ? 0 : 1)
        }
        #expect(try peer.journal(of: Entry.self).count == 1)
    }

    @Test func `many at once all get their own answer`() async throws {
        let statuses = try await withThrowingTaskGroup(of: (Int, Int).self) { group in
            for index in 0..<40 {
                let request = try request("/status/\(200 + index)")
                let client = client
                group.addTask { (200 + index, try await client.send(request).status) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }

        #expect(statuses.count == 40)
        #expect(statuses.allSatisfy { $0.0 == $0.1 })
    }

    @Test func `a header with a line break is refused`() async throws {
        var request = try request("/x")
        for (name, value) in [
            ("X", "a\r\nY: b"), ("X", "a\nb"), ("X\r\nY", "a"), ("", "a"), ("X:", "a"),
        ] {
            request.headers = [(name, value)]
            await #expect(throws: HTTPFailure.self) { try await client.send(request) }
        }
        #expect(try peer.journal(of: Entry.self).isEmpty)
    }

    @Test func `after closing nothing is sent any more`() async throws {
        client.close()

        let request = try request("/x")
        let failure = await #expect(throws: HTTPFailure.self) { try await client.send(request) }
        guard case .unsent = failure else {
            Issue.record("\(String(describing: failure)) should be unsent")
            return
        }
    }
}

@Suite struct `Sending to other kinds of listeners` {
    let client = OutboundClient()

    @Test func `a Unix socket is reached by its path`() async throws {
        let peer = try PythonPeer("http_peer", ["--unix", "{folder}/s"])
        let request = HTTPRequest(
            method: "GET",
            url: try WebAddress("http://till/json"),
            unixSocket: peer.folder.appendingPathComponent("s").path
        )

        #expect(try await client.send(request).text == "{\"ok\":true,\"n\":1}")
    }

    @Test func `a certificate nobody vouches for is not trusted, and nothing is sent`() async throws
    {
        let peer = try PythonPeer("http_peer", ["--tls", "{folder}"])
        var request = HTTPRequest(
            method: "POST",
            url: try WebAddress("https://localhost:\(peer.port)/x"),
            body: Array("x".utf8),
            addresses: AddressPolicy(allowed: ["localhost"])
        )

        let failure = await #expect(throws: HTTPFailure.self) { try await client.send(request) }
        guard case .untrusted = failure else {
            Issue.record("\(String(describing: failure)) should be untrusted")
            return
        }
        #expect(try peer.journal(of: `Sending a request`.Entry.self).isEmpty)

        request.caFile = peer.folder.appendingPathComponent("cert.pem").path
        #expect(try await client.send(request).status == 200)
    }
}
