using System.Net;
using System.Text.Json;
using Steward.Cli;
using Steward.Cli.Import;
using Steward.Server.Daemon;
using Steward.Supervision;
using Steward.Tests.Server;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Cli;

/// <summary>The verbs that add, change, list and remove servers, and show their history.</summary>
public sealed class RegistryVerbTests
{
    [Fact(Timeout = 30_000)]
    public async Task What_is_added_runs_and_is_listed_with_its_source()
    {
        await using var host = await HostRig.StartAsync(Fleet.Server("declared"));
        await host.SettleAsync();
        var cli = new CliRig(host, host.Data);

        Assert.Equal((ExitCodes.Success, "files is added; it is Running\n", ""), await cli.RunAsync("add", "files", "--tag", "work", "--", "npx", "-y", "a package", "--json"));

        var (_, output, _) = await cli.RunAsync("list");
        var lines = output.TrimEnd('\n').Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.Contains("file", lines[1], StringComparison.Ordinal);
        Assert.Contains("cli", lines[2], StringComparison.Ordinal);
        var config = host.Host.Manager.FindConfig("files")!;
        Assert.Equal(["npx", "-y", "a package", "--json"], [config.Command!, .. config.Args]);
    }

    [Fact(Timeout = 30_000)]
    public async Task Where_no_daemon_runs_a_server_is_written_down_for_the_next_one()
    {
        using var temporary = new TemporaryData();
        temporary.Data.Create();
        var cli = new CliRig(null, temporary.Data);

        Assert.Equal(
            (ExitCodes.Success, "files is added to Steward's registry; no daemon runs, 'steward up' starts it\n", ""),
            await cli.RunAsync("add", "files", "--tag", "work", "-e", "KEY=${env:NOT_SET_HERE}", "--", "npx", "-y", "a package"));
        var (again, _, refusal) = await cli.RunAsync("add", "files", "--", "npx");
        Assert.Equal((ExitCodes.Failure, "steward: There is a server 'files' already.\n"), (again, refusal));
        Assert.Equal(ExitCodes.NoDaemon, (await cli.RunAsync("add", "more", "--test", "--", "npx")).ExitCode);
        Assert.Equal(ExitCodes.Usage, (await cli.RunAsync("add", "no spaces", "--", "npx")).ExitCode);

        await using var registry = await RegistryBook.OpenAsync(temporary.Data, TimeProvider.System, TestContext.Current.CancellationToken);
        var kept = Assert.Single(await registry.ListAsync(TestContext.Current.CancellationToken));
        Assert.Equal(("npx", "work", "${env:NOT_SET_HERE}", false), (kept.Command, kept.Tags.Single(), kept.Env["KEY"], kept.Disabled));
    }

    [Fact(Timeout = 30_000)]
    public async Task What_is_written_down_without_a_daemon_is_told_in_the_words_of_one()
    {
        using var temporary = new TemporaryData();
        temporary.Data.Create();
        var cli = new CliRig(null, temporary.Data);
        await using var host = await HostRig.StartAsync();

        var (exitCode, output, error) = await cli.RunAsync("add", "files", "--definition", """{"command":"npx","future":1}""", "--json");
        var (_, served, _) = await new CliRig(host, host.Data).RunAsync("add", "files", "--definition", """{"command":"npx","future":1}""", "--no-start", "--json");

        Assert.Equal((ExitCodes.Success, "steward: warning: Steward does not know the key \"future\": it is kept and has no effect.\n"), (exitCode, error));
        Assert.Equal(Keys(served), Keys(output));
        Assert.Equal(
            (ExitCodes.Success, "off is added to Steward's registry; no daemon runs, and it is disabled: after 'steward up', 'steward enable off' starts it\n", ""),
            await cli.RunAsync("add", "off", "--disabled", "--", "npx"));

        static string Keys(string json)
        {
            using var document = JsonDocument.Parse(json);
            return string.Join('\n', document.RootElement.EnumerateObject().Select(member => member.Name is "created" or "updated" or "folder" ? member.Name : $"{member}"));
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task What_is_added_while_a_daemon_starts_goes_to_the_daemon()
    {
        await using var host = await HostRig.StartAsync();
        var time = new FakeTimeProvider();
        var facts = await File.ReadAllBytesAsync(host.Data.FactsFile, TestContext.Current.CancellationToken);
        File.Delete(host.Data.FactsFile); // it has the lock, and does not say yet where it listens
        var adding = new CliRig(host, host.Data) { Time = time, Input = """{"command":"npx"}""" }.RunAsync("add", "files", "--definition", "-");
        while (time.ArmedTimers == 0)
            await Task.Yield();

        await File.WriteAllBytesAsync(host.Data.FactsFile, facts, TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal((ExitCodes.Success, "files is added; it is Running\n", ""), await adding);
        Assert.Equal(ServerState.Running, host.Host.Manager.FindStatus("files")!.State);
    }

    [Fact(Timeout = 30_000)]
    public async Task Who_cannot_open_the_registry_keeps_nothing_of_it()
    {
        using var temporary = new TemporaryData();
        temporary.Data.Create();
        Directory.CreateDirectory(temporary.Data.RegistryFile);
        var time = new FakeTimeProvider();

        await Assert.ThrowsAsync<CliException>(() => RegistryBook.OpenAsync(temporary.Data, time, TestContext.Current.CancellationToken));
        await NothingIsHeldAsync();

        Directory.Delete(temporary.Data.RegistryFile);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RegistryBook.OpenAsync(temporary.Data, time, new CancellationToken(canceled: true)));
        await NothingIsHeldAsync();

        async Task NothingIsHeldAsync()
        {
            Assert.True(DaemonLock.IsFree(temporary.Data));
            while (time.ArmedTimers > 0) // what waited for the store's end lets go of its timer a moment later
                await Task.Yield();
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task A_server_may_be_called_as_part_of_an_address_of_the_daemon_is()
    {
        await using var host = await HostRig.StartAsync();
        var cli = new CliRig(host, host.Data) { Handler = static () => new RefusingHandler(HttpStatusCode.UnprocessableEntity, "the arguments are wrong") };

        foreach (var id in (string[])["files", "config"])
            Assert.Equal((ExitCodes.Failure, "", "steward: the arguments are wrong\n"), await cli.RunAsync("call", id, "read"));
        Assert.Equal((ExitCodes.Usage, "", "steward: the arguments are wrong\n"), await cli.RunAsync("plan", "next.json"));
    }

    [Fact(Timeout = 30_000)]
    public async Task A_definition_is_shown_without_its_secrets()
    {
        await using var host = await HostRig.StartAsync();
        var cli = new CliRig(host, host.Data);
        await cli.RunAsync("add", "files", "-e", "TOKEN=hunter2hunter2", "-e", "SAFE=${env:SAFE}", "--", "npx");

        foreach (var line in (string[][])[["get", "files"], ["get", "files", "--json"], ["list", "--json"], ["update", "files", "--name", "x", "--json"], ["history", "--json"]])
        {
            var (exitCode, output, error) = await cli.RunAsync(line);

            Assert.Equal(ExitCodes.Success, exitCode);
            Assert.DoesNotContain("hunter2", output + error, StringComparison.Ordinal);
        }

        Assert.Contains("${env:SAFE}", (await cli.RunAsync("get", "files")).Out, StringComparison.Ordinal);
        Assert.Equal("hunter2hunter2", host.Host.Manager.FindConfig("files")!.Env["TOKEN"]);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_change_leaves_what_it_does_not_name()
    {
        await using var host = await HostRig.StartAsync();
        var cli = new CliRig(host, host.Data);
        await cli.RunAsync("add", "files", "-e", "A=1", "-e", "B=2", "--tag", "work", "--cwd", "/", "--", "npx", "one");

        Assert.Equal((ExitCodes.Success, "files is changed; it is Running\n", ""), await cli.RunAsync("update", "files", "-e", "C=3=3", "--unset", "env.A", "--unset", "cwd"));

        var config = host.Host.Manager.FindConfig("files")!;
        Assert.Equal([("B", "2"), ("C", "3=3")], config.Env.Select(pair => (pair.Key, pair.Value)).Order());
        Assert.Null(config.Cwd);
        Assert.Equal(["npx", "one", "work"], [config.Command!, .. config.Args, .. config.Tags]);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_whole_definition_comes_from_a_file_or_from_standard_input()
    {
        await using var host = await HostRig.StartAsync();
        var cli = new CliRig(host, host.Data) { Input = """{"command": "npx", "requestTimeoutMs": 1234, "comand": "typo"}""" };

        var (exitCode, output, error) = await cli.RunAsync("add", "files", "--definition", "-");

        Assert.Equal((ExitCodes.Success, "files is added; it is Running\n"), (exitCode, output));
        Assert.Contains("does not know the key \"comand\"", error, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromMilliseconds(1234), host.Host.Manager.FindConfig("files")!.RequestTimeout);
    }

    [Fact(Timeout = 30_000)]
    public async Task Mistakes_are_named_with_their_mend()
    {
        await using var host = await HostRig.StartAsync(Fleet.Server("declared"));
        var cli = new CliRig(host, host.Data);
        await cli.RunAsync("add", "files", "--", "npx");

        await FailsAsync(ExitCodes.Failure, "There is a server 'files' already", "add", "files", "--", "npx");
        await FailsAsync(ExitCodes.Failure, "must be made of letters", "add", "not an id", "--", "npx");
        await FailsAsync(ExitCodes.Failure, "absolute http://", "add", "remote", "--url", "nonsense");
        await FailsAsync(ExitCodes.Usage, "Name a program after --", "add", "nothing");
        await FailsAsync(ExitCodes.Usage, "has no name before '='", "add", "x", "-e", "=secret", "--", "npx");
        await FailsAsync(ExitCodes.Usage, "is no JSON", "add", "x", "--definition", "{");
        await FailsAsync(ExitCodes.Failure, "edit the file", "remove", "declared");
        await FailsAsync(ExitCodes.Failure, "edit the file", "update", "declared", "--name", "x");
        await FailsAsync(ExitCodes.Unknown, "Did you mean 'files'?", "remove", "fils");
        await FailsAsync(ExitCodes.Unknown, "Did you mean 'files'?", "get", "fils");
        await FailsAsync(ExitCodes.Unknown, "Did you mean 'files'?", "enable", "fils");
        await FailsAsync(ExitCodes.Unknown, "Did you mean 'files'?", "request", "fils", "ping");
        await FailsAsync(ExitCodes.Failure, "Did you mean Running?", "list", "--state", "runing");
        await FailsAsync(ExitCodes.Failure, "from 1 to 1000", "history", "-n", "0");
        await FailsAsync(ExitCodes.Usage, "What is to change?", "update", "files");

        async Task FailsAsync(int exitCode, string words, params string[] line)
        {
            var outcome = await cli.RunAsync(line);
            Assert.Equal((exitCode, ""), (outcome.ExitCode, outcome.Out));
            Assert.Contains(words, outcome.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("=secret", outcome.Error, StringComparison.Ordinal);
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task Disabled_servers_stay_so_until_they_are_enabled()
    {
        await using var host = await HostRig.StartAsync(Fleet.Server("declared"));
        await host.SettleAsync();
        var cli = new CliRig(host, host.Data);

        Assert.Equal((ExitCodes.Success, "declared is disabled; it is Disabled\n", ""), await cli.RunAsync("disable", "declared"));
        Assert.Contains("declared", (await cli.RunAsync("list", "--disabled")).Out, StringComparison.Ordinal);
        Assert.Equal((ExitCodes.Success, "declared is enabled; it is Running\n", ""), await cli.RunAsync("enable", "declared"));
        Assert.DoesNotContain("declared", (await cli.RunAsync("list", "--disabled")).Out, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task History_outlives_the_server_until_it_is_cleared()
    {
        await using var host = await HostRig.StartAsync();
        var cli = new CliRig(host, host.Data);
        await cli.RunAsync("add", "files", "--", "npx");
        await cli.RunAsync("remove", "files");
        while (!(await cli.RunAsync("history", "files", "--connections")).Out.Contains("Stopped", StringComparison.Ordinal))
            await Task.Yield();

        var (exitCode, output, _) = await cli.RunAsync("history", "files");
        Assert.Equal(ExitCodes.Success, exitCode);
        Assert.Contains("Added", output, StringComparison.Ordinal);
        using var events = JsonDocument.Parse((await cli.RunAsync("history", "files", "--json", "-n", "2")).Out);
        Assert.Contains("Removed", events.RootElement.EnumerateArray().Select(row => row.GetProperty("kind").GetString()));

        Assert.Contains("rows of history are forgotten", (await cli.RunAsync("history", "files", "--clear")).Out, StringComparison.Ordinal);
        Assert.DoesNotContain("Added", (await cli.RunAsync("history")).Out, StringComparison.Ordinal);
    }

    [Fact(Timeout = 30_000)]
    public async Task Any_request_reaches_the_server()
    {
        await using var host = await HostRig.StartRealAsync("echo");
        var cli = new CliRig(host, host.Data);

        using var tools = JsonDocument.Parse((await cli.RunAsync("request", "files", "tools/list")).Out);
        using var called = JsonDocument.Parse((await cli.RunAsync("request", "files", "tools/call", """{"name": "echo", "arguments": {"text": "hello"}}""", "--timeout", "5", "--json")).Out);

        Assert.Contains("echo", tools.RootElement.GetProperty("tools").EnumerateArray().Select(tool => tool.GetProperty("name").GetString()));
        Assert.Equal("hello", called.RootElement.GetProperty("content")[0].GetProperty("text").GetString());
        Assert.Contains("error -32601", (await cli.RunAsync("request", "files", "no/such")).Error, StringComparison.Ordinal);
        Assert.Contains("begun once", (await cli.RunAsync("request", "files", "initialize")).Error, StringComparison.Ordinal);
    }
}
