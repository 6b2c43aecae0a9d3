namespace Steward.Configuration;

/// <summary>How tools and prompts are named on the merged endpoint.</summary>
public enum ToolNaming
{
    /// <summary><c>{server}__{tool}</c>, always: a name does not change because another server started.</summary>
    Always,

    /// <summary>The tool's own name, and <c>{server}__{tool}</c> where two servers offer the same.</summary>
    OnCollision,
}
