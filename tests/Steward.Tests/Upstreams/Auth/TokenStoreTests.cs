using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Steward.Tests.Testing;
using Steward.Upstreams.Auth;
using Xunit;

namespace Steward.Tests.Upstreams.Auth;

public sealed class TokenStoreTests : IDisposable
{
    private static readonly Uri Endpoint = new("https://mcp.example.org/mcp");

    private static readonly StoredTokens Tokens = new()
    {
        AccessToken = "access-of-a-test",
        RefreshToken = "refresh-of-a-test",
        ObtainedAt = FakeTimeProvider.Start,
        ExpiresAt = FakeTimeProvider.Start.AddHours(1),
        Scope = "one two",
        ClientId = "client",
        ClientSecret = "secret-of-a-test",
        AuthorizationServer = "https://as.example.org",
        Challenge = ["Bearer realm=\"mcp\""],
    };

    private readonly string _folder = Path.Combine(Directory.CreateTempSubdirectory("steward-tokens-").FullName, "tokens");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);

    [Fact(Timeout = 10_000)]
    public void What_one_store_keeps_another_finds()
    {
        Store().Save("search", Endpoint, Tokens);

        var found = Store().Load("search", Endpoint);

        Assert.NotNull(found);
        Assert.Equal(Tokens, found with { Challenge = Tokens.Challenge });
        Assert.Equal(Tokens.Challenge, found.Challenge);
    }

    [Fact(Timeout = 10_000)]
    public void Nothing_on_disk_shows_a_secret_and_nobody_else_may_look()
    {
        Store().Save("search", Endpoint, Tokens);

        var files = Directory.GetFiles(_folder);
        Assert.Equal(2, files.Length);
        Assert.All(files, file =>
        {
            var text = Encoding.Latin1.GetString(File.ReadAllBytes(file));
            Assert.DoesNotContain("of-a-test", text, StringComparison.Ordinal);
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        });
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder));
    }

    [Fact(Timeout = 10_000)]
    public void A_key_that_others_may_read_is_taken_from_them()
    {
        if (OperatingSystem.IsWindows())
            return;
        Store().Save("search", Endpoint, Tokens);
        File.SetUnixFileMode(KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);

        Assert.NotNull(Store().Load("search", Endpoint));

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyFile));
    }

    [Fact(Timeout = 10_000)]
    public void A_file_with_any_bit_changed_is_set_aside()
    {
        Store().Save("search", Endpoint, Tokens);
        var file = TokenFile;
        var whole = File.ReadAllBytes(file);
        foreach (var place in new[] { 0, 4, 16, 32, whole.Length - 1 })
        {
            var changed = whole.ToArray();
            changed[place] ^= 1;
            File.WriteAllBytes(file, changed);

            Assert.Null(Store().Load("search", Endpoint));
            Assert.Empty(Directory.GetFiles(_folder, "*.tokens"));
            File.Move(Directory.GetFiles(_folder, "*.unreadable").Single(), file);
        }
    }

    [Theory(Timeout = 10_000)]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(31)]
    [InlineData(40)]
    public void A_file_cut_short_is_set_aside(int length)
    {
        Store().Save("search", Endpoint, Tokens);
        File.WriteAllBytes(TokenFile, File.ReadAllBytes(TokenFile)[..length]);

        Assert.Null(Store().Load("search", Endpoint));
        Assert.Single(Directory.GetFiles(_folder, "*.unreadable"));
    }

    [Fact(Timeout = 10_000)]
    public void The_file_of_one_server_is_no_file_of_another()
    {
        Store().Save("search", Endpoint, Tokens);
        var stolen = File.ReadAllBytes(TokenFile);
        Store().Delete("search", Endpoint);
        Store().Save("other", Endpoint, Tokens with { AccessToken = "own" });
        File.WriteAllBytes(TokenFile, stolen);

        Assert.Null(Store().Load("other", Endpoint));
    }

    [Fact(Timeout = 10_000)]
    public void Another_endpoint_of_the_same_server_has_tokens_of_its_own()
    {
        Store().Save("search", Endpoint, Tokens);

        Assert.Null(Store().Load("search", new Uri("https://evil.example.org/mcp")));
    }

    [Fact(Timeout = 10_000)]
    public void A_lost_or_broken_key_costs_the_tokens_and_no_more()
    {
        Store().Save("search", Endpoint, Tokens);
        File.WriteAllText(KeyFile, "no key");

        Assert.Null(Store().Load("search", Endpoint));
        Store().Save("search", Endpoint, Tokens);

        Assert.Equal(Tokens.AccessToken, Store().Load("search", Endpoint)?.AccessToken);
        Assert.True(File.Exists($"{KeyFile}.unreadable"));
    }

    [Fact(Timeout = 10_000)]
    public void A_folder_that_cannot_be_made_is_no_failure()
    {
        File.WriteAllText(_folder, "in the way");

        Store().Save("search", Endpoint, Tokens);

        Assert.Null(Store().Load("search", Endpoint));
        Store().Delete("search", Endpoint);
        File.Delete(_folder);
    }

    [Fact(Timeout = 10_000)]
    public void What_is_deleted_is_gone()
    {
        Store().Delete("search", Endpoint);
        Store().Save("search", Endpoint, Tokens);

        Store().Delete("search", Endpoint);

        Assert.Null(Store().Load("search", Endpoint));
        Assert.Empty(Directory.GetFiles(_folder, "*.tokens"));
    }

    private string KeyFile => Path.Combine(_folder, "key");

    private string TokenFile => Directory.GetFiles(_folder, "*.tokens").Single();

    private TokenStore Store() => new(_folder, NullLogger.Instance);
}
