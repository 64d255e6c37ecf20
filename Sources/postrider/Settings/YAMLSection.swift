internal import Yams

/// Reads a part of the configuration file that has more than one value, and says in which line something is wrong.
struct YAMLSection {
    /// The path of the file, for messages.
    let file: String

    /// The members of a mapping, in order.
    ///
    /// - Parameters:
    ///   - path: where in the file it is, such as `pace.sites`.
    ///   - known: the keys that there are; `nil` for names that the file's author chooses.
    func members(of node: Node, _ path: String, known: [String]?) throws -> [(key: String, value: Node)] {
        guard let mapping = node.mapping else { throw problem(node, path, "it takes lines of the form key: value") }
        return try mapping.map { key, value in
            let name = key.string ?? ""
            if let known, !known.contains(name) {
                throw problem(
                    key, path, "the key \(name) means nothing here; there are \(known.joined(separator: ", "))")
            }
            return (name, value)
        }
    }

    /// The elements of a list.
    func elements(of node: Node, _ path: String) throws -> [Node] {
        guard let sequence = node.sequence else {
            throw problem(node, path, "it takes a list, each line beginning with -")
        }
        return Array(sequence)
    }

    /// One value as text.
    func text(_ node: Node, _ path: String) throws -> String {
        guard let scalar = node.scalar else { throw problem(node, path, "it takes one value") }
        return scalar.string
    }

    func number(_ node: Node, _ path: String, _ range: ClosedRange<Int>) throws -> Int {
        guard let number = Int(try text(node, path)), range.contains(number) else {
            throw problem(node, path, "it takes a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// An error that names the line.
    func problem(_ node: Node, _ path: String, _ message: String) -> CommandError {
        CommandError("\(place(of: node, path)): \(message)")
    }

    /// Where something stands, for messages.
    func place(of node: Node, _ path: String) -> String {
        "\(file): \(node.mark.map { "line \($0.line): " } ?? "")\(path)"
    }
}
