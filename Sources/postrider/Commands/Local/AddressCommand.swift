internal import ArgumentParser
internal import Delivery
internal import Foundation

/// `postrider address`: what concerns addresses and needs no coordinator.
struct AddressCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "address", abstract: "Check email addresses.", subcommands: [Check.self])

    /// `postrider address check`: whether addresses are well-formed.
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say of each address whether it is well-formed (RFC 5321, with SMTPUTF8 and IDN).",
            discussion: """
                Prints one JSON object a line for each address; without arguments, addresses are read from standard input, one a \
                line. Exits 1 if any is not valid. Needs no coordinator.

                Example:
                  postrider address check ann@example.org 'no at sign'
                  cut -d, -f1 people.csv | postrider address check
                """)

        @Argument(help: "Addresses; none reads standard input.")
        var addresses: [String] = []

        func run() throws {
            var allValid = true
            if addresses.isEmpty {
                var reader = LineReader(.standardInput)
                while let lines = try reader.nextLines() {
                    var answer = ""
                    for line in lines {
                        let text = String(validating: line, as: UTF8.self)
                        let verdict = text.map(AddressVerdict.init(checking:)) ?? .notUTF8(line)
                        allValid = allValid && verdict.isValid
                        verdict.append(to: &answer)
                    }
                    StandardOutput.writePart(answer)
                }
            } else {
                var answer = ""
                for address in addresses {
                    let verdict = AddressVerdict(checking: address)
                    allValid = allValid && verdict.isValid
                    verdict.append(to: &answer)
                }
                StandardOutput.writePart(answer)
            }
            if !allValid { throw ExitCode.failure }
        }
    }
}

/// What is said of one address.
struct AddressVerdict {
    let address: String
    /// The form in which addresses are sent to; `nil` when it is not well-formed.
    let normalized: String?
    /// Why it is not well-formed.
    let reason: String?

    var isValid: Bool { normalized != nil }

    init(checking address: String) {
        self.address = address
        do throws(EmailAddressError) {
            normalized = try EmailAddress(parsing: address).normalized
            reason = nil
        } catch {
            normalized = nil
            reason = error.description
        }
    }

    private init(address: String, reason: String) {
        self.address = address
        normalized = nil
        self.reason = reason
    }

    /// The verdict on bytes that are no text.
    static func notUTF8(_ bytes: [UInt8]) -> AddressVerdict {
        AddressVerdict(address: String(decoding: bytes, as: UTF8.self), reason: "it is not valid UTF-8")
    }

    /// Appends `{"address":…,"valid":…,"normalized":…,"reason":…}` and a line end.
    func append(to text: inout String) {
        text += "{\"address\":"
        JSONLine.append(address, to: &text)
        text += ",\"valid\":\(isValid),\"normalized\":"
        Self.append(normalized, to: &text)
        text += ",\"reason\":"
        Self.append(reason, to: &text)
        text += "}\n"
    }

    private static func append(_ value: String?, to text: inout String) {
        if let value { JSONLine.append(value, to: &text) } else { text += "null" }
    }
}
