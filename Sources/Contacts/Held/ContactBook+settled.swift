public import Delivery
import GRDB

extension ContactBook {
    /// Which contacts of a mailing must not be given to the workers again, as a bitmap as Redis keeps them: the bit of
    /// ordinal 0 is the highest of the first byte.
    ///
    /// A bit is set where the contact has a permanent outcome or is held. The bitmap covers what has been fed.
    public func settledBitmap(mailing id: MailingID) async throws -> [UInt8] {
        try await read { db in
            let fed = try Self.mailing(db, id).fed
            let rows = try RawStatement(
                db,
                sql: """
                    SELECT ordinal FROM deliveries
                    WHERE mailing = ? AND ordinal < ? AND (outcome NOT IN (0, 8, 9) OR held <> 0)
                    """)
            rows.bind(id.rawValue, at: 1)
            rows.bind(fed, at: 2)
            defer { rows.reset() }
            var bitmap = [UInt8](repeating: 0, count: (fed + 7) / 8)
            while try rows.step() {
                let ordinal = rows.int(0)
                bitmap[ordinal / 8] |= 0x80 >> UInt8(ordinal % 8)
            }
            return bitmap
        }
    }
}
