import Foundation
import Testing

@testable import Simulator

@Suite("What a simulated recipient does")
struct RecipientBehaviourTests {
    @Test(
        "the local part's beginning decides",
        arguments: [
            ("ok1", .ok), ("ok.anna", .ok), ("OK", .ok), ("bounce-17", .bounce), ("Bounce", .bounce),
            ("full", .full(times: nil)), ("full.2", .full(times: nil)), ("full-", .full(times: nil)),
            ("full-2", .full(times: 2)), ("full-2.x", .full(times: 2)), ("full-12abc", .full(times: 12)),
            ("FULL-1-x9", .full(times: 1)), ("toobig9", .tooBig), ("spam", .spam), ("rejected-1", .rejected),
            ("blocked.b", .blocked), ("greylist3", .greylist), ("deferred-3.y", .deferred(times: 3)),
            ("deferred", .deferred(times: nil)), ("throttle", .throttle), ("drop-1", .drop), ("slow", .slow),
        ] as [(String, RecipientBehaviour)])
    func prefix(_ localPart: String, _ behaviour: RecipientBehaviour) {
        #expect(RecipientBehaviour(localPart: localPart) == behaviour)
        #expect(
            RecipientBehaviour.behaviour(for: "\(localPart)@example.com", seed: 7, profile: .realistic) == behaviour)
    }

    @Test("any other local part asks for nothing", arguments: ["anna", "o", "", "1ok", "bounc", "fill", "x-full"])
    func noPrefix(_ localPart: String) {
        #expect(RecipientBehaviour(localPart: localPart) == nil)
        #expect(RecipientBehaviour.behaviour(for: "\(localPart)@example.com", seed: 7, profile: .accept) == .ok)
    }

    @Test(
        "a domain's first label decides for the whole site",
        arguments: [
            ("limit-50.example", .limit(perSecond: 50)), ("LIMIT-5-b.example", .limit(perSecond: 5)),
            ("strict-2.example", .strict(perSecond: 2)), ("wall-3.example", .wall(messages: 3)),
            ("wall-3s.example", .wallFor(seconds: 3)), ("wall-4S-x.example", .wallFor(seconds: 4)),
            ("wall.example", nil), ("wall-.example", nil), ("wall-0.example", nil), ("wall-3m.example", nil),
            ("a.limit-5.example", nil), ("limit-5x.example", nil), ("limit-999999.example", nil), ("", nil),
        ] as [(String, SiteBehaviour?)])
    func site(_ domain: String, _ behaviour: SiteBehaviour?) {
        #expect(SiteBehaviour(domain: domain) == behaviour)
    }

    @Test("the number of times has a bound")
    func largeNumber() throws {
        guard case .full(let times?) = RecipientBehaviour(localPart: "full-99999999999999999999999") else {
            Issue.record("no number")
            return
        }
        #expect(times >= 100_000)
    }

    @Test("the hash is the same for ever, whatever the letter case, and depends on the seed")
    func hash() {
        #expect(StableHash.of("anna@example.com", seed: 1) == StableHash.of("Anna@Example.COM", seed: 1))
        #expect(StableHash.of("anna@example.com", seed: 1) != StableHash.of("anna@example.com", seed: 2))
        #expect(StableHash.of("anna@example.com", seed: 1) == 0x8674_F28F_6549_91D2)
    }

    @Test("the realistic profile draws about the shares that it names")
    func realistic() {
        var counts: [String: Int] = [:]
        for number in 0..<20_000 {
            let behaviour = RecipientBehaviour.behaviour(for: "user\(number)@example.com", seed: 3, profile: .realistic)
            counts["\(behaviour)".prefix { $0 != "(" }.description, default: 0] += 1
        }
        #expect((18_500...18_900).contains(counts["ok"] ?? 0))
        #expect((330...470).contains(counts["bounce"] ?? 0))
        #expect((150...260).contains(counts["full"] ?? 0))
        #expect((240...360).contains(counts["greylist"] ?? 0))
        #expect((150...260).contains(counts["deferred"] ?? 0))
        #expect(
            counts["spam"] != nil && counts["rejected"] != nil && counts["slow"] != nil && counts["throttle"] != nil)
    }
}

@Suite("Profiles of the simulator")
struct SimulatorProfileTests {
    @Test("a profile of one behaviour gives it to everybody")
    func single() throws {
        let profile = try SimulatorProfile(json: Data(#"{"shares":{"bounce":1}}"#.utf8))
        for number in 0..<100 {
            #expect(RecipientBehaviour.behaviour(for: "u\(number)@x.example", seed: 1, profile: profile) == .bounce)
        }
    }

    @Test("what is missing to 1 accepts")
    func rest() throws {
        let profile = try SimulatorProfile(json: Data(#"{"shares":{"spam":0.5}}"#.utf8))
        let behaviours = Set((0..<100).map { profile.draw(StableHash.of("u\($0)@x.example", seed: 1)) })
        #expect(behaviours == [.ok, .spam])
    }

    @Test(
        "a wrong file is refused with a sentence that says why",
        arguments: [
            (#"{"shares":{"ok":0.5,"fly":0.5}}"#, "has no behaviour \"fly\""),
            (#"{"shares":{"ok":0.9,"bounce":0.2}}"#, "add up to"),
            (#"{"shares":{"ok":-1}}"#, "the share -1.0"),
            (#"{"ok":1}"#, "is not of the form"),
            ("hello", "is not of the form"),
        ])
    func wrong(_ json: String, _ part: String) {
        let error = #expect(throws: SimulatorProfileError.self) {
            try SimulatorProfile(json: Data(json.utf8), source: "p.json")
        }
        #expect(error?.description.contains(part) == true)
        #expect(error?.description.contains("p.json") == true)
    }

    @Test("profiles are found by name; a name that is none and no file is refused")
    func names() throws {
        #expect(try SimulatorProfile(nameOrPath: "accept") == .accept)
        #expect(try SimulatorProfile(nameOrPath: "realistic") == .realistic)
        #expect(throws: SimulatorProfileError.self) { try SimulatorProfile(nameOrPath: "nowhere/nothing.json") }
    }
}
