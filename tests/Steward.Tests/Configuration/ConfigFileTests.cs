using Steward.Configuration;
using Xunit;

namespace Steward.Tests.Configuration;

public sealed class ConfigFileTests : IDisposable
{
    private const string Minimal = """{ "mcpServers": { "a": { "command": "run" } } }""";

    private readonly string _folder = Directory.CreateTempSubdirectory("steward-config-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact(Timeout = 10_000)]
    public async Task A_file_is_read_and_its_folder_is_where_relative_paths_count_from()
    {
        var path = await WriteAsync("some.json", Minimal);

        var server = Assert.Single(ConfigFile.Load(path).Servers);

        Assert.Equal("a", server.Id);
        Assert.Equal(_folder, server.BaseDirectory);
    }

    [Fact(Timeout = 10_000)]
    public async Task An_explicit_file_comes_before_every_default_even_if_it_is_missing()
    {
        await WriteAsync("steward.json", Minimal);

        Assert.Equal("other.json", ConfigFile.Find("other.json", _folder));
    }

    [Fact(Timeout = 10_000)]
    public async Task Steward_json_comes_before_mcp_json_and_without_both_there_is_none()
    {
        Assert.Null(ConfigFile.Find(null, _folder));

        var mcp = await WriteAsync("mcp.json", Minimal);
        Assert.Equal(mcp, ConfigFile.Find(null, _folder));

        var steward = await WriteAsync("steward.json", Minimal);
        Assert.Equal(steward, ConfigFile.Find(null, _folder));
    }

    [Fact]
    public void A_missing_file_is_named_with_its_full_path()
    {
        var path = Path.Combine(_folder, "gone", "missing.json");

        var problem = Assert.Single(Assert.Throws<ConfigException>(() => ConfigFile.Load(path)).Problems);

        Assert.Equal((path, 1, 1), (problem.File, problem.Line, problem.Column));
        Assert.Contains(path, problem.Message, StringComparison.Ordinal);
        Assert.Contains("does not exist", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_in_place_of_a_file_is_a_problem()
    {
        var problem = Assert.Single(Assert.Throws<ConfigException>(() => ConfigFile.Load(_folder)).Problems);

        Assert.Contains("is a folder", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_device_that_never_ends_is_refused()
    {
        Assert.SkipUnless(File.Exists("/dev/zero"), "needs /dev/zero");

        var problem = Assert.Single(Assert.Throws<ConfigException>(() => ConfigFile.Load("/dev/zero")).Problems);

        Assert.Contains("larger than 16 MiB", problem.Message, StringComparison.Ordinal);
    }

    private async Task<string> WriteAsync(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        await File.WriteAllTextAsync(path, text, TestContext.Current.CancellationToken);
        return path;
    }
}
