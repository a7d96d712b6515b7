/// Turns libyaml's columns (Unicode scalars from 0) into columns as people count them.
///
/// Places come in rising order, so the counter walks on from the last one: linear over a whole
/// file.
struct ColumnCounter {
    private let lines: [Substring]
    private var line = -1
    private var index = Substring().startIndex
    private var scalars = 0
    private var characters = 0

    /// Counts over those lines.
    init(_ lines: [Substring]) {
        self.lines = lines
    }

    /// The column in characters, from 1, of a scalar column from 0 of a line from 0.
    mutating func column(line wanted: Int, scalar: Int) -> Int {
        guard lines.indices.contains(wanted) else { return scalar + 1 }
        let text = lines[wanted]
        if wanted != line || scalar < scalars {
            (line, index, scalars, characters) = (wanted, text.startIndex, 0, 0)
        }
        while scalars < scalar, index < text.endIndex {
            let next = text.index(after: index)
            scalars += text.unicodeScalars.distance(from: index, to: next)
            if scalars > scalar {
                scalars -= text.unicodeScalars.distance(from: index, to: next)
                break
            }
            characters += 1
            index = next
        }
        return characters + 1
    }
}
