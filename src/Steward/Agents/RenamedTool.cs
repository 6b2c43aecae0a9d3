using Microsoft.Extensions.AI;

namespace Steward.Agents;

/// <summary>A tool by another name, which it has for the model alone.</summary>
internal sealed class RenamedTool(AIFunction tool, string name) : DelegatingAIFunction(tool)
{
    public override string Name => name;
}
