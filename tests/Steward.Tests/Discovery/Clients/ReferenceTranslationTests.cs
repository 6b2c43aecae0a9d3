using FsCheck;
using FsCheck.Fluent;
using Steward.Configuration;
using Steward.Discovery.Clients;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Discovery.Clients;

public sealed class ReferenceTranslationTests
{
    private static readonly string[] Pieces =
        ["$", "{", "}", "${", "$${", "env:", "file:", "input:", ":-", "${A}", "${env:A}", "$A", "${userHome}", "a", " ", "ä", "\\", "/", "\"", "${A:-b}", "${workspaceFolder}", "\n"];

    private static readonly Arbitrary<string> Texts = Gen.Elements(Pieces).ListOf().Select(pieces => string.Concat(pieces)).ToArbitrary();

    [Fact(Timeout = 30_000)]
    public void A_client_that_replaces_nothing_means_every_text_literally() => Properties.Holds(Prop.ForAll(Texts, text =>
    {
        var references = new ReferenceTranslation(ReferenceSyntax.None, ClientRig.Context(), null, []);

        return new VariableResolver(_ => "wrong").Resolve(references.Translate(text), "/") == text && references.Notes.Count == 0;
    }));

    [Theory(Timeout = 30_000)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(2 + 4)]
    [InlineData(1 + 8)]
    [InlineData(1 + 8 + 16)]
    public void Whatever_a_client_writes_becomes_a_text_that_Steward_can_resolve(int syntax) => Properties.Holds(Prop.ForAll(Texts, text =>
    {
        var references = new ReferenceTranslation((ReferenceSyntax)syntax, ClientRig.Context(), "/p", [new("a", "A", "b")]);

        return new VariableResolver(name => name).Resolve(references.Translate(text), "/") is not null;
    }));

    [Theory(Timeout = 10_000)]
    [InlineData("Environment", "a ${env:KEY} ${KEY} $KEY", "a ${env:KEY} $${KEY} $KEY")]
    [InlineData("Braces", "${KEY}${KEY:-a b}$KEY ${env:KEY} ${1}", "${env:KEY}${env:KEY:-a b}$KEY $${env:KEY} $${1}")]
    [InlineData("Braces, Dollar", "$KEY/x ${KEY} $1 $", "${env:KEY}/x ${env:KEY} $1 $")]
    [InlineData("File", "${file:/a/b} ${file:~/c} ${file:}", "${file:/a/b} ${file:/home/ann/c} $${file:}")]
    [InlineData("Editor", "${userHome}${/}${workspaceFolder}|${workspaceFolderBasename}", "${env:HOME}/home/ann/shop|shop")]
    [InlineData("Input", "${input:my key} ${input:}", "${env:MY_KEY} $${input:}")]
    [InlineData("Environment", "${env:KEY", "$${env:KEY")]
    [InlineData("Environment", "${env:}", "$${env:}")]
    public void References_of_the_client_become_references_of_Steward(string syntax, string text, string expected) =>
        Assert.Equal(expected, new ReferenceTranslation(Enum.Parse<ReferenceSyntax>(syntax), ClientRig.Context(), ClientRig.Project, []).Translate(text).Replace("${env:HOME}//", "${env:HOME}/", StringComparison.Ordinal));
}
