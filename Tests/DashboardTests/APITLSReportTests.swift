import Dashboard
import Delivery
import HummingbirdTesting
import NIOCore
import TestSupport
import Testing

@Suite("How TLS went, over the API")
struct APITLSReportTests {
    @Test("a day's counts are a report as RFC 8460 lays it out, of all domains or of some")
    func report() async throws {
        try await APIFixture.with { api in
            #expect(try await api.get(APIRoute.tls, as: APITLSReport.self).policies.isEmpty)
            let key = "pr:{0}:tls:\(try #require(UTCDay("2026-11-26")).number)"
            try await api.redis.command(
                ["HSET", key, "a.example sts ok -", "3", "a.example sts certificate-expired mx.a.example", "2"]
                    + ["b.example no-policy-found starttls-not-supported mx.b.example", "1"])
            let report: APITLSReport = try await api.get(APIRoute.tls + "?day=2026-11-26&domain=A.example")
            #expect(report.dateRange.start == "2026-11-26T00:00:00Z" && report.dateRange.end == "2026-11-26T23:59:59Z")
            #expect(report.policies.map(\.policy.domain) == ["a.example"])
            #expect(report.policies.first?.summary.successes == 3 && report.policies.first?.summary.failures == 2)
            #expect(report.policies.first?.failures.map(\.type) == [.certificateExpired])
            #expect(report.policies.first?.failures.map(\.host) == ["mx.a.example"])
            #expect(try await api.get(APIRoute.tls + "?day=2026-11-26", as: APITLSReport.self).policies.count == 2)
            let text = String(buffer: try await api.ask(APIRoute.tls + "?day=2026-11-26").body)
            for name in [
                "\"organization-name\"", "\"report-id\"", "\"policy-type\":\"sts\"",
                "\"result-type\":\"certificate-expired\"",
                "\"total-successful-session-count\":3", "\"failed-session-count\":2",
                "\"receiving-mx-hostname\":\"mx.a.example\"",
            ] {
                #expect(text.contains(name), "\(text)")
            }
            #expect(try await api.refusal(APIRoute.tls + "?day=today").status == 400)
        }
    }
}
