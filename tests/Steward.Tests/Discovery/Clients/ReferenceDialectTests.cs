using System.Text;
using Steward.Discovery.Clients;
using Xunit;

namespace Steward.Tests.Discovery.Clients;

/// <summary>What becomes of every kind of reference in every client: its own are kept, and what means something to Steward alone is a plain text.</summary>
public sealed class ReferenceDialectTests
{
    private static readonly string[] Texts = ["${env:A}", "${A}", "${A:-b}", "$A", "${file:/f}", "${input:a}", "${userHome}", "${workspaceFolder}", "$${A}"];

    [Theory(Timeout = 10_000)]
    [InlineData("claude-desktop", "$${env:A} $${A} $${A:-b} $A $${file:/f} $${input:a} $${userHome} $${workspaceFolder} $$${A}")]
    [InlineData("claude-code", "$${env:A} ${env:A} ${env:A:-b} $A $${file:/f} $${input:a} ${env:userHome} ${env:workspaceFolder} ${env:DOLLAR:-$}${env:A}")]
    [InlineData("cursor", "${env:A} $${A} $${A:-b} $A $${file:/f} $${input:a} ${env:HOME} $${workspaceFolder} $$${A}")]
    [InlineData("vscode", "${env:A} $${A} $${A:-b} $A $${file:/f} ${env:A} ${env:HOME} $${workspaceFolder} $$${A}")]
    [InlineData("windsurf", "${env:A} $${A} $${A:-b} $A ${file:/f} $${input:a} $${userHome} $${workspaceFolder} $$${A}")]
    [InlineData("cline", "${env:A} $${A} $${A:-b} $A $${file:/f} $${input:a} $${userHome} $${workspaceFolder} $$${A}")]
    [InlineData("kiro", "$${env:A} ${env:A} ${env:A:-b} $A $${file:/f} $${input:a} ${env:userHome} ${env:workspaceFolder} ${env:DOLLAR:-$}${env:A}")]
    [InlineData("zed", "$${env:A} $${A} $${A:-b} $A $${file:/f} $${input:a} $${userHome} $${workspaceFolder} $$${A}")]
    [InlineData("gemini-cli", "$${env:A} ${env:A} ${env:A:-b} ${env:A} $${file:/f} $${input:a} ${env:userHome} ${env:workspaceFolder} ${env:DOLLAR:-$}${env:A}")]
    [InlineData("codex", "$${env:A} $${A} $${A:-b} $A $${file:/f} $${input:a} $${userHome} $${workspaceFolder} $$${A}")]
    [InlineData("shannon", "$${env:A} $${A} $${A:-b} $A $${file:/f} $${input:a} $${userHome} $${workspaceFolder} $$${A}")]
    public void Each_client_means_its_own_references_and_no_others(string client, string expected)
    {
        var dialect = ClientRig.FileOf(client, ClientScope.User).Dialect;
        var args = string.Join(", ", Texts.Select(text => $"\"{text}\""));
        var entry = $$"""{ "a": { "command": "c", "args": [{{args}}] } }""";
        var text = dialect.Format == ClientFormat.Toml
            ? $"[mcp_servers.a]\ncommand = 'c'\nargs = [{args}]"
            : dialect.Section.Reverse().Aggregate(entry, (inner, key) => $$"""{ "{{key}}": {{inner}} }""");

        var server = Assert.Single(ClientRig.Read(Encoding.UTF8.GetBytes(text), client).Servers);

        Assert.Equal(expected.Split(' '), server.Config.Args);
    }
}
