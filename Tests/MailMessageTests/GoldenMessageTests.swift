import Foundation
import Testing

@testable import MailMessage

@Suite("Golden messages")
struct GoldenMessageTests {
    struct Sample: CustomTestStringConvertible {
        let name: String
        let template: MessageTemplate
        var fields: [String] = []
        var address = "ann@example.com"

        var testDescription: String { name }
    }

    static let samples = [
        Sample(
            name: "text",
            template: .sample(
                replyTo: MailboxField(displayName: "Help Desk, Example", address: "help@example.org"),
                subject: "{{name}}, your opinion matters",
                text: """
                    Dear {{name}},

                    please take part in our survey:
                    https://survey.example.org/s?id={{code}}&lang=en

                    Sent to {{email}}.

                    """),
            fields: ["Ann", "x7=_9"]),
        Sample(
            name: "text-and-html",
            template: .sample(
                subject: "Your opinion",
                text: "Dear {{name}},\n\nhttps://survey.example.org/s?id={{code}}\n",
                html: """
                    <!doctype html>
                    <p>Dear {{name}},</p>
                    <p><a href="https://survey.example.org/s?id={{code}}">Take part</a></p>
                    <p>The {{{team}}} team</p>

                    """),
            fields: ["Ann <ann@example.com> & Bob", "x7-9", "<b>best</b>"]),
        Sample(
            name: "utf8",
            template: .sample(
                from: MailboxField(displayName: "Société d'études — {{team}}", address: "survey@example.org"),
                subject: "{{name}}, votre avis nous intéresse : participez à notre enquête de satisfaction annuelle",
                text: """
                    Bonjour {{name}},

                    votre avis nous intéresse. Répondez avant le 30 juin à cette adresse, s'il vous plaît :
                    https://survey.example.org/s?id={{code}}

                    From here on the lines are awkward. \n.
                    Merci !

                    """,
                html: "<p>Bonjour {{name}},</p>\n<p>votre avis nous intéresse.</p>\n"),
            fields: ["François", "x7", "Léa"]),
        Sample(
            name: "base64",
            template: .sample(
                from: MailboxField(displayName: "Институт опросов", address: "survey@example.org"),
                subject: "{{name}}, приглашаем вас принять участие в опросе",
                text: "Здравствуйте, {{name}}!\n\nПриглашаем вас принять участие в опросе.\n",
                html: "<p>Здравствуйте, {{name}}!</p>\n<p>Приглашаем вас принять участие в опросе.</p>\n"),
            fields: ["Анна"]),
        Sample(
            name: "long-lines",
            template: .sample(
                from: MailboxField(
                    displayName: "The Institute for Research into Surveys and their Reminders, Example City",
                    address: "survey@institute-for-research-into-surveys.example.org"),
                subject: "A subject that goes on and on until it no longer fits into one line, {{name}}, and then some",
                text: "Dear {{name}}, " + String(repeating: "this line does not end ", count: 50) + "\nbut this does\n"),
            fields: ["Ann"],
            address: "a-recipient-whose-address-is-long@department.of.something.university.example.com"),
    ]

    @Test("a message is byte for byte the one on file", arguments: samples)
    func golden(sample: Sample) throws {
        let url = try #require(
            Bundle.module.url(forResource: sample.name, withExtension: "eml", subdirectory: "Golden"))
        let expected = try [UInt8](Data(contentsOf: url))
        let bytes = try sample.template.rendered(sample.fields, to: sample.address)
        #expect(String(decoding: bytes, as: UTF8.self) == String(decoding: expected, as: UTF8.self))
        #expect(bytes == expected)
        #expect(try sample.template.rendered(sample.fields, to: sample.address, usesMustacheAlways: true) == expected)
    }
}
