internal import Delivery
internal import JobQueue

/// What a worker has finished and not yet told Redis, gathered so that many jobs share one script call.
struct ResultBuffer {
    private(set) var settled: [StatusChange] = []
    private(set) var postponed: [PostponedJob] = []
    private(set) var released: [DeliveryJob.ID] = []

    var count: Int { settled.count + postponed.count + released.count }
    var isEmpty: Bool { count == 0 }

    mutating func settle(_ change: StatusChange) {
        settled.append(change)
    }

    mutating func postpone(_ job: PostponedJob) {
        postponed.append(job)
    }

    mutating func release(_ job: DeliveryJob.ID) {
        released.append(job)
    }

    /// Drops all but permanent outcomes, which count whoever tells them.
    mutating func keepSettled() {
        postponed.removeAll()
        released.removeAll()
    }

    /// Empties the buffer, handing over what was in it.
    mutating func take() -> ResultBuffer {
        let full = self
        self = ResultBuffer()
        settled.reserveCapacity(full.settled.count)
        return full
    }
}

extension Array {
    /// This array cut into parts of at most `size` elements.
    func parts(of size: Int) -> [[Element]] {
        count <= size
            ? (isEmpty ? [] : [self])
            : stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}
