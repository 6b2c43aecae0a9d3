using Microsoft.Extensions.Options;

namespace Steward.Hosting;

/// <summary>Holds the options to their ranges.</summary>
internal sealed class McpServerManagerOptionsValidator : IValidateOptions<McpServerManagerOptions>
{
    public ValidateOptionsResult Validate(string? name, McpServerManagerOptions options)
    {
        string[] problems = [.. options.Problems()];
        return problems.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
