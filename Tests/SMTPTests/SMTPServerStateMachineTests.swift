import Testing

@testable import SMTP

@Suite("The server's side of a session")
struct SMTPServerStateMachineTests {
    private func machine(maximumSize: Int = 1000, recipients: Int = 2) -> SMTPServerStateMachine {
        SMTPServerStateMachine(maximumSize: maximumSize, maximumRecipients: recipients)
    }

    /// A machine with a sender and these recipients accepted.
    private func begun(_ recipients: [String] = ["a@x"], maximumSize: Int = 1000) -> SMTPServerStateMachine {
        var machine = machine(maximumSize: maximumSize, recipients: 10)
        _ = machine.received(.ehlo("c"))
        _ = machine.received(.mail("s@x", .init()))
        machine.senderDecided(isAccepted: true)
        for recipient in recipients {
            _ = machine.received(.recipient(recipient))
            machine.recipientDecided(recipient, isAccepted: true)
        }
        return machine
    }

    @Test("commands out of order are answered 503")
    func order() {
        var machine = machine()
        #expect(machine.received(.mail("s@x", .init())) == .reply(.helloFirst))
        #expect(machine.received(.helo("c")) == .hello)
        #expect(machine.received(.recipient("a@x")) == .reply(.mailFirst))
        #expect(machine.received(.data) == .reply(.mailFirst))
        #expect(machine.received(.mail("s@x", .init())) == .askSender("s@x"))
        machine.senderDecided(isAccepted: true)
        #expect(machine.received(.mail("s@x", .init())) == .reply(.nestedMail))
        #expect(machine.received(.data) == .reply(.recipientFirst))
    }

    @Test("a message by DATA")
    func data() {
        var machine = begun()
        #expect(machine.received(.data) == .reply(.startData))
        #expect(machine.reading == .data)
        machine.dataReceived(600)
        machine.dataReceived(400)
        #expect(machine.dataEnded() == .askMessage)
        #expect(machine.size == 1000)
        #expect(machine.recipients == ["a@x"])
        machine.messageDecided()
        #expect(machine.reading == .commands)
        #expect(machine.received(.recipient("b@x")) == .reply(.mailFirst))
    }

    @Test("a message by BDAT in two chunks, the last one empty")
    func chunks() {
        var machine = begun()
        #expect(machine.received(.chunk(size: 10, isLast: false)) == .none)
        #expect(machine.reading == .chunk(remaining: 10))
        #expect(machine.chunkReceived(4) == .none)
        #expect(machine.chunkReceived(6) == .reply(.chunkAccepted))
        #expect(machine.received(.data) == .reply(.chunksBegun))
        #expect(machine.received(.recipient("b@x")) == .reply(.chunksBegun))
        #expect(machine.received(.chunk(size: 0, isLast: true)) == .askMessage)
        #expect(machine.size == 10)
    }

    @Test("a chunk without a recipient is swallowed and answered 503, and the next transaction is clean")
    func chunkRefused() {
        var machine = begun([])
        #expect(machine.received(.chunk(size: 5, isLast: true)) == .none)
        #expect(!machine.keepsContent)
        #expect(machine.chunkReceived(5) == .reply(.recipientFirst))
        #expect(machine.received(.mail("s@x", .init())) == .askSender("s@x"))
        var bare = self.machine()
        _ = bare.received(.ehlo("c"))
        _ = bare.received(.chunk(size: 5, isLast: true))
        #expect(bare.chunkReceived(5) == .reply(.mailFirst))
    }

    @Test("after a refused chunk the rest of the message is refused until its last")
    func chunksAfterRefusal() {
        var machine = begun(maximumSize: 10)
        _ = machine.received(.chunk(size: 11, isLast: false))
        #expect(machine.chunkReceived(11) == .reply(.tooLarge))
        _ = machine.received(.chunk(size: 1, isLast: true))
        #expect(machine.chunkReceived(1) == .reply(.tooLarge))
        #expect(machine.received(.mail("s@x", .init())) == .askSender("s@x"))
    }

    @Test("too large is too large: by SIZE, by DATA, by chunks together")
    func size() {
        var bySize = machine(maximumSize: 10)
        _ = bySize.received(.ehlo("c"))
        #expect(bySize.received(.mail("s@x", .init(size: 11))) == .reply(.tooLarge))
        #expect(bySize.received(.mail("s@x", .init(size: 10))) == .askSender("s@x"))
        var byData = begun(maximumSize: 10)
        _ = byData.received(.data)
        byData.dataReceived(11)
        #expect(!byData.keepsContent)
        #expect(byData.dataEnded() == .reply(.tooLarge))
        #expect(byData.received(.mail("s@x", .init())) == .askSender("s@x"))
        var byChunks = begun(maximumSize: 10)
        _ = byChunks.received(.chunk(size: 6, isLast: false))
        _ = byChunks.chunkReceived(6)
        _ = byChunks.received(.chunk(size: 5, isLast: true))
        #expect(byChunks.chunkReceived(5) == .reply(.tooLarge))
    }

    @Test("refused senders and recipients do not count, and recipients have a limit")
    func refusals() {
        var machine = machine(recipients: 1)
        _ = machine.received(.ehlo("c"))
        _ = machine.received(.mail("s@x", .init()))
        machine.senderDecided(isAccepted: false)
        #expect(machine.received(.recipient("a@x")) == .reply(.mailFirst))
        _ = machine.received(.mail("s@x", .init()))
        machine.senderDecided(isAccepted: true)
        _ = machine.received(.recipient("a@x"))
        machine.recipientDecided("a@x", isAccepted: false)
        #expect(machine.received(.data) == .reply(.recipientFirst))
        _ = machine.received(.recipient("b@x"))
        machine.recipientDecided("b@x", isAccepted: true)
        #expect(machine.received(.recipient("c@x")) == .reply(.tooManyRecipients))
        #expect(machine.recipients == ["b@x"])
    }

    @Test("RSET and EHLO forget the transaction", arguments: [.reset, .ehlo("c")] as [SMTPServerCommand])
    func reset(_ command: SMTPServerCommand) {
        var machine = begun()
        _ = machine.received(command)
        #expect(machine.received(.recipient("a@x")) == .reply(.mailFirst))
        #expect(machine.received(.mail("s@x", .init())) == .askSender("s@x"))
    }
}
