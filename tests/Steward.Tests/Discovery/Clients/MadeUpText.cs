using FsCheck;
using FsCheck.Fluent;
using Steward.Discovery.Clients;

namespace Steward.Tests.Discovery.Clients;

/// <summary>A text of an entry: as a client has it, and what it comes to when its references are replaced.</summary>
internal sealed record MadeUpText(string Written, string Meaning)
{
    private static readonly MadeUpText[] Plain =
        [.. new[] { "a", "Z-9", "two words", "ä€😀", "\"", "\\", "{}", "'", "\t", "$1", "#", "=", ",", "/x", "[", "\u2028", "//", "-" }.Select(Literal)];

    private static readonly MadeUpText[] Own = [new("${env:A}", "<A>"), new("${env:UNSET:-a b}", "a b"), new("$${env:A}", "${env:A}"), Literal("${A}"), Literal("$A ")];

    private static readonly MadeUpText[] PlainDollars = [.. new[] { "$", "${A}", "${env:A}", "$A", "$${A}", "${", "${input:key}", "${userHome}" }.Select(Literal)];

    public static MadeUpText operator +(MadeUpText left, MadeUpText right) => new(left.Written + right.Written, left.Meaning + right.Meaning);

    public static MadeUpText Literal(string text) => new(text, text);

    /// <summary>The variables to which texts refer; all others are not set.</summary>
    public static string? Variable(string name) => name is "A" or "TOKEN_2" or "KEY" or "HOME" ? $"<{name}>" : null;

    /// <summary>Texts with all that a client replaces, and with what it leaves as it is.</summary>
    public static Gen<MadeUpText> In(ClientDialect dialect) =>
        Gen.Frequency((2, Gen.Elements(Plain)), (1, Gen.Elements(dialect.IsOwn ? Own : Dollars(dialect.References)))).ListOf().Select(pieces => pieces.Aggregate(Literal(""), (text, piece) => text + piece));

    private static MadeUpText[] Dollars(ReferenceSyntax syntax)
    {
        if (syntax == ReferenceSyntax.None)
            return PlainDollars;
        return
        [
            .. Where(ReferenceSyntax.Environment, [new("${env:A}", "<A>"), new("${env:TOKEN_2}", "<TOKEN_2>")], [Literal("${env:A}")]),
            .. Where(ReferenceSyntax.Braces, [new("${A}", "<A>"), new("${TOKEN_2:-none}", "<TOKEN_2>"), new("${UNSET:-a b}", "a b"), new("${UNSET:-}", "")], [Literal("${A}")]),
            .. Where(ReferenceSyntax.Dollar, [new("$A ", "<A> ")], [Literal("$A "), Literal("$")]),
            .. Where(ReferenceSyntax.Editor, [new("${userHome}", "<HOME>"), new("${/}", "/")], []),
            .. Where(ReferenceSyntax.Input, [new("${input:key}", "<KEY>")], []),
        ];

        MadeUpText[] Where(ReferenceSyntax asked, MadeUpText[] replaced, MadeUpText[] left) => syntax.HasFlag(asked) ? replaced : left;
    }
}
