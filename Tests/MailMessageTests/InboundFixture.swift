import Foundation
import Testing

/// The messages under Fixtures, written for these tests in the forms that mail systems use.
enum InboundFixture {
    /// The bytes of one of them.
    static func bytes(_ name: String, in folder: String = "Fixtures") throws -> [UInt8] {
        let url = try #require(Bundle.module.url(forResource: name, withExtension: "eml", subdirectory: folder))
        return Array(try Data(contentsOf: url))
    }

    /// The names of all of them.
    static func names(in folder: String = "Fixtures") throws -> [String] {
        let folder = try #require(Bundle.module.url(forResource: folder, withExtension: nil))
        return try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".eml") }.map { String($0.dropLast(4)) }.sorted()
    }

    /// The same message with other line ends.
    static func withLineEnds(_ bytes: [UInt8], _ lineEnd: [UInt8]) -> [UInt8] {
        bytes.flatMap { $0 == 0x0A ? lineEnd : [$0] }
    }
}
