internal import MailMessage

/// The words of the public pages in one language; `{sender}` and `{address}` stand for the contact's own.
struct PageTexts: Sendable {
    /// A page's heading and its paragraph.
    struct Page: Sendable {
        var heading: String
        var text: String
    }

    /// The page with the button.
    var question: Page
    var button: String
    /// What stands below the button.
    var mistake: String
    /// After the button, and whenever the link is opened again.
    var done: Page
    /// It could not be written down.
    var notDone: Page
    /// A link of a test message.
    var test: Page
    /// A link that leads nowhere.
    var unknown: Page
    /// Anything else that went wrong.
    var trouble: Page

    static func texts(in language: PageLanguage) -> PageTexts {
        switch language {
        case .english: english
        case .italian: italian
        }
    }

    private static let english = PageTexts(
        question: Page(
            heading: "Do you want to unsubscribe?",
            text: "Messages from {sender} come to {address}. If you unsubscribe, no more messages will be sent there."),
        button: "Unsubscribe",
        mistake: "If you opened this page by mistake, just close it: nothing has changed.",
        done: Page(
            heading: "You are unsubscribed",
            text:
                "No more messages from {sender} will be sent to {address}. One that was already on its way may still arrive."
        ),
        notDone: Page(
            heading: "That did not work just now",
            text: "You are not unsubscribed yet. Please try again in a few minutes."),
        test: Page(
            heading: "This link is from a test message",
            text: "In the messages to contacts it opens the page to unsubscribe. Nothing has changed."),
        unknown: Page(
            heading: "This link does not work",
            text: "It may have been cut off when it was copied. Please open it from the message itself."),
        trouble: Page(
            heading: "That did not work just now", text: "Please try again in a few minutes."))

    private static let italian = PageTexts(
        question: Page(
            heading: "Vuoi annullare l’iscrizione?",
            text: "I messaggi di {sender} arrivano a {address}. Se annulli l’iscrizione, non ne verranno più inviati."),
        button: "Annulla l’iscrizione",
        mistake: "Se hai aperto questa pagina per errore, chiudila: non è cambiato nulla.",
        done: Page(
            heading: "Iscrizione annullata",
            text:
                "Non verranno più inviati messaggi di {sender} a {address}. Uno già in viaggio potrebbe ancora arrivare."
        ),
        notDone: Page(
            heading: "In questo momento non è possibile",
            text: "L’iscrizione non è ancora annullata. Riprova tra qualche minuto."),
        test: Page(
            heading: "Questo link viene da un messaggio di prova",
            text: "Nei messaggi ai contatti apre la pagina per annullare l’iscrizione. Non è cambiato nulla."),
        unknown: Page(
            heading: "Questo link non funziona",
            text: "Forse è stato tagliato durante la copia. Aprilo direttamente dal messaggio."),
        trouble: Page(
            heading: "In questo momento non è possibile", text: "Riprova tra qualche minuto."))
}
