import Delivery
import Testing

@testable import ProviderEvents

@Suite("Times as providers write them")
struct ProviderTimeTests {
    @Test("seconds may have a fraction; none, or too many, are no time")
    func seconds() {
        #expect(ProviderTime.time(seconds: 1_534_108_637.153)?.milliseconds == 1_534_108_637_153)
        #expect(ProviderTime.time(seconds: nil) == nil)
        #expect(ProviderTime.time(seconds: -1) == nil)
        #expect(ProviderTime.time(seconds: .infinity) == nil)
    }
}
