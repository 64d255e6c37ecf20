import Delivery
import GRDB

/// A contact: a row of a list.
public struct Contact: Codable, Hashable, Sendable {
    /// The contact's number in the book; later contacts have greater ones.
    public var number: Int64
    /// The name of its list.
    public var list: String
    /// The address as it goes into RCPT TO; the raw text when it is not well-formed.
    public var address: String
    /// How often its address stands in the list up to here; beyond 1 it is a duplicate.
    public var occurrence: Int
    /// What is wrong with the address, if anything.
    public var problem: String?
    /// The merge fields.
    public var fields: [String: String]
    /// The name of its last status over all mailings; `nil` before the first.
    public var lastStatus: String?
}

extension Contact {
    /// The newest status of a contact `c`, over all deliveries to its address in any list.
    ///
    /// A duplicate row has a status of its own, and its Duplicated says nothing about its address: else a list's
    /// contacts would not add up to a mailing's outcomes.
    static let lastStatusSQL = """
        (SELECT d.outcome FROM contacts k JOIN deliveries d ON d.contact = k.id
            WHERE k.key = c.key AND (k.id = c.id OR (c.occurrence = 1 AND d.outcome <> 3))
            ORDER BY d.changed_at DESC, d.mailing DESC LIMIT 1)
        """

    static let select = """
        SELECT c.id, l.name, c.address, c.occurrence, c.problem, c.fields, \(lastStatusSQL) AS last_status
        FROM contacts c JOIN lists l ON l.id = c.list
        """

    init(row: Row) {
        number = row[0]
        list = row[1]
        address = row[2]
        occurrence = row[3]
        problem = row[4]
        fields = MergeFields.dictionary(of: row[5])
        lastStatus = (row[6] as UInt8?).flatMap(Outcome.init(rawValue:))?.name
    }
}
