namespace Steward.Clients;

/// <summary>Which of a server's lists has changed.</summary>
public enum ChangedList
{
    /// <summary>That of its tools.</summary>
    Tools,

    /// <summary>That of its prompts.</summary>
    Prompts,

    /// <summary>Those of its resources and templates of resources.</summary>
    Resources,
}
