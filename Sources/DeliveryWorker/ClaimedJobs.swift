internal import Delivery
internal import DequeModule
internal import JobQueue

/// The jobs that a worker has claimed and not begun.
///
/// - `plain` ones may be begun as they are.
/// - `unmarked` ones must be marked in Redis first, as about to be sent: those of mailings that send nothing twice, and those
///   that were in the hands of a worker that died.
/// - `marked` ones have been, and come before the plain ones: as few as possible shall be marked and not yet sent.
/// - `suspects` go alone: if it is their message that makes the server hang up, or the worker die, it takes no other with it.
struct ClaimedJobs {
    var plain: Deque<ClaimedJob> = []
    var unmarked: Deque<ClaimedJob> = []
    var marked: Deque<ClaimedJob> = []
    var suspects: Deque<ClaimedJob> = []

    var count: Int { plain.count + unmarked.count + marked.count + suspects.count }
    var isEmpty: Bool { plain.isEmpty && unmarked.isEmpty && marked.isEmpty && suspects.isEmpty }
    var all: [ClaimedJob] { Array(plain) + Array(unmarked) + Array(marked) + Array(suspects) }

    /// Those whose turn comes next.
    var heads: [ClaimedJob] { [plain.first, unmarked.first, marked.first, suspects.first].compactMap(\.self) }

    mutating func keep(_ entry: ClaimedJob) {
        if entry.isRecovered {
            unmarked.append(entry)
        } else if entry.job.isInDoubt {
            suspects.append(entry)
        } else {
            plain.append(entry)
        }
    }

    /// Takes a job back that has been marked.
    mutating func keepMarked(_ entry: ClaimedJob) {
        if entry.isSuspect { suspects.append(entry) } else { marked.append(entry) }
    }

    /// Takes out the jobs of a site.
    mutating func removeAll(ofSite site: String) -> [ClaimedJob] {
        let removed = all.filter { $0.site == site }
        guard !removed.isEmpty else { return [] }
        plain.removeAll { $0.site == site }
        unmarked.removeAll { $0.site == site }
        marked.removeAll { $0.site == site }
        suspects.removeAll { $0.site == site }
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
    var isSuspect: Bool { isRecovered || job.isInDoubt }
}
