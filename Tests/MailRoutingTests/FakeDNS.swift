import Synchronization

@testable import MailRouting

/// A DNS of which a test says every answer, and which counts the questions.
final class FakeDNS: DNSSource {
    private struct State {
        var answers: [DNSQuestion: DNSAnswer<[UInt8]>] = [:]
        var asked: [DNSQuestion: Int] = [:]
        var waiting: [CheckedContinuation<Void, Never>] = []
        var isHeld = false
    }

    private let state = Mutex(State())

    /// Sets the answer to a question.
    func set(
        _ name: String, _ type: DNSRecordType, _ records: [[UInt8]], ttl: Duration = .seconds(300),
        isSecure: Bool = false
    ) {
        state.withLock {
            $0.answers[DNSQuestion(name, type)] = DNSAnswer(
                records.isEmpty ? .noData : .found, records: records, isSecure: isSecure, ttl: ttl,
                canonicalName: name)
        }
    }

    func set(_ name: String, _ type: DNSRecordType, _ status: DNSAnswer<[UInt8]>.Status) {
        state.withLock {
            $0.answers[DNSQuestion(name, type)] = DNSAnswer(status, ttl: .seconds(300), canonicalName: name)
        }
    }

    func set(_ name: String, text: String, ttl: Duration = .seconds(300)) {
        set(name, .txt, [[UInt8(text.utf8.count)] + Array(text.utf8)], ttl: ttl)
    }

    /// How often a question was asked.
    func count(_ name: String, _ type: DNSRecordType) -> Int {
        state.withLock { $0.asked[DNSQuestion(name, type)] ?? 0 }
    }

    /// Lets nobody have an answer before ``release()``.
    func hold() { state.withLock { $0.isHeld = true } }

    func release() {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            state.isHeld = false
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    func answer(to question: DNSQuestion) async -> DNSAnswer<[UInt8]> {
        await withCheckedContinuation { continuation in
            let goesOn = state.withLock { state in
                state.asked[question, default: 0] += 1
                if state.isHeld { state.waiting.append(continuation) }
                return !state.isHeld
            }
            if goesOn { continuation.resume() }
        }
        return state.withLock {
            $0.answers[question] ?? DNSAnswer(.noSuchName, ttl: .seconds(300), canonicalName: question.name)
        }
    }

    /// The record of a mail exchanger as it is on the wire.
    static func mx(_ preference: UInt8, _ host: String) -> [UInt8] {
        [0, preference] + host.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
    }
}

/// A clock that stands still until a test moves it.
final class FakeClock: Sendable {
    private let passed = Mutex(Duration.zero)
    private let start = ContinuousClock.now

    func advance(by duration: Duration) { passed.withLock { $0 += duration } }

    var routerClock: RouterClock {
        RouterClock(
            now: { self.start + self.passed.withLock { $0 } },
            wallTime: { 1_800_000_000 + Int(self.passed.withLock { $0 }.components.seconds) })
    }
}
