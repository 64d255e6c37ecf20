extension OutcomeClassifier {
    /// The table, in order: the first row whose conditions all hold decides.
    ///
    /// docs/outcomes.md tells it to users.
    /// `.status(7, 26)` means the enhanced status code x.7.26 whatever its class, since the reply code beats it.
    /// A rule that gives different reasons has one row for each.
    static let standardRules: [OutcomeRule] = [
        // Our own faults and what we found out without a server's word.
        OutcomeRule(
            "L4", when: .phase(.auth), .any(.permanent, .code(432, 454)),
            give: .queued, .localFault),
        OutcomeRule(
            "L4", when: .code(530, 535, 538), .phase(.ehlo, .mail), .says(Words.loginWanted),
            give: .queued, .localFault),
        OutcomeRule("L4", when: .withoutCodes, .phase(.local), give: .queued, .localFault),
        OutcomeRule(
            "D2", when: .any(.code(556), .status(1, 10), .all(.phase(.dns), .says(Words.nullMX))),
            give: .bounced, .nullMX),
        OutcomeRule(
            "D1", when: .phase(.dns), .not(.temporary), .says(Words.domainNotFound), .not(.says(Words.lookupFailed)),
            give: .bounced, .noSuchDomain),
        OutcomeRule("D3", when: .phase(.dns), .any(.withoutCodes, .temporary), give: .deferred, .dnsTemporary),
        OutcomeRule("C1", when: .withoutCodes, .phase(.connect), give: .softBounced, .unreachable),
        OutcomeRule(
            "C3", when: .withoutCodes, .phase(.dot), .says(Words.connectionLost), give: .queued, .inDoubt),
        OutcomeRule(
            "C2", when: .withoutCodes, .phase(.ehlo, .auth, .mail, .rcpt, .data), .says(Words.connectionLost),
            give: .deferred, .connectionLost),
        OutcomeRule("T2", when: .phase(.tls), give: .deferred, .tlsPolicy),

        // What counts in any class.
        OutcomeRule("P0", when: .says(Words.permanentlyDeferred), give: .bounced, .senderBlocked),
        OutcomeRule("P1", when: .permanent, .phase(.connect, .ehlo), give: .bounced, .senderBlocked),
        OutcomeRule(
            "P2", when: .any(.code(550), .code(0)), .permanent, .status(4, 1), .says(Words.accessDenied),
            give: .bounced, .noSuchUser),
        OutcomeRule("P3", when: .says(Words.sendingQuota), give: .deferred, .rateLimited),
        OutcomeRule(
            "P3", when: .any(.says(Words.rate), .status(2, 121, 122)), .not(.says(Words.mailboxFull)),
            give: .deferred, .rateLimited),
        OutcomeRule(
            "P4", when: .any(.status(5, 3), .all(.code(452, 552), .says(Words.tooManyRecipients))),
            give: nil, .tooManyRecipients),
        OutcomeRule(
            "P5", when: .any(.status(2, 2), .says(Words.mailboxFull)), give: .softBounced, .mailboxFull),
        OutcomeRule(
            "P6", when: .any(.status(3, 1), .says(Words.systemFull)), give: .softBounced, .systemFull),
        OutcomeRule(
            "P7", when: .any(.status(2, 3), .status(3, 4), .says(Words.tooBig)), give: .softBounced, .tooBig),

        // Class 4: the server says "not now".
        OutcomeRule("4a", when: .temporary, .says(Words.greylist), give: .deferred, .greylisted),
        OutcomeRule(
            "4a", when: .temporary, .code(450, 451), .says(Words.comeBackIn), .not(.status(3)), .not(.status(4)),
            give: .deferred, .greylisted),
        OutcomeRule(
            "4b", when: .temporary, .any(.says(Words.rate + Words.mildRate), .status(7, 28)),
            give: .deferred, .rateLimited),
        OutcomeRule(
            "4b", when: .temporary,
            .any(
                .says(Words.spam + Words.blockList + Words.authentication + Words.badReputation),
                .names(Hosts.addressBlockLists), .names(Hosts.domainBlockLists), .status(7, 20...27), .status(7, 29)),
            give: .deferred, .senderBlockedTemporarily),
        OutcomeRule(
            "4b", when: .temporary,
            .any(.code(421), .status(7), .status(3, 0), .status(3, 2), .status(4), .status(5)),
            give: .deferred, .temporary),
        OutcomeRule(
            "4c", when: .temporary, .any(.code(450...452), .code(0)), .not(.status(1, 7, 8)),
            .any(
                .status(1), .status(2, 1),
                .all(
                    .says(Words.userUnknown + Words.mailboxUnavailable + Words.disabled),
                    .not(.says(Words.senderRefused)))),
            give: .softBounced, .mailboxUnavailable),
        OutcomeRule("4d", when: .any(.temporary, .outOfPlace, .code(503)), give: .deferred, .temporary),

        // Class 5: the server says "never".
        OutcomeRule("5a", when: .says(Words.virusOrAttachment), give: .rejected, .virusOrAttachment),
        OutcomeRule(
            "5b", when: .any(.names(Hosts.domainBlockLists), .says(Words.urlListed)), give: .spam, .urlListed),
        OutcomeRule(
            "5c", when: .any(.says(Words.authentication), .status(7, 20...26), .status(7, 29, 515)),
            give: .rejected, .senderAuthentication),
        OutcomeRule("5d", when: .status(7, 28), give: .spam, .mailFlood),
        OutcomeRule(
            "5e", when: .any(.status(1, 7, 8), .status(7, 27), .says(Words.senderRefused)),
            give: .rejected, .senderRejected),
        OutcomeRule(
            "5e", when: .phase(.mail),
            .any(.status(1, 0, 1, 3), .says(Words.userUnknown), .says(Words.perhapsUserUnknown)),
            .not(.says(Words.blockList)), .not(.says(Words.relayDenied)), .not(.names(Hosts.addressBlockLists)),
            .not(.says(Words.spam)),
            give: .rejected, .senderRejected),
        OutcomeRule(
            "5f",
            when: .any(
                .says(Words.blockList), .names(Hosts.addressBlockLists), .status(7, 511), .status(7, 606...649)),
            give: .bounced, .senderBlocked),
        OutcomeRule("5g", when: .any(.status(6), .says(Words.malformed)), give: .rejected, .malformedMessage),
        OutcomeRule(
            "5h", when: .says(Words.spam + Words.badReputation), .upToMail, give: .bounced, .senderBlocked),
        OutcomeRule("5h", when: .says(Words.spam + Words.badReputation), give: .spam, .spamContent),
        OutcomeRule(
            "5i", when: .any(.says(Words.disabled), .status(2, 1), .status(7, 13)),
            give: .bounced, .mailboxDisabled),
        OutcomeRule(
            "5j", when: .any(.all(.code(551), .not(.status(7))), .status(1, 6), .status(7, 17, 18), .says(Words.moved)),
            give: .bounced, .moved),
        OutcomeRule("5k", when: .says(Words.relayDenied), give: .rejected, .relayDenied),
        OutcomeRule(
            "5l", when: .any(.status(1, 2), .status(4, 4), .says(Words.domainUnknown)),
            give: .bounced, .noSuchDomain),
        OutcomeRule(
            "5m", when: .any(.status(1, 0, 1, 3), .says(Words.userUnknown)), give: .bounced, .noSuchUser),
        OutcomeRule(
            "5m", when: .says(Words.mailboxUnavailable), .not(.says(Words.policy)), give: .bounced, .noSuchUser),
        OutcomeRule(
            "5m", when: .says(Words.perhapsUserUnknown), .not(.status(7)), .not(.code(500, 502, 504)),
            .not(.says(Words.policy)),
            give: .bounced, .noSuchUser),
        OutcomeRule(
            "5m", when: .code(501, 553), .not(.upToMail), .any(.phase(.rcpt), .says(Words.aboutRecipient)),
            .not(.status(7)),
            .any(.not(.status(5)), .says(Words.aboutRecipient)), .not(.says(Words.policy)),
            give: .bounced, .noSuchUser),
        OutcomeRule("5n", when: .any(.status(7), .says(Words.policy)), give: .rejected, .policy),
        OutcomeRule(
            "5o", when: .any(.status(4, 6), .status(5), .code(500...504), .says(Words.loop)),
            give: .rejected, .protocolError),
        OutcomeRule("5p", when: .permanent, give: .rejected, .otherPermanent),
    ]
}
