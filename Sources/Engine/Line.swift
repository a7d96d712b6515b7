/// A waiting line: first in, first out, both ends in constant time.
package struct Line<Element> {
    private var items: [Element] = []
    private var head = 0

    /// An empty line.
    package init() {}

    /// Whether nobody waits.
    package var isEmpty: Bool { head == items.count }
    /// How many wait.
    package var count: Int { items.count - head }

    /// Adds one at the end.
    package mutating func join(_ element: Element) {
        items.append(element)
    }

    /// Takes the first one off, nil where nobody waits.
    package mutating func next() -> Element? {
        guard head < items.count else { return nil }
        defer {
            head += 1
            if head > 32, head * 2 > items.count {
                items.removeFirst(head)
                head = 0
            }
        }
        return items[head]
    }
}

extension Line: Sendable where Element: Sendable {}
