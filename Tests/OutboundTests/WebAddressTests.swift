import Testing

@testable import Outbound

@Suite struct `Reading a URL` {
    @Test(arguments: [
        ("https://example.com", "example.com", 443, true),
        ("HTTPS://Example.COM:8443/a?b=c", "example.com", 8443, true),
        ("http://127.0.0.1:80/", "127.0.0.1", 80, false),
        ("http://[::1]:8080/x", "[::1]", 8080, false),
        ("https://[2001:DB8::1]", "[2001:db8::1]", 443, true),
        ("http://a-b.c_d.example?q=@", "a-b.c_d.example", 80, false),
        ("http://localhost/@x", "localhost", 80, false),
        ("https://xn--mgbh0fb.example/", "xn--mgbh0fb.example", 443, true),
    ])
    func `a plain one is taken apart`(
        text: String,
        host: String,
        port: Int,
        isSecure: Bool
    ) throws {
        let url = try WebAddress(text)

        #expect(url.host == host)
        #expect(url.port == port)
        #expect(url.isSecure == isSecure)
    }

    @Test(arguments: [
        "", "example.com", "ftp://example.com", "file:///etc/passwd", "gopher://x", "//example.com",
        "http:/example.com", "http://", "http:///x", "https://user@example.com",
        "https://user:pass@example.com", "http://good.com\\@127.0.0.1/", "http://a b.com/",
        "http://exämple.com", "http://ⓛocalhost", "http://127.1", "http://2130706433",
        "http://0x7f000001", "http://0x7f.1", "http://0177.0.0.1", "http://127.0.0.01",
        "http://127.0.0.256", "http://1.2.3", "http://1.2.3.4.5", "http://example.com.",
        "http://.example.com", "http://a..b", "http://-a.com", "http://a-.com",
        "http://exa%6dple.com",
        "http://example.com:0", "http://example.com:65536", "http://example.com:", "http://a:b",
        "http://a:1:2", "http://[::1", "http://[::1%25eth0]/", "http://[fe80::1%eth0]",
        "http://[::ffff:127.0.0.1]", "http://[]", "http://example.com/#x", "http://a\tb",
        "http://example.com/\r\nX: y", "http://example.com/\u{0}", " http://example.com",
        "http://example.com/é", "http://foo.0x1", "javascript:alert(1)", "data:text/html,x",
    ])
    func `one that could be read in two ways is refused`(text: String) {
        #expect(throws: HTTPFailure.self) { try WebAddress(text) }
    }

    @Test func `messages show the origin only`() throws {
        let url = try WebAddress("https://example.com:444/path?token=abc")

        #expect(url.description == "https://example.com:444")
    }
}
