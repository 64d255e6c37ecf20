internal import Foundation

extension SendingWindow {
    /// The next openings from a moment on, the present one included if the window is open.
    ///
    /// A time that the change to summer time skips is taken as the moment of the change; one that the change back
    /// repeats is taken as its first occurrence. An opening that the change leaves no time for is left out.
    public func intervals(from moment: UnixTime, count: Int) -> [(opens: UnixTime, closes: UnixTime)] {
        // A window that was made has a time zone that exists; Greenwich would stand in for one that was abolished since.
        let clock = WallClock(zone: TimeZone(identifier: timeZone) ?? .gmt)
        let nights = until <= from ? 1 : 0
        // An opening of the day before may last until now.
        var day = clock.day(of: moment) - 1
        var found: [(opens: UnixTime, closes: UnixTime)] = []
        while found.count < count {
            defer { day += 1 }
            guard weekdays?.contains(Weekday(daysSince1970: day)) ?? true else { continue }
            let opens = clock.moment(day: day, at: from)
            let closes = clock.moment(day: day + nights, at: until)
            if closes > opens, closes > moment { found.append((opens, closes)) }
        }
        return found
    }
}

/// Civil days and times of one time zone as moments.
private struct WallClock {
    let zone: TimeZone

    /// The civil day of a moment, in days since 1970-01-01.
    func day(of moment: UnixTime) -> Int {
        let local = Int(moment.milliseconds / 1000) + offset(at: Int(moment.milliseconds / 1000))
        return Int((Double(local) / 86400).rounded(.down))
    }

    /// The first moment of a civil day at which the clock shows a time, or has gone past it.
    func moment(day: Int, at time: TimeOfDay) -> UnixTime {
        let local = day * 86400 + time.minutes * 60
        // From a day before to a day after, the clock is changed once at most.
        let (before, after) = (offset(at: local - 86400), offset(at: local + 86400))
        var last = local - before
        if offset(at: last) != before {
            last = local - after
            if offset(at: last) != after { last = change(from: local - after, to: local - before, leaving: before) }
        }
        return UnixTime(milliseconds: Int64(last) * 1000)
    }

    /// The first second after `low`, and at most `high`, that has another offset.
    private func change(from low: Int, to high: Int, leaving offset: Int) -> Int {
        var (low, high) = (low, high)
        while high - low > 1 {
            let middle = (low + high) / 2
            if self.offset(at: middle) == offset { low = middle } else { high = middle }
        }
        return high
    }

    /// What the clock shows beyond Greenwich at a second since 1970.
    private func offset(at second: Int) -> Int {
        zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second)))
    }
}
