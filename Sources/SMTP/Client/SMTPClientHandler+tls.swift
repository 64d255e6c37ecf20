import Delivery
import NIOCore
import NIOSSL

extension SMTPClientHandler {
    /// Begins TLS after STARTTLS was granted.
    func secure(_ context: ChannelHandlerContext) {
        // Words that came in clear behind the server's "go ahead" must never pass for words said under TLS (CVE-2021-38371 and
        // its like): they are forgotten here, and what comes from now on goes through TLS.
        parser = SMTPReplyParser()
        waitingSince = context.eventLoop.now
        guard let tls else { preconditionFailure("a session without TLS asked for STARTTLS") }
        do {
            try context.pipeline.syncOperations.addHandler(tls.makeHandler(), position: .before(self))
        } catch {
            noteFailure("TLS cannot be begun: \(error)")
            end(context, machine.lost(""))
        }
    }

    /// Looks at the certificate, and goes on if it will do.
    func handshakeCompleted(_ context: ChannelHandlerContext) {
        guard machine.stage == .handshake, let tls else { return }
        let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate()
        if let objection = tls.objection(to: certificate ?? nil) {
            noteFailure(objection, .certificateHostMismatch)
            return end(context, machine.lost(objection))
        }
        waitingSince = context.eventLoop.now
        perform(machine.secured(), context)
        requestFlush()
        armTimer(context)
    }
}
