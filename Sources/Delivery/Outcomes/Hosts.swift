/// Host names of block lists, as they stand in the links of refusals.
enum Hosts {
    /// Lists of domains and links: the message or its sender's domain is listed.
    static let domainBlockLists = [
        "dbl.spamhaus.org", "spamhaus.org/query/dbl", "spamhaus.org/dbl", "query/domain/", "uribl.com", "surbl.org",
        "uribl.", "rhsbl.", "dbl.invaluement", "ivmuri", "nordspam.com/dbl",
    ]

    /// Lists of sending addresses.
    static let addressBlockLists = [
        "zen.spamhaus", "sbl.spamhaus", "xbl.spamhaus", "pbl.spamhaus", "css.spamhaus", "spamhaus.org/sbl",
        "spamhaus.org/query/ip", "spamhaus.org/query/bl", "check.spamhaus.org", "spamhaus.net", "spamhaus.org/xbl",
        "spamhaus.org/pbl", "dnsbl", "spamcop.net", "barracudacentral", "barracudanetworks.com/reputation",
        "sorbs.net", "cbl.abuseat", "psbl.surriel", "uceprotect", "mailspike", "ix.dnsbl", "manitu.net",
        "backscatterer",
        "invaluement.com", "blocklist.de", "spamrats.com", "senderscore", "senderbase.org", "talosintelligence",
        "spfbl.net", "0spam.org", "truncate.gbudb", "hostkarma", "spameatingmonkey", "rbl.", "abusix.zone",
        "lookup.abusix", "ipremoval.sms.symantec", "sendersupport.olc.protection", "mailblacklist", "junkemailfilter",
        "delist.messaging.microsoft", "sender.office.com", "cloudmark.com", "csi.cloudmark",
    ]
}
