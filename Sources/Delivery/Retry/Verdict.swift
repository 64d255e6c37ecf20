/// What becomes of a job after an attempt: the order that the worker carries out on the queue.
public enum Verdict: Hashable, Sendable {
    /// It is over; the change is booked.
    case settle(StatusChange)
    /// It comes back after the delay; the change is booked, and the job is the one to be stored, its attempt counted.
    case postpone(StatusChange, delay: Duration, job: DeliveryJob)
    /// Nothing was charged and nothing changes: the job returns to its lane as it was.
    case giveBack
}
