import NIOCore
import Testing

@testable import SMTP

@Suite("When a pool opens connections")
struct SMTPPoolStateMachineTests {
    private func pool(maximum: Int = 3) -> SMTPPoolStateMachine {
        var reconnect = SMTPReconnectDelay()
        reconnect.first = .seconds(1)
        reconnect.cap = .seconds(60)
        return SMTPPoolStateMachine(maximum: maximum, reconnect: reconnect)
    }

    @Test("up to the maximum, those on their way included")
    func maximum() {
        var pool = pool()
        let opened = (0..<5).map { _ in pool.wanted() }
        #expect(opened == [.open, .open, .open, .none, .none])
        #expect(pool.opened() == .none)
        #expect(pool.wanted() == .none)
        pool.retired()
        #expect(pool.wanted() == .open)
    }

    @Test("a failure with nothing open is reported, then one connection probes with growing pauses")
    func unavailable() {
        var pool = pool()
        _ = pool.wanted()
        _ = pool.wanted()
        #expect(pool.failedToOpen(random: 0.5) == .reportUnavailable(retryIn: .seconds(1)))
        #expect(pool.failedToOpen(random: 0.5) == .none, "failures together count as one")
        #expect(pool.wanted() == .none)
        #expect(pool.waitOver() == .open)
        #expect(pool.wanted() == .none, "one probe at a time")
        #expect(pool.failedToOpen(random: 0.5) == .reportUnavailable(retryIn: .seconds(2)))
        #expect(pool.waitOver() == .open)
        #expect(pool.opened() == .reportAvailable)
        #expect(pool.wanted() == .open)
    }

    @Test("a failure while others are open only stops new ones for a while")
    func limited() {
        var pool = pool()
        _ = pool.wanted()
        _ = pool.opened()
        _ = pool.wanted()
        #expect(pool.failedToOpen(random: 0.5) == .wait(.seconds(1)))
        #expect(pool.isAvailable)
        #expect(pool.wanted() == .none)
        #expect(pool.waitOver() == .none)
        #expect(pool.wanted() == .open)
    }

    @Test("a success starts the pauses over")
    func startsOver() {
        var pool = pool()
        for _ in 0..<3 {
            _ = pool.wanted()
            _ = pool.failedToOpen(random: 0.5)
            _ = pool.waitOver()
        }
        _ = pool.opened()
        #expect(pool.lost(wasProductive: true, random: 0.5) == .none)
        _ = pool.wanted()
        #expect(pool.failedToOpen(random: 0.5) == .reportUnavailable(retryIn: .seconds(1)))
    }

    @Test("connections that end without answering anything slow down the next")
    func unproductive() {
        var pool = pool()
        _ = pool.wanted()
        _ = pool.opened()
        #expect(pool.lost(wasProductive: false, random: 0.5) == .wait(.seconds(1)))
        #expect(pool.wanted() == .none)
        #expect(pool.waitOver() == .none)
        _ = pool.wanted()
        _ = pool.opened()
        #expect(pool.lost(wasProductive: false, random: 0.5) == .wait(.seconds(2)))
    }

    @Test("a lower maximum makes it tight until enough have retired")
    func lowered() {
        var pool = pool()
        for _ in 0..<3 {
            _ = pool.wanted()
            _ = pool.opened()
        }
        #expect(!pool.isTight)
        pool.maximum = 2
        #expect(pool.isTight)
        let refused = pool.wanted()
        #expect(refused == .none)
        pool.retired()
        #expect(!pool.isTight)
        pool.retired()
        let action = pool.wanted()
        #expect(action == .open)
    }

    @Test("what waits for a place under a shared limit is neither on its way nor a failure")
    func withdrawn() {
        var pool = pool(maximum: 1)
        for _ in 0..<3 {
            let action = pool.wanted()
            #expect(action == .open)
            pool.withdrawn()
        }
        #expect(pool.isAvailable && pool.opening == 0)
    }

    @Test("without probes only work makes the next trial after a failure")
    func noProbes() {
        var pool = SMTPPoolStateMachine(maximum: 3, reconnect: SMTPReconnectDelay(), probes: false)
        _ = pool.wanted()
        _ = pool.failedToOpen(random: 0.5)
        let during = pool.wanted()
        #expect(during == .none)
        let over = pool.waitOver()
        #expect(over == .none)
        let actions = [pool.wanted(), pool.wanted()]
        #expect(actions == [.open, .none], "one trial at a time until it is back")
    }

    @Test("after the stop nothing is opened or reported")
    func stop() {
        var pool = pool()
        _ = pool.wanted()
        pool.stop()
        #expect(pool.failedToOpen(random: 0.5) == .none)
        #expect(pool.wanted() == .none)
    }
}
