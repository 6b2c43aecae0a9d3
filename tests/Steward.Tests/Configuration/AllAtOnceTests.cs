using Xunit;

namespace Steward.Tests.Configuration;

public sealed class AllAtOnceTests
{
    [Fact]
    public void Every_problem_of_a_file_is_listed_in_its_order()
    {
        var error = Config.Fail("""
            {
              "gateway": {
                "listen": "http://0.0.0.0:1",
                "allowedServers": ["fiels"],
              },
              "mcpServers": {
                "files": { "command": "x", "startupTimeoutMs": -5, "comand": 1 },
                "two words": { "command": "x" },
                "none": { "disabled": "no" },
                "both": { "command": "x", "url": "y" },
                "off": { "command": "${env:GONE}", "disabled": true },
                "files": { "command": "${env:GONE}" },
              },
              "startConcurrency": 0,
            }
            """);

        Assert.Equal(
            [
                "steward.json(3,15): gateway.listen: is \"http://0.0.0.0:1\", which others can reach, but gateway.auth.bearer.tokens is empty. Listen on http://127.0.0.1:7420, or give tokens: \"auth\": { \"bearer\": { \"tokens\": [\"${env:GATEWAY_TOKEN}\"] } }.",
                "steward.json(4,24): gateway.allowedServers[0]: is \"fiels\", but no server has this id. Did you mean \"files\"?",
                "steward.json(7,52): mcpServers.files.startupTimeoutMs: is -5, but must be a whole number from 1 to 86400000 (milliseconds). Write a number in that range, or remove the key to take the default 30000.",
                "steward.json(8,5): mcpServers[\"two words\"]: the id \"two words\" must be made of letters A-Z a-z, digits, _ and -, at most 128. Rename the server; the id becomes a part of tool names and URLs.",
                "steward.json(9,13): mcpServers.none: command is missing. Write command for a program on this machine, or url for a remote server.",
                "steward.json(9,27): mcpServers.none.disabled: is \"no\", but must be true or false. Write true or false.",
                "steward.json(10,38): mcpServers.both.url: command and url are both given. Keep command for a program on this machine, or url for a remote server.",
                "steward.json(10,38): mcpServers.both.url: is \"y\", but must be an absolute http://, https://, ws:// or wss:// URL. Write it as https://HOST/PATH.",
                "steward.json(12,5): mcpServers.files: the key is given twice, first on line 7. Remove or rename one of the two.",
                "steward.json(14,23): startConcurrency: is 0, but must be a whole number from 1 to 1024. Write a number in that range, or remove the key to take the default 64.",
            ],
            error.Problems.Select(problem => problem.ToString()));
        Assert.Equal("mcpServers.files.comand", Assert.Single(error.Warnings).Path);
        Assert.Equal(error.Problems.Count + 1, error.Message.Split(Environment.NewLine).Length);
    }
}
