internal import CampaignCoordinator
internal import Crypto
internal import Foundation
internal import MailMessage

/// One public page as HTML: plain, without script, fit for phones, light or dark as the reader likes it.
struct PublicPage: Sendable {
    private let language: PageLanguage
    private let page: PageTexts.Page
    private let contact: ContactPage?
    /// The words on the button and below it, where there is one.
    private var form: (button: String, mistake: String)?

    private init(_ page: PageTexts.Page, _ language: PageLanguage, _ contact: ContactPage? = nil) {
        self.page = page
        self.language = language
        self.contact = contact
    }

    /// The page behind an unsubscribe link: the question, or that it is done.
    static func unsubscribing(_ contact: ContactPage, accepted: String?) -> PublicPage {
        let language = contact.language ?? .accepted(accepted)
        let texts = PageTexts.texts(in: language)
        if contact.isTest { return PublicPage(texts.test, language) }
        if contact.hasLeft { return PublicPage(texts.done, language, contact) }
        var page = PublicPage(texts.question, language, contact)
        page.form = (texts.button, texts.mistake)
        return page
    }

    /// A page that says what went wrong, and nothing about anybody.
    static func problem(
        _ kind: KeyPath<PageTexts, PageTexts.Page>, in language: PageLanguage? = nil, accepted: String?
    ) -> PublicPage {
        let language = language ?? .accepted(accepted)
        return PublicPage(PageTexts.texts(in: language)[keyPath: kind], language)
    }

    /// The value of Content-Language.
    var languageTag: String { language.rawValue }

    var html: String {
        var body = "<h1>\(HTMLText.escaped(page.heading))</h1>\n<p>\(filled(page.text))</p>\n"
        if let form {
            // Without an action it goes to where the page is, whatever path a proxy gives it.
            body += """
                <form method="post">
                <input type="hidden" name="confirm" value="yes">
                <button type="submit">\(HTMLText.escaped(form.button))</button>
                </form>
                <p class="note">\(HTMLText.escaped(form.mistake))</p>

                """
        }
        return """
            <!DOCTYPE html>
            <html lang="\(language.rawValue)">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="robots" content="noindex, nofollow">
            <meta name="color-scheme" content="light dark">
            <title>\(HTMLText.escaped(page.heading))</title>
            <style>\(Self.style)</style>
            </head>
            <body>
            <main>
            \(body)</main>
            </body>
            </html>

            """
    }

    /// The text with the contact's own put in, set off from the words around it, in whatever direction it is written.
    private func filled(_ text: String) -> String {
        text.split(separator: "{", omittingEmptySubsequences: false).enumerated().map { index, part in
            guard index > 0, let end = part.firstIndex(of: "}") else { return HTMLText.escaped(String(part)) }
            let own = part[..<end] == "sender" ? contact?.sender : contact?.address
            return
                "<strong><bdi>\(HTMLText.escaped(own ?? ""))</bdi></strong>\(HTMLText.escaped(String(part[end...].dropFirst())))"
        }.joined()
    }

    private static let style = """
        :root{color-scheme:light dark;--back:#f3f4f6;--card:#fff;--text:#1f2430;--soft:#586070;--act:#1d4ed8;--on:#fff}
        @media (prefers-color-scheme:dark){:root{--back:#14171d;--card:#1f242d;--text:#e9ecf1;--soft:#a4adbb;--act:#8ab4ff;--on:#0d1420}}
        *{box-sizing:border-box}
        body{margin:0;min-height:100vh;display:flex;align-items:center;justify-content:center;padding:1rem;background:var(--back);\
        color:var(--text);font:1.0625rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
        main{width:100%;max-width:34rem;background:var(--card);border-radius:.75rem;padding:2rem;box-shadow:0 1px 3px rgba(0,0,0,.14)}
        h1{margin:0 0 .75rem;font-size:1.5rem;line-height:1.25}
        p{margin:0}
        strong{overflow-wrap:anywhere}
        form{margin:1.5rem 0}
        button{font:inherit;font-weight:600;padding:.75rem 1.5rem;border:0;border-radius:.5rem;background:var(--act);color:var(--on);cursor:pointer}
        button:focus-visible{outline:3px solid var(--text);outline-offset:2px}
        .note{color:var(--soft);font-size:.9375rem}
        @media (max-width:30rem){body{align-items:flex-start}main{padding:1.5rem 1.25rem}button{width:100%}}
        """

    /// What the browser may load and do: this style, and sending the form back.
    static let contentSecurityPolicy: String = {
        let digest = Data(SHA256.hash(data: Data(style.utf8))).base64EncodedString()
        return
            "default-src 'none'; style-src 'sha256-\(digest)'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    }()
}
