#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// How large the terminal is that people look at.
enum TerminalSize {
    private static let usual = 80

    /// The columns of the terminal on standard error or output; 80 where that cannot be known.
    static func columns() -> Int {
        for descriptor in [STDERR_FILENO, STDOUT_FILENO] {
            var size = winsize()
            if ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
        }
        return usual
    }
}
