import Delivery
import Foundation
import Testing

@Suite("Retry policy")
struct RetryPolicyTests {
    @Test("the standard is 5 to 160 minutes, then 4 hours, for 4 days; 1 hour and 24 hours")
    func standard() throws {
        let policy = RetryPolicy.standard
        #expect(policy.deferred.map(\.shortForm) == ["5m", "10m", "20m", "40m", "1h20m", "2h40m", "4h"])
        #expect(policy.softBounced.map(\.shortForm) == ["1h", "1d"])
        #expect(policy.maximumAge.shortForm == "4d")
        #expect(policy.jitter == 0.2)
        #expect(RetryPolicy.strikeLimit == 3)
        #expect(try RetryPolicy() == policy)
    }

    @Test("a policy that cannot work is refused by the name of its key")
    func validation() {
        func key(_ make: () throws -> RetryPolicy) -> String? {
            #expect(throws: RetryPolicyError.self) { try make() }?.key
        }
        #expect(key { try RetryPolicy(deferred: []) } == "deferred")
        #expect(key { try RetryPolicy(deferred: [.zero]) } == "deferred")
        #expect(key { try RetryPolicy(deferred: [.seconds(400 * 86400)]) } == "deferred")
        #expect(key { try RetryPolicy(softBounced: []) } == "softBounced")
        #expect(key { try RetryPolicy(softBounced: [.seconds(-1)]) } == "softBounced")
        #expect(key { try RetryPolicy(maximumAge: .zero) } == "maximumAge")
        #expect(key { try RetryPolicy(maximumAge: .seconds(400 * 86400)) } == "maximumAge")
        #expect(key { try RetryPolicy(jitter: -0.1) } == "jitter")
        #expect(key { try RetryPolicy(jitter: 1.1) } == "jitter")
        #expect(key { try RetryPolicy(jitter: .nan) } == "jitter")
    }

    @Test("it is written and read as JSON with durations as texts")
    func json() throws {
        let policy = try RetryPolicy(
            deferred: [.seconds(2), .milliseconds(500)], softBounced: [.seconds(3)], maximumAge: .seconds(60), jitter: 0
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let data = try encoder.encode(policy)
        #expect(
            String(decoding: data, as: UTF8.self)
                == #"{"deferred":["2s","500ms"],"jitter":0,"maximumAge":"1m","softBounced":["3s"]}"#)
        #expect(try JSONDecoder().decode(RetryPolicy.self, from: data) == policy)
    }

    @Test("a missing key takes its standard value")
    func missingKeys() throws {
        let policy = try JSONDecoder().decode(RetryPolicy.self, from: Data(#"{"maximumAge":"2d"}"#.utf8))
        #expect(policy == (try RetryPolicy(maximumAge: .seconds(2 * 86400))))
    }

    @Test(
        "a wrong key or value is an error that names the key",
        arguments: [
            (#"{"defered":["5m"]}"#, "defered"), (#"{"deferred":["5x"]}"#, "deferred"),
            (#"{"deferred":[]}"#, "deferred"),
            (#"{"softBounced":["1h",""]}"#, "softBounced"), (#"{"maximumAge":"4 days"}"#, "maximumAge"),
            (#"{"jitter":2}"#, "jitter"), (#"{"strikeLimit":3}"#, "strikeLimit"),
        ])
    func wrongKeys(json: String, key: String) {
        let error = #expect(throws: RetryPolicyError.self) {
            try JSONDecoder().decode(RetryPolicy.self, from: Data(json.utf8))
        }
        #expect(error?.key == key)
        #expect(error?.description.contains(key) == true)
    }
}
