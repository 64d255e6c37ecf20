internal import Delivery

/// Reads the times that providers write as numbers.
enum ProviderTime {
    /// Seconds since 1970, whole or with a fraction.
    static func time(seconds: Double?) -> UnixTime? {
        guard let seconds, seconds > 0, seconds < 1e11 else { return nil }
        return UnixTime(milliseconds: Int64(seconds * 1000))
    }
}
