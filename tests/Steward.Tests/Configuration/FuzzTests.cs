using System.Text;
using Steward.Configuration;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Configuration;

public sealed class FuzzTests
{
    private const int Mutations = 10_000;

    private static readonly byte[] Sample = Encoding.UTF8.GetBytes("""
        // comment
        {
          "$schema": "x", /* y */
          "defaults": { "env": { "A": "${env:HOME:-ä}" }, "restartPolicy": null, "health": { "intervalMs": 0 } },
          "mcpServers": {
            "files": { "command": "npx", "args": ["-y", "€", "${file:gone}"], "cwd": "sub", "startupTimeoutMs": 30000, "isolation": "auto" },
            "web": { "type": "http", "url": "https://example.org/mcp?x=1", "headers": { "X-Key": "\u00e4${env:KEY}" }, "disabled": true },
            "more": { "command": "x", "restartPolicy": { "jitter": 0.5, "backoffMultiplier": 1e1 }, "tools": { "allow": ["a*"], "deny": [] }, },
          },
          "gateway": {
            "listen": "http://[::1]:0", "naming": "always", "allowedServers": ["files"], "allowedHosts": ["example.org"],
            "allowedOrigins": ["https://example.org"], "auth": { "bearer": { "tokens": ["abc"] } }, "limits": { "sessions": 5 },
          },
          "startConcurrency": 8,
        }
        """);

    [Fact(Timeout = 120_000)]
    public async Task Whatever_the_file_holds_it_is_read_or_refused_with_places() => await Task.Run(
        () =>
        {
            for (var seed = 0; seed < Mutations; seed++)
                Try(seed);
        },
        TestContext.Current.CancellationToken);

    private static void Try(int seed)
    {
        var text = Mutation.Of(Sample, new Random(seed));
        IReadOnlyList<ConfigProblem> found;
        try
        {
            found = ConfigFile.Parse(text, "f", Config.Directory, Config.Variables()).Warnings;
        }
        catch (ConfigException error)
        {
            Assert.NotEmpty(error.Problems);
            found = [.. error.Problems, .. error.Warnings];
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"Seed {seed}: {Encoding.UTF8.GetString(text)}", error);
        }

        var lines = text.Count((byte)'\n') + 1;
        Assert.All(found, problem => Assert.True(
            problem.Line >= 1 && problem.Line <= lines && problem.Column >= 1 && problem.Message.Length > 0 && problem.Mend.Length > 0 && !problem.ToString().Contains('\n', StringComparison.Ordinal),
            $"Seed {seed}: {problem}"));
    }
}
