import Delivery
import Inbound
import MailMessage
import Testing

@Suite("Which addresses are ours")
struct InboundAddressTests {
    private func meaning(_ address: String) -> Result<InboundAddress, InboundAddresses.Refusal> {
        Result { () throws(InboundAddresses.Refusal) in try Samples.addresses.meaning(of: address) }
    }

    @Test("a return path that a key of ours made is its delivery's, whatever its letter case")
    func returnPath() {
        #expect(meaning(Samples.returnPath()) == .success(.returnPath(Samples.job)))
        #expect(meaning(Samples.returnPath().uppercased()) == .success(.returnPath(Samples.job)))
        #expect(meaning("@relay.example:" + Samples.returnPath()) == .success(.returnPath(Samples.job)))
    }

    @Test("an address by which a contact leaves is known, and a return path's token does not make one")
    func unsubscribe() {
        #expect(meaning(Samples.unsubscribeAddress()) == .success(.unsubscribe(Samples.job)))
        #expect(meaning("u-" + Samples.returnPath().dropFirst(2)) == .failure(.unknown))
        #expect(meaning("b-" + Samples.unsubscribeAddress().dropFirst(2)) == .failure(.unknown))
    }

    @Test("what another key made, or nobody, is unknown")
    func forged() {
        #expect(meaning(Samples.returnPath(key: Samples.stranger)) == .failure(.unknown))
        #expect(meaning("b-@bounce.example.org") == .failure(.unknown))
        #expect(meaning("postmaster@bounce.example.org") == .failure(.unknown))
        #expect(meaning("postmaster") == .failure(.unknown))
    }

    @Test("other domains are not ours, even with a good token")
    func domains() {
        let local = Samples.returnPath().prefix { $0 != "@" }
        #expect(meaning("\(local)@elsewhere.example") == .failure(.foreignDomain))
        #expect(meaning("\(local)@BOUNCE.example.org") == .success(.returnPath(Samples.job)))
        let anywhere = InboundAddresses(keys: Samples.keys, domains: [])
        #expect(throws: Never.self) { try anywhere.meaning(of: "\(local)@elsewhere.example") }
    }

    @Test("an address for reports is taken as it was named, and nothing else of its domain")
    func reports() {
        #expect(meaning("FBL@bounce.example.org") == .success(.reports))
        #expect(meaning("fbl2@bounce.example.org") == .failure(.unknown))
    }
}
