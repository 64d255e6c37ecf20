import Delivery
import Testing

@Test func works() { #expect(Outcome(name: "soft-bounced") == .softBounced) }
