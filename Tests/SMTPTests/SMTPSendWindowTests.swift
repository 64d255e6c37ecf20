import NIOCore
import Testing

@testable import SMTP

/// A path to a server that works on one message after the other, in time of its own.
private struct SimulatedPath {
    var roundTrip: TimeAmount
    /// What the server needs for one message.
    var work: TimeAmount
    var messageBytes = 2048
    var least = SMTPSendWindow.Amount(messages: 32, bytes: 512 * 1024)

    struct Finding {
        var window: SMTPSendWindow
        var largest: SMTPSendWindow.Amount
        var time: TimeAmount
    }

    /// Sends so many messages as fast as the window lets it.
    func send(_ count: Int) -> Finding {
        var window = SMTPSendWindow(least: least)
        window.heard(after: roundTrip)
        var now = NIODeadline.uptimeNanoseconds(0)
        let start = now
        let halfWay = TimeAmount.nanoseconds(roundTrip.nanoseconds / 2)
        var serverIsFree = now
        var left = count
        var unanswered: [(answer: NIODeadline, mark: SMTPSendWindow.Mark)] = []
        var first = 0
        var largest = SMTPSendWindow.Amount(messages: 0, bytes: 0)
        func waiting(and more: Int = 0) -> SMTPSendWindow.Amount {
            let messages = unanswered.count - first + more
            return .init(messages: messages, bytes: messages * messageBytes)
        }
        while left > 0 || first < unanswered.count {
            for _ in 0..<min(left, window.room(unanswered: waiting(), messageBytes: messageBytes)) {
                serverIsFree = max(serverIsFree, now + halfWay) + work
                unanswered.append((serverIsFree + halfWay, window.mark(at: now, unanswered: waiting(and: 1))))
                left -= 1
            }
            largest.messages = max(largest.messages, waiting().messages)
            largest.bytes = max(largest.bytes, waiting().bytes)
            let answered = unanswered[first]
            first += 1
            now = answered.answer
            window.answered(answered.mark, bytes: messageBytes, at: now)
        }
        return Finding(window: window, largest: largest, time: now - start)
    }
}

@Suite("The window of a connection")
struct SMTPSendWindowTests {
    @Test("a near server never gets more than the least, however fast it is", arguments: [1, 20, 500, 5000])
    func near(_ microseconds: Int64) {
        let path = SimulatedPath(roundTrip: .microseconds(900), work: .microseconds(microseconds))
        #expect(path.send(20_000).largest.messages == 32)
    }

    @Test(
        "a far server gets what is on the way twice, and works without a pause",
        arguments: [(5, 100), (50, 50), (50, 200), (200, 200)] as [(Int64, Int64)])
    func far(_ roundTrip: Int64, _ work: Int64) {
        let path = SimulatedPath(roundTrip: .milliseconds(roundTrip), work: .microseconds(work))
        let onTheWay = Double(roundTrip * 1000) / Double(work)
        let finding = path.send(100_000)
        #expect(Double(finding.largest.messages) <= 2.3 * onTheWay)
        #expect(Double(finding.largest.messages) >= 1.5 * onTheWay)
        let atBest = TimeAmount.microseconds(100_000 * work)
        #expect(finding.time < atBest + 12 * .milliseconds(roundTrip), "some round trips until it is found")
    }

    @Test("a slow server's queue is no reason to send it more", arguments: [1, 10, 80] as [Int64])
    func slow(_ roundTrip: Int64) {
        let path = SimulatedPath(roundTrip: .milliseconds(roundTrip), work: .milliseconds(10))
        #expect(path.send(2000).largest.messages == 32)
    }

    @Test("there is an end to it, in messages and in bytes")
    func most() {
        let fast = SimulatedPath(roundTrip: .seconds(2), work: .microseconds(1))
        #expect(fast.send(100_000).largest.messages == SMTPSendWindow.most.messages)
        let large = SimulatedPath(roundTrip: .seconds(2), work: .microseconds(1), messageBytes: 100_000)
        let finding = large.send(5000).largest.bytes
        #expect(finding <= SMTPSendWindow.most.bytes && finding > SMTPSendWindow.most.bytes / 2)
    }

    @Test("large messages are counted by their bytes: no pause there either")
    func bytes() {
        let path = SimulatedPath(roundTrip: .milliseconds(50), work: .milliseconds(1), messageBytes: 100_000)
        let finding = path.send(5000)
        #expect(finding.time < .milliseconds(5000 + 12 * 50))
        #expect(finding.largest.bytes <= 2 * 55 * 100_000)
    }

    @Test("a window that is not used shrinks")
    func shrinks() {
        var window = SimulatedPath(roundTrip: .milliseconds(50), work: .microseconds(100)).send(20_000).window
        let grown = window.growth
        var now = NIODeadline.uptimeNanoseconds(1 << 40)
        for _ in 0..<(grown + 200) {
            let mark = window.mark(at: now, unanswered: .init(messages: 1, bytes: 2048))
            now = now + .milliseconds(50)
            window.answered(mark, bytes: 2048, at: now)
        }
        #expect(grown > 500 && window.growth == 0)
        #expect(window.current == window.least)
    }

    @Test("a shorter answer than all before tells that the server is near after all")
    func foundNear() {
        var window = SimulatedPath(roundTrip: .milliseconds(50), work: .microseconds(100)).send(20_000).window
        window.heard(after: .microseconds(400))
        let now = NIODeadline.uptimeNanoseconds(1 << 40)
        window.answered(
            window.mark(at: now, unanswered: .init(messages: 500, bytes: 500 * 2048)), bytes: 2048,
            at: now + .milliseconds(50))
        #expect(window.growth == 0)
    }

    @Test("nothing goes out before half of the least window is free")
    func refilledInHalves() {
        let window = SMTPSendWindow(least: .init(messages: 32, bytes: 1 << 20))
        func room(_ messages: Int) -> Int {
            window.room(unanswered: .init(messages: messages, bytes: messages * 100), messageBytes: 100)
        }
        #expect([0, 16, 17, 32].map(room) == [32, 16, 0, 0])
    }
}
