using System.Runtime.Versioning;
using Steward.Configuration;
using Steward.Processes;
using Steward.Supervision;
using Xunit;

namespace Steward.Tests.Processes;

[SupportedOSPlatform("linux")] // file modes
public sealed class CommandResolverTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_name_is_looked_up_on_the_PATH_that_the_server_will_have()
    {
        var program = Program("tool");

        Assert.Equal(program, CommandResolver.Resolve(Spec("tool", path: $"/nowhere:{_folder}")));
    }

    [Fact]
    public void A_path_is_taken_from_the_working_directory()
    {
        var program = Program("tool");

        Assert.Equal(program, CommandResolver.Resolve(Spec("./tool")));
        Assert.Equal(program, CommandResolver.Resolve(Spec(program)));
    }

    [Fact]
    public void A_missing_name_lists_every_folder_that_was_searched() =>
        AssertFails(Spec("tool", path: $"/nowhere::{_folder}"), $"'tool' was not found on PATH", $"Searched: /nowhere, {_folder}.");

    [Fact]
    public void A_missing_path_names_the_full_path() => AssertFails(Spec("./tool"), $"'{_folder}/tool' does not exist");

    [Fact]
    public void A_directory_is_no_program() => AssertFails(Spec(_folder), "is a directory");

    [Theory]
    [InlineData("./data")]
    [InlineData("data")]
    public void A_file_that_may_not_be_executed_says_how_to_mend_it(string command)
    {
        File.WriteAllText(Path.Combine(_folder, "data"), "");

        AssertFails(Spec(command, path: _folder), "is not executable", $"chmod +x '{_folder}/data'");
    }

    [Fact]
    public void A_script_whose_interpreter_is_missing_says_so()
    {
        Program("script", "#!/no/such/interpreter -x\n");

        AssertFails(Spec("./script"), "asks for '/no/such/interpreter', which does not exist");
    }

    [Fact]
    public void A_missing_working_directory_is_not_blamed_on_the_command() =>
        AssertFails(Spec("sh") with { WorkingDirectory = _folder + "/gone" }, $"the working directory '{_folder}/gone' does not exist");

    [Fact]
    public void A_working_directory_that_is_a_file_is_told_as_such() =>
        AssertFails(Spec("sh") with { WorkingDirectory = Program("tool") }, "is a file");

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    public void An_empty_command_is_refused(string command) => AssertFails(Spec(command), "the command is empty");

    [Fact]
    public void An_empty_PATH_is_told_as_such() => AssertFails(Spec("sh", path: ""), "PATH is empty");

    private static void AssertFails(ProcessSpec spec, params string[] words)
    {
        var failure = Assert.Throws<ServerLaunchException>(() => CommandResolver.Resolve(spec));
        Assert.True(failure.IsPermanent);
        Assert.Contains("'test'", failure.Message, StringComparison.Ordinal);
        Assert.All(words, word => Assert.Contains(word, failure.Message, StringComparison.Ordinal));
    }

    private ProcessSpec Spec(string command, string? path = null)
    {
        Dictionary<string, string> env = path is null ? [] : new() { ["PATH"] = path };
        return new ProcessSpec("test", command, [], env, _folder, new ShutdownPolicy());
    }

    private string Program(string name, string text = "#!/bin/sh\n")
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
