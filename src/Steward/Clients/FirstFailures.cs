namespace Steward.Clients;

/// <summary>Which handlers of one server have failed before: the first failure of each is a warning, and further ones are for those who look for them.</summary>
internal sealed class FirstFailures
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _methods = new(StringComparer.Ordinal);

    /// <param name="method">What the handler is for; there are no more of them than the program has handlers.</param>
    public bool IsFirst(string method)
    {
        lock (_gate)
            return _methods.Add(method);
    }
}
