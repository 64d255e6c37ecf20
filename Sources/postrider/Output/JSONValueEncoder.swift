/// The place of one value while its parts are still being encoded.
final class JSONNode {
    private enum Kind {
        case value, array, object
    }

    private var kind = Kind.value
    private var single = JSONValue.null
    private var elements: [JSONNode] = []
    private var members: [(key: String, node: JSONNode)] = []

    /// The value with all of its parts.
    var value: JSONValue {
        switch kind {
        case .value: single
        case .array: .array(elements.map(\.value))
        case .object: .object(members.map { ($0.key, $0.node.value) })
        }
    }

    /// How many elements an array has so far.
    var count: Int { elements.count }

    func set(_ value: JSONValue) {
        kind = .value
        single = value
    }

    func becomeArray() { kind = .array }

    func becomeObject() { kind = .object }

    /// A place at the end of an array.
    func append() -> JSONNode {
        let node = JSONNode()
        elements.append(node)
        return node
    }

    /// A place for the value of an object's next key.
    func member(_ key: String) -> JSONNode {
        let node = JSONNode()
        members.append((key, node))
        return node
    }
}

/// Encodes into a ``JSONNode``, keeping the order in which keys come.
struct JSONValueEncoder: Encoder {
    let node = JSONNode()
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    init(codingPath: [any CodingKey]) {
        self.codingPath = codingPath
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        node.becomeObject()
        return KeyedEncodingContainer(KeyedContainer<Key>(node: node, codingPath: codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        node.becomeArray()
        return UnkeyedContainer(node: node, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        SingleValueContainer(node: node, codingPath: codingPath)
    }

    /// What a value becomes; the few kinds that JSON has are taken directly.
    fileprivate static func encode(_ value: some Encodable, into node: JSONNode, path: [any CodingKey]) throws {
        switch value {
        case let text as String: node.set(.string(text))
        case let truth as Bool: node.set(.bool(truth))
        case let number as any BinaryInteger: node.set(.number(number.description))
        case let number as Double: node.set(number.isFinite ? .number(number.description) : .null)
        // A dictionary has no order of its own.
        case let fields as [String: String]:
            node.set(.object(fields.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
        default:
            let encoder = JSONValueEncoder(codingPath: path)
            try value.encode(to: encoder)
            node.set(encoder.node.value)
        }
    }
}

extension JSONValueEncoder {
    private struct KeyedContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
        let node: JSONNode
        let codingPath: [any CodingKey]

        mutating func encodeNil(forKey key: Key) { node.member(key.stringValue).set(.null) }

        mutating func encode(_ value: some Encodable, forKey key: Key) throws {
            try JSONValueEncoder.encode(value, into: node.member(key.stringValue), path: codingPath + [key])
        }

        // The synthesized conformances leave a missing value out unless these say otherwise.
        mutating func encodeIfPresent(_ value: (some Encodable)?, forKey key: Key) throws {
            if let value { try encode(value, forKey: key) } else { encodeNil(forKey: key) }
        }

        mutating func encodeIfPresent(_ value: String?, forKey key: Key) throws {
            if let value { try encode(value, forKey: key) } else { encodeNil(forKey: key) }
        }

        mutating func encodeIfPresent(_ value: Int?, forKey key: Key) throws {
            if let value { try encode(value, forKey: key) } else { encodeNil(forKey: key) }
        }

        mutating func encodeIfPresent(_ value: Double?, forKey key: Key) throws {
            if let value { try encode(value, forKey: key) } else { encodeNil(forKey: key) }
        }

        mutating func nestedContainer<NestedKey: CodingKey>(
            keyedBy type: NestedKey.Type, forKey key: Key
        ) -> KeyedEncodingContainer<NestedKey> {
            let member = node.member(key.stringValue)
            member.becomeObject()
            return KeyedEncodingContainer(KeyedContainer<NestedKey>(node: member, codingPath: codingPath + [key]))
        }

        mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
            let member = node.member(key.stringValue)
            member.becomeArray()
            return UnkeyedContainer(node: member, codingPath: codingPath + [key])
        }

        mutating func superEncoder() -> any Encoder { JSONValueEncoder(codingPath: codingPath) }

        mutating func superEncoder(forKey key: Key) -> any Encoder { JSONValueEncoder(codingPath: codingPath + [key]) }
    }

    private struct UnkeyedContainer: UnkeyedEncodingContainer {
        let node: JSONNode
        let codingPath: [any CodingKey]
        var count: Int { node.count }

        mutating func encodeNil() { node.append().set(.null) }

        mutating func encode(_ value: some Encodable) throws {
            try JSONValueEncoder.encode(value, into: node.append(), path: codingPath)
        }

        mutating func nestedContainer<NestedKey: CodingKey>(
            keyedBy type: NestedKey.Type
        ) -> KeyedEncodingContainer<NestedKey> {
            let element = node.append()
            element.becomeObject()
            return KeyedEncodingContainer(KeyedContainer<NestedKey>(node: element, codingPath: codingPath))
        }

        mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
            let element = node.append()
            element.becomeArray()
            return UnkeyedContainer(node: element, codingPath: codingPath)
        }

        mutating func superEncoder() -> any Encoder { JSONValueEncoder(codingPath: codingPath) }
    }

    private struct SingleValueContainer: SingleValueEncodingContainer {
        let node: JSONNode
        let codingPath: [any CodingKey]

        mutating func encodeNil() { node.set(.null) }

        mutating func encode(_ value: some Encodable) throws {
            try JSONValueEncoder.encode(value, into: node, path: codingPath)
        }
    }
}
