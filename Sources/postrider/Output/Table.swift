/// Rows under headings, aligned: words to the left, numbers to the right.
struct Table {
    /// Where a column's cells stand.
    enum Alignment {
        case left, right
    }

    private let headings: [(title: String, alignment: Alignment)]
    private var rows: [[String]] = []

    /// Begins a table; a title that ends in `#` is a column of numbers.
    init(_ titles: String...) {
        headings = titles.map { title in
            title.hasSuffix("#") ? (String(title.dropLast()), .right) : (title, .left)
        }
    }

    var isEmpty: Bool { rows.isEmpty }

    /// Adds a row; it has a cell for each heading.
    mutating func add(_ cells: String...) {
        rows.append(cells)
    }

    /// The table's lines; nothing stands behind the last word of a line.
    var lines: [String] {
        let all = [headings.map { $0.title.uppercased() }] + rows
        let widths = headings.indices.map { column in all.map { TextWidth.of($0[column]) }.max() ?? 0 }
        return all.map { cells in
            var line = ""
            for (column, cell) in cells.enumerated() {
                if column > 0 { line += "  " }
                let padding = String(repeating: " ", count: widths[column] - TextWidth.of(cell))
                line += headings[column].alignment == .left ? cell + padding : padding + cell
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }

    var text: String { lines.joined(separator: "\n") }
}

/// How many columns of a terminal a text takes.
enum TextWidth {
    static func of(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { $0 + width($1) }
    }

    /// The beginning of a text that takes no more than so many columns.
    static func cut(_ text: String, to columns: Int) -> String {
        var taken = 0
        var cut = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            taken += width(scalar)
            guard taken <= columns else { break }
            cut.append(scalar)
        }
        return String(cut)
    }

    private static func width(_ scalar: Unicode.Scalar) -> Int {
        if scalar.isASCII { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return 0
        default: break
        }
        switch scalar.value {
        // East Asian wide characters and emoji, in the large.
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }
}
