import Model
import Outbound
import Plugins

/// Sends one request.
struct HTTPAction: Action {
    /// Which private hosts may be reached.
    let addresses: AddressPolicy
    /// What sends.
    let client: any HTTPSending

    /// Fields that frame the request: libcurl writes them.
    private static let framing: Set = [
        "host", "content-length", "transfer-encoding", "connection", "expect", "te", "trailer",
        "upgrade", "keep-alive", "proxy-authorization", "proxy-connection",
    ]

    func problem(input: String, literal: Value) -> String? {
        guard literal != .null else { return nil }
        switch input {
        case "url":
            do throws(HTTPFailure) {
                _ = try WebAddress(literal.asText)
                return nil
            } catch {
                return error.description
            }
        case "headers":
            do throws(RequestMistake) {
                _ = try Self.headers(literal)
                return nil
            } catch {
                return error.description
            }
        case "expect":
            return ExpectedStatuses(literal.asText) == nil ? Self.expectProblem : nil
        default: return nil
        }
    }

    func perform(_ call: ActionCall) async -> StepOutcome {
        let request: HTTPRequest
        let expected: ExpectedStatuses
        do throws(RequestMistake) {
            (request, expected) = try self.request(call)
        } catch {
            return .failed(StepFailure("\(error)", fault: .operator, isFinal: true))
        }
        do throws(HTTPFailure) {
            return Self.outcome(try await client.send(request), expected, request)
        } catch {
            return .init(error)
        }
    }

    func preview(_ call: ActionCall) -> String {
        do throws(RequestMistake) {
            let (request, _) = try request(call)
            var lines = ["\(request.method) \(request.url.text)"]
            for (name, value) in request.headers {
                let isOurs = ["idempotency-key", "content-type", "accept"].contains(
                    name.lowercased()
                )
                let isPrivate = name.lowercased().contains("key") || Scrubber.isPrivate(name)
                lines.append("\(name): \(isPrivate && !isOurs ? "‹secret›" : value)")
            }
            let body = request.body.map { String(decoding: $0, as: UTF8.self) } ?? ""
            return lines.joined(separator: "\n") + (body.isEmpty ? "" : "\n\n" + body)
        } catch {
            return "no request: \(error)"
        }
    }

    /// The request that a call asks for, and what counts as its success.
    private func request(
        _ call: ActionCall
    ) throws(RequestMistake) -> (HTTPRequest, ExpectedStatuses) {
        let method = call.inputs.text("method") ?? "POST"
        guard let expected = ExpectedStatuses(call.inputs.text("expect") ?? "200-299") else {
            throw RequestMistake(Self.expectProblem)
        }
        let url: WebAddress
        do throws(HTTPFailure) {
            url = try WebAddress(call.inputs.text("url") ?? "")
        } catch {
            throw RequestMistake(error.description)
        }
        var headers = try Self.headers(call.inputs["headers"] ?? .null)
        let add = { (name: String, value: String) in
            guard !headers.contains(where: { $0.name.lowercased() == name.lowercased() }) else {
                return
            }
            headers.append((name, value))
        }
        let body = call.inputs["body"] ?? .null
        var bytes: [UInt8]?
        if body != .null {
            bytes = Array(body.asJSON.utf8)
            add("Content-Type", "application/json")
        } else if ["POST", "PUT", "PATCH"].contains(method) {
            bytes = []
        }
        add("Idempotency-Key", StableKey.headerValue(of: call.key))
        add("User-Agent", "Till")
        // These the peer may do twice where they come twice: see HTTPRequest.
        let request = HTTPRequest(
            method: method,
            url: url,
            headers: headers,
            body: bytes,
            timeout: call.timeout,
            addresses: addresses,
            isRepeatable: method != "POST" && method != "PATCH"
        )
        return (request, expected)
    }

    private static let expectProblem =
        "\"expect\" must be statuses and ranges from 200 to 599, as 200-299,404"

    private static func headers(
        _ value: Value
    ) throws(RequestMistake) -> [(name: String, value: String)] {
        guard value != .null else { return [] }
        var tree = JSONNode(value)
        if case .text(let text) = tree { tree = JSONNode(text) ?? tree }
        guard let pairs = tree.pairs else {
            throw RequestMistake("\"headers\" must be a mapping of names to texts")
        }
        var headers: [(name: String, value: String)] = []
        for pair in pairs where pair.value != .null {
            guard let text = pair.value.scalarText else {
                throw RequestMistake("the header \(pair.key) must be a text")
            }
            guard !framing.contains(pair.key.lowercased()) else {
                throw RequestMistake("the header \(pair.key) is set by Till; remove it")
            }
            do throws(HTTPFailure) {
                try HTTPRequest.check(name: pair.key, value: text)
            } catch {
                throw RequestMistake(error.description)
            }
            headers.append((pair.key, text))
        }
        return headers
    }

    private static func outcome(
        _ response: HTTPResponse,
        _ expected: ExpectedStatuses,
        _ request: HTTPRequest
    ) -> StepOutcome {
        let said = "\(request.url.origin) answered \(response.status)"
        if expected.contains(response.status) {
            return .done(
                Fields([("status", .integer(Int64(response.status))), ("body", body(of: response))])
            )
        }
        switch response.status {
        case 300..<400:
            return .failed(
                StepFailure(
                    "\(said); redirects are not followed, write the final URL",
                    fault: .operator,
                    isFinal: true
                )
            )
        case 408, 425, 429, 500...:
            return .failed(
                StepFailure(said, fault: .outside, retryAfter: RetryAfter.of(response))
            )
        default:
            return .failed(StepFailure(said, fault: .operator, isFinal: true))
        }
    }

    /// The beginning of the body, cut between characters.
    ///
    /// It is JSON where it is whole and an object or array.
    private static func body(of response: HTTPResponse) -> Value {
        guard !response.body.isEmpty else { return .null }
        if response.body.count <= Limits.recordedAnswerBytes, !response.isTruncated {
            let text = response.text
            guard let tree = JSONNode(text), tree.scalarText == nil, tree != .null else {
                return .text(text)
            }
            return .json(text)
        }
        let isContinuation = { (byte: UInt8) in byte & 0xC0 == 0x80 }
        var kept = response.body.prefix(Limits.recordedAnswerBytes)
        if kept.count < response.body.count, isContinuation(response.body[kept.count]) {
            while let last = kept.last, isContinuation(last) { kept.removeLast() }
            kept.removeLast()
        }
        return .text(String(decoding: kept, as: UTF8.self))
    }
}
