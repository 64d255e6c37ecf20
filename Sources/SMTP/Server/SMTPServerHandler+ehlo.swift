import NIOCore
import NIOSSL

extension SMTPServerHandler {
    /// The reply to EHLO: the name, then the keywords of what is offered now.
    func announce() {
        var keywords = ["PIPELINING", "CHUNKING", "SIZE", "8BITMIME", "SMTPUTF8", "DSN", "ENHANCEDSTATUSCODES"]
        if machine.offersTLS { keywords.append("STARTTLS") }
        if machine.isSecured { keywords.append("REQUIRETLS") }
        if machine.offersLogin { keywords.append("AUTH") }
        keywords.removeAll { configuration.withheld.contains($0) }
        outbound.writeString("250\(keywords.isEmpty ? " " : "-")\(configuration.hostName)\r\n")
        for (index, keyword) in keywords.enumerated() {
            let text =
                switch keyword {
                case "SIZE": "SIZE \(configuration.maximumMessageSize)"
                case "AUTH": "AUTH PLAIN LOGIN"
                default: keyword
                }
            outbound.writeString("250\(index == keywords.count - 1 ? " " : "-")\(text)\r\n")
        }
    }

    /// Grants STARTTLS (RFC 3207).
    func secure(_ context: ChannelHandlerContext) {
        guard let tls else { preconditionFailure("STARTTLS was granted without a certificate") }
        outbound.writeReply(SMTPServerReply.readyForTLS)
        flush(context)
        // Commands that came in clear behind STARTTLS must not be taken for commands under TLS (CVE-2011-0411).
        inbound.clear()
        do {
            try context.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls), position: .before(self))
            machine.secured()
        } catch {
            context.close(promise: nil)
        }
    }
}
