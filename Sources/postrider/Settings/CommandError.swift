/// Why a command did not do what was asked, as one or two sentences for the person who typed it.
struct CommandError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
