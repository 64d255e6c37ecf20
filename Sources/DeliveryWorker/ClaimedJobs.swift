internal import Delivery
internal import DequeModule
internal import JobQueue

/// The jobs that a worker has claimed and not begun.
///
/// - `plain` ones may be begun as they are.
/// - `unmarked` ones must be marked in Redis first, as about to be sent: those of mailings that send nothing twice, and those
///   that were in the hands of a worker that died.
/// - `repeaters` were about to be sent when a worker died. They are marked and sent one after the other: if it is one of them
///   that kills its workers, no other shall be marked with it time and again, and end among the dead.
/// - `marked` ones have been marked, and come before the plain ones: as few as possible shall be marked and not yet sent.
/// - `suspects` have been marked, and go alone: if it is their message that makes the server hang up, or the worker die, it
///   takes no other with it.
struct ClaimedJobs {
    var plain: Deque<ClaimedJob> = []
    var unmarked: Deque<ClaimedJob> = []
    var repeaters: Deque<ClaimedJob> = []
    var marked: Deque<ClaimedJob> = []
    var suspects: Deque<ClaimedJob> = []

    private var queues: [Deque<ClaimedJob>] { [plain, unmarked, repeaters, marked, suspects] }
    var count: Int { plain.count + unmarked.count + repeaters.count + marked.count + suspects.count }
    var isEmpty: Bool { count == 0 }
    var all: [ClaimedJob] { queues.flatMap(\.self) }

    /// Those whose turn comes next.
    var heads: [ClaimedJob] { queues.compactMap(\.first) }

    mutating func keep(_ entry: ClaimedJob) {
        if entry.isRepeater {
            repeaters.append(entry)
        } else if entry.isSuspect {
            unmarked.append(entry)
        } else {
            plain.append(entry)
        }
    }

    /// Takes out what is to be marked next, in one call to one shard: a repeater, or several others.
    ///
    /// - Parameters:
    ///   - limit: The most of one call.
    ///   - mostSuspects: The most suspects of one call; they go one by one, each alone on its connection.
    ///   - isAlone: Whether no other repeater is under way.
    mutating func takeForMarking(
        upTo limit: Int, suspects mostSuspects: Int, repeaterIsAlone isAlone: Bool, shard: (ClaimedJob) -> Int
    ) -> [ClaimedJob] {
        if isAlone, let repeater = repeaters.popFirst() { return [repeater] }
        guard let first = unmarked.first else { return [] }
        let most = first.isSuspect ? mostSuspects : limit
        var batch: [ClaimedJob] = []
        while batch.count < most, let entry = unmarked.first, entry.isSuspect == first.isSuspect,
            shard(entry) == shard(first)
        {
            batch.append(unmarked.removeFirst())
        }
        return batch
    }

    /// Takes jobs back whose marking failed.
    mutating func keepUnmarked(_ batch: [ClaimedJob]) {
        for entry in batch.reversed() {
            if entry.isRepeater { repeaters.prepend(entry) } else { unmarked.prepend(entry) }
        }
    }

    /// Takes a job back that has been marked.
    mutating func keepMarked(_ entry: ClaimedJob) {
        if entry.isSuspect { suspects.append(entry) } else { marked.append(entry) }
    }

    /// Takes out the jobs of a site.
    mutating func removeAll(ofSite site: String) -> [ClaimedJob] { removeAll { $0.site == site } }

    /// Takes out the jobs that a rule chooses.
    mutating func removeAll(where isChosen: (ClaimedJob) -> Bool) -> [ClaimedJob] {
        let removed = all.filter(isChosen)
        guard !removed.isEmpty else { return [] }
        plain.removeAll(where: isChosen)
        unmarked.removeAll(where: isChosen)
        repeaters.removeAll(where: isChosen)
        marked.removeAll(where: isChosen)
        suspects.removeAll(where: isChosen)
        return removed
    }

    mutating func removeAll() -> [ClaimedJob] {
        let removed = all
        self = ClaimedJobs()
        return removed
    }
}

extension ClaimedJob {
    /// Whether its message may be what makes a server hang up or a worker die.
    var isSuspect: Bool { recoveries > 0 || job.isInDoubt }

    /// Whether it was about to be sent when a worker died, so that it may be what kills them.
    var isRepeater: Bool { recoveries > 1 }
}
