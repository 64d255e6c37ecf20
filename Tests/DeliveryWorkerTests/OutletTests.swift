import Delivery
import NIOCore
import Testing

@testable import DeliveryWorker

@Suite("Ways out of a worker")
struct OutletTests {
    @Test("Members take turns by weight, evenly, and the others stand in for one that is not eligible")
    func rotation() {
        var rotation = WeightedRotation(weights: [5, 1, 2])
        let turns = (0..<16).compactMap { _ in rotation.next { _ in true } }
        #expect((0..<3).map { member in turns.filter { $0 == member }.count } == [10, 2, 4])
        #expect(turns.prefix(8) == turns.suffix(8), "every eight turns are alike")
        let others = (0..<6).compactMap { _ in rotation.next { $0 != 0 } }
        #expect(others.filter { $0 == 2 }.count == 4)
        let none = rotation.next { _ in false }
        #expect(none == nil)
        var nobody = WeightedRotation(weights: [])
        let nothing = nobody.next { _ in true }
        #expect(nothing == nil)
    }

    private func source(_ number: Int, weight: Int = 1, rate: String? = nil) throws -> SourceAddress {
        SourceAddress(
            address: try SocketAddress(ipAddress: "127.0.0.\(number)", port: 0), weight: weight,
            rate: try rate.map { try MessageRate(parsing: $0) })
    }

    @Test("An address under a rate gets what the rate leaves, the others the rest; when all are used up it is waited")
    func sources() throws {
        var sources = SourceRotation([
            try source(1, rate: "60/1m"),
            try source(2, rate: "600/1m"),
        ])
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
        // A second's worth at once: one of the first, ten of the second.
        #expect(sources.room(at: start) == .messages(11))
        var counts = [0, 0]
        for _ in 0..<11 { if let source = sources.next(at: start, where: { _ in true }) { counts[source] += 1 } }
        #expect(counts == [1, 10])
        #expect(sources.room(at: start) == .none(until: start + .milliseconds(100)))
        for step in 1...600 {
            let time = start + .milliseconds(100) * step
            while case .messages(let room) = sources.room(at: time), room > 0 {
                if let source = sources.next(at: time, where: { _ in true }) { counts[source] += 1 }
            }
        }
        #expect(counts == [61, 610])
    }

    @Test("Without addresses there is one choice and no limit")
    func noSources() {
        var sources = SourceRotation([])
        #expect(sources.room(at: .now()) == .messages(.max))
        let choices = [sources.next(at: .now()) { _ in true }, sources.next(at: .now()) { _ in false }]
        #expect(choices == [0, nil])
    }

    @Test("Three receivers in a row that cannot be reached are our own fault, unless somebody was reached lately")
    func reach() {
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
        var meter = ReachMeter()
        let verdicts = ["a", "a", "b", "c"].map { meter.failedToReach($0, at: start) }
        #expect(verdicts == [false, false, false, true])
        meter.reached(at: start)
        let soon = ["a", "b", "c"].map { meter.failedToReach($0, at: start + .seconds(30)) }
        #expect(soon == [false, false, false])
        let later = meter.failedToReach("c", at: start + .seconds(61))
        #expect(later)
    }
}
