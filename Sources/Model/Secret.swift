/// A text that must not be seen: signing secret, password, key.
///
/// Prints masked everywhere.
package struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The text itself; hand it only to what needs it (HMAC, libcurl).
    package let reveal: String

    /// Wraps the text.
    package init(_ text: String) {
        reveal = text
    }

    package var description: String { "‹secret›" }
    package var debugDescription: String { "‹secret›" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
