internal import Logging

/// Something the coordinator does over and over, which a failure interrupts and never ends.
protocol Loop: Sendable {
    /// What the loop does, for the log.
    static var purpose: String { get }
    /// How long to rest when there was nothing to do.
    static var rest: Duration { get }
    var logger: Logger { get }

    /// Does one round; answers whether there may be more to do at once.
    func round() async throws -> Bool
}

extension Loop {
    /// Goes round until cancelled.
    ///
    /// Failures (Redis gone, disk full) are logged once, shown to people as long as they last, and tried again until they pass.
    func run(showing hold: FeedingHold) async {
        var failing = false
        while !Task.isCancelled {
            do {
                let busy = try await round()
                if failing {
                    hold.note(nil, of: Self.purpose)
                    logger.notice("works again", metadata: ["loop": "\(Self.purpose)"])
                }
                failing = false
                if !busy { try await Task.sleep(for: Self.rest) }
            } catch is CancellationError {
                return
            } catch {
                if Task.isCancelled { return }
                if !failing {
                    logger.warning(
                        "interrupted; trying again until it works",
                        metadata: ["loop": "\(Self.purpose)", "error": "\(error)"])
                }
                failing = true
                hold.note("\(error)", of: Self.purpose)
                try? await Task.sleep(for: .milliseconds(500))
            }
        }
    }
}
