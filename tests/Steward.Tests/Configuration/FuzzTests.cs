using System.Text;
using Steward.Configuration;
using Xunit;

namespace Steward.Tests.Configuration;

public sealed class FuzzTests
{
    private const int Mutations = 6000;

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

    /// <summary>Pieces that readers of JSON, numbers, texts and references stumble over.</summary>
    private static readonly byte[][] Pieces =
    [
        .. new[]
        {
            "{", "}", "[", "]", "\"", ":", ",", "\\", "\\u", "\\ud83d", "//", "/*", "*/", "null", "true", "-", "1e999", "0.0000000000000000000000001", "\n", "\r", "\0",
            "${env:", "${file:", "${", "$${", ":-", "ä", "€", "😀", "\u2028", "\"mcpServers\":", "\"command\":null,", "http://", "@", "?", "[::", "xn--", " ",
        }.Select(Encoding.UTF8.GetBytes),
        [0xff], [0xc3], [0xf0, 0x9f], [0xef, 0xbb, 0xbf], [0x80],
    ];

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
        var text = Mutate(new Random(seed));
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

    private static byte[] Mutate(Random random)
    {
        var text = Sample.ToList();
        for (var edits = random.Next(1, 5); edits > 0; edits--)
        {
            var at = random.Next(text.Count + 1);
            var length = random.Next(Math.Min(12, text.Count - at + 1));
            switch (random.Next(5))
            {
                case 0:
                    text.RemoveRange(at, length);
                    break;
                case 1:
                    text.InsertRange(at, Pieces[random.Next(Pieces.Length)]);
                    break;
                case 2 when at < text.Count:
                    text[at] = (byte)random.Next(256);
                    break;
                case 3:
                    text.InsertRange(at, text.GetRange(at, length));
                    break;
                default:
                    if (random.Next(4) == 0)
                        text.RemoveRange(at, text.Count - at);
                    break;
            }
        }

        return [.. text];
    }
}
