import Delivery
import GRDB

extension ContactBook {
    /// Books opens and clicks; those of deliveries that are not in the book are passed over.
    /// - Returns: How many were passed over.
    public func book(engagements events: [EngagementEvent]) async throws -> Int {
        let acts = EngagementActs.gathered(events)
        return try await write { db in
            var passedOver = 0
            for act in acts where try !act.write(db) { passedOver += act.events }
            return passedOver
        }
    }

    /// Books interviews that were begun or completed: all of them, or none where one belongs to no delivery.
    ///
    /// The first time of each counts. Whoever has completed one has also begun it.
    public func book(interviews events: [EngagementEvent]) async throws -> InterviewReport {
        try await write { db in
            var report = InterviewReport()
            // What comes twice in one report is known the second time, whenever it is said to have been.
            var seen: Set<EngagementEvent> = []
            for (index, event) in events.enumerated() {
                let isFirst = seen.insert(EngagementEvent(event.kind, job: event.job, at: .init(milliseconds: 0)))
                    .inserted
                switch try Self.knows(db, event) {
                case nil: report.unknown.append(index)
                case false? where isFirst: report.booked += 1
                case .some: report.repeated += 1
                }
            }
            guard report.unknown.isEmpty else { return InterviewReport(unknown: report.unknown) }
            for act in EngagementActs.gathered(events) { _ = try act.write(db) }
            return report
        }
    }

    /// Whether an interview's event is in the book already; `nil` when its delivery is not.
    private static func knows(_ db: Database, _ event: EngagementEvent) throws -> Bool? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT e.started IS NOT NULL, e.completed IS NOT NULL FROM deliveries d
                LEFT JOIN engagements e ON e.mailing = d.mailing AND e.ordinal = d.ordinal
                WHERE d.mailing = ? AND d.ordinal = ?
                """)
        let arguments: StatementArguments = [event.job.mailing.rawValue, event.job.ordinal]
        guard let row = try Row.fetchOne(statement, arguments: arguments) else { return nil }
        return event.kind == .completed ? row[1] : row[0]
    }
}

extension InterviewReport {
    fileprivate init(unknown: [Int]) {
        self.unknown = unknown
    }
}

/// What one contact did, of a batch of events.
struct EngagementActs {
    let job: DeliveryJob.ID
    private(set) var events = 0
    private var opens = 0
    private var firstOpened: Int64?
    private var clicks = 0
    private var firstClicked: Int64?
    private var started: Int64?
    private var completed: Int64?

    private init(job: DeliveryJob.ID) {
        self.job = job
    }

    /// Events by delivery, in the order of the book, so that neighbouring pages are written together.
    static func gathered(_ events: [EngagementEvent]) -> [EngagementActs] {
        var acts: [DeliveryJob.ID: EngagementActs] = [:]
        for event in events { acts[event.job, default: EngagementActs(job: event.job)].take(event) }
        return acts.values.sorted { ($0.job.mailing, $0.job.ordinal) < ($1.job.mailing, $1.job.ordinal) }
    }

    private mutating func take(_ event: EngagementEvent) {
        events += 1
        let time = event.time.milliseconds
        switch event.kind {
        case .opened:
            opens += 1
            firstOpened = min(firstOpened ?? time, time)
        case .clicked:
            clicks += 1
            firstClicked = min(firstClicked ?? time, time)
        case .started:
            started = min(started ?? time, time)
        case .completed:
            completed = min(completed ?? time, time)
            started = min(started ?? time, time)
        }
    }

    /// Adds them to what is in the book; `false` when the delivery is not in it.
    func write(_ db: Database) throws -> Bool {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO engagements
                    (mailing, ordinal, opens, first_opened, clicks, first_clicked, started, completed)
                SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8
                    WHERE EXISTS (SELECT 1 FROM deliveries WHERE mailing = ?1 AND ordinal = ?2)
                ON CONFLICT (mailing, ordinal) DO UPDATE SET
                    opens = opens + excluded.opens, clicks = clicks + excluded.clicks,
                    first_opened = min(ifnull(first_opened, excluded.first_opened),
                        ifnull(excluded.first_opened, first_opened)),
                    first_clicked = min(ifnull(first_clicked, excluded.first_clicked),
                        ifnull(excluded.first_clicked, first_clicked)),
                    started = min(ifnull(started, excluded.started), ifnull(excluded.started, started)),
                    completed = min(ifnull(completed, excluded.completed), ifnull(excluded.completed, completed))
                """)
        try statement.execute(
            arguments: [
                job.mailing.rawValue, job.ordinal, opens, firstOpened, clicks, firstClicked, started, completed,
            ])
        return db.changesCount > 0
    }
}
