internal import Delivery
internal import Foundation

/// The token keys of one deployment: the first makes new tokens, all recognize them.
///
/// Their file (mode 0600) has one key on each line, its id from 0 to 255 and its bytes in hexadecimal; `#` begins a comment.
/// To change the key, put a new line before the others, with an id that is not in use, and remove the old one when no bounce
/// message and no click can come any more.
public struct TokenKeys: Sendable {
    /// The name of the file in a coordinator's data directory.
    public static let fileName = "tokens.key"

    /// Makes new tokens.
    public let current: TokenKey
    private let known: [UInt8: TokenKey]

    /// Takes keys, the one for new tokens first.
    public init(_ keys: [TokenKey]) throws(KeyFileError) {
        guard let first = keys.first else { throw KeyFileError(.notAKey, "there is no token key in it") }
        var known: [UInt8: TokenKey] = [:]
        for key in keys {
            guard known.updateValue(key, forKey: key.id) == nil else {
                throw KeyFileError(.notAKey, "two token keys have the id \(key.id)")
            }
        }
        current = first
        self.known = known
    }

    /// The key that a token names.
    func key(_ id: UInt8) -> TokenKey? { known[id] }

    /// Reads the lines of a key file.
    public init(parsing text: String) throws(KeyFileError) {
        var keys: [TokenKey] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
            guard !words.isEmpty else { continue }
            // What the line holds is secret and is not repeated.
            guard words.count == 2, let id = UInt8(words[0]), let secret = Self.bytes(hexadecimal: words[1]) else {
                throw KeyFileError(
                    .notAKey, "line \(index + 1) is not a token key: an id from 0 to 255, then hexadecimal digits")
            }
            keys.append(try TokenKey(id: id, secret: secret))
        }
        try self.init(keys)
    }

    /// Reads a key file.
    public init(file path: String) throws(KeyFileError) {
        let text = try SecretFile.read(path)
        do {
            try self.init(parsing: text)
        } catch {
            throw KeyFileError(error.code, "\(path): \(error.message)")
        }
    }

    /// The keys of a file that is made, with one random key, if it is not there.
    public static func readingOrCreating(_ path: String) throws(KeyFileError) -> TokenKeys {
        if !FileManager.default.fileExists(atPath: path) {
            var random = SystemRandomNumberGenerator()
            let secret = (0..<4).map { _ in String(format: "%016llx", random.next() as UInt64) }.joined()
            try SecretFile.create(
                path, "# Postrider's token keys; the first makes new tokens, all are recognized.\n1 \(secret)\n")
        }
        return try TokenKeys(file: path)
    }

    /// The token that a text stands for, if one of these keys made it; of any letter case.
    public func token(in text: some StringProtocol) -> ContactToken? {
        let characters = Array(text.utf8)
        guard characters.count == ContactToken.length, let bytes = Base32.decode(characters) else { return nil }
        let payload = Array(bytes.prefix(ContactToken.payloadLength))
        guard let key = known[payload[1]], let token = ContactToken(payload: payload) else { return nil }
        // So that nobody finds a code byte by byte.
        let isRight = ConstantTime.equal(
            key.authentication(of: payload), Array(bytes.dropFirst(ContactToken.payloadLength)))
        return isRight ? token : nil
    }

    private static func bytes(hexadecimal text: Substring) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: digits.count, by: 2) {
            guard digits[start] != UInt8(ascii: "+"), digits[start] != UInt8(ascii: "-"),
                let byte = UInt8(String(decoding: digits[start..<start + 2], as: UTF8.self), radix: 16)
            else { return nil }
            bytes.append(byte)
        }
        return bytes
    }
}
