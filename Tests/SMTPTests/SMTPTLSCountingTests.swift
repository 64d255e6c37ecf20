import Delivery
import NIOCore
import TestSupport
import Testing

@testable import SMTP

@Suite("How TLS went, as it is counted", .timeLimit(.minutes(1)))
struct SMTPTLSCountingTests {
    private func record(
        _ security: SMTPSecurity, _ change: (inout SMTPServerConfiguration) -> Void
    ) async throws -> RecordingSource.Record {
        try await withServer(change) { port in
            let destination = SMTPDestination(hosts: [
                SMTPHost(
                    name: "localhost", addresses: [try SocketAddress(ipAddress: "127.0.0.1", port: port)],
                    security: security)
            ])
            return try await sendThroughPool(
                to: destination, [Client.message(1)], grace: .zero,
                until: { !$0.results.isEmpty || !$0.unavailable.isEmpty })
        }
    }

    private func isSent(_ record: RecordingSource.Record) -> Bool {
        if case .reply(let reply, .dot)? = record.results[1] { reply.code == 250 } else { false }
    }

    @Test("each way to fail has its name, and a session that TLS is demanded of carries no mail then")
    func demanded() async throws {
        let certificates = try await TestCertificates()
        try await certificates.makeExpired()
        let others = try await TestCertificates()
        let ca = SMTPTrust.file(certificates.path("ca"))
        let good = certificates.serverTLS()
        let expired = SMTPServerTLS(
            certificateFile: certificates.path("expired"), keyFile: certificates.path("expired", "key"),
            isImplicit: false, isRequired: false)
        let rows: [(SMTPCertificateCheck, SMTPServerTLS?, TLSResultType)] = [
            (.names(["localhost"], trust: ca), nil, .startTLSNotSupported),
            (.names(["mx.example"], trust: ca), good, .certificateHostMismatch),
            (.names(["localhost"], trust: ca), expired, .certificateExpired),
            (.names(["localhost"], trust: .file(others.path("ca"))), good, .certificateNotTrusted),
            (
                .dane([
                    SMTPCertificateAssociation(usage: 3, selector: 1, matching: 1, data: Array(repeating: 1, count: 32))
                ]), good, .tlsaInvalid
            ),
        ]
        for (check, tls, type) in rows {
            let record = try await record(.required(check)) { $0.tls = tls }
            #expect(record.tlsFailures == [type] && record.sessions.isEmpty && record.results.isEmpty, "\(type)")
        }
        let own = try await record(.required(.names(["localhost"], trust: .file("/no/such/file")))) { $0.tls = good }
        #expect(own.tlsFailures.isEmpty && !own.unavailable.isEmpty, "what is wrong here is nothing to report")
    }

    @Test("a certificate that is only tried out is counted and taken all the same")
    func triedOut() async throws {
        let certificates = try await TestCertificates()
        let good = certificates.serverTLS()
        let ca = SMTPTrust.file(certificates.path("ca"))
        let passing = try await record(.tested(.names(["localhost"], trust: ca))) { $0.tls = good }
        #expect(passing.tlsFailures.isEmpty && passing.sessions == [.secured] && isSent(passing))
        let failing = try await record(.tested(.names(["mx.example"], trust: ca))) { $0.tls = good }
        #expect(failing.tlsFailures == [.certificateHostMismatch] && failing.sessions == [.uncounted])
        #expect(isSent(failing) && failing.unavailable.isEmpty)
    }

    @Test("where TLS is used if it can be, a session counts once, whether in clear or not")
    func opportunistic() async throws {
        let certificates = try await TestCertificates()
        let secured = try await record(.opportunistic) { $0.tls = certificates.serverTLS() }
        #expect(secured.sessions == [.secured] && secured.tlsFailures.isEmpty && isSent(secured))
        let clear = try await record(.opportunistic) { _ in }
        #expect(clear.sessions == [.failed(.startTLSNotSupported)] && clear.tlsFailures.isEmpty && isSent(clear))
        let never = try await record(.none) { $0.tls = certificates.serverTLS() }
        #expect(never.sessions == [.uncounted] && isSent(never))
    }
}
