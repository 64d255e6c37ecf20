/// A language in which the pages behind a message's links are written.
public enum PageLanguage: String, Codable, Sendable, CaseIterable {
    case english = "en"
    case italian = "it"
}
