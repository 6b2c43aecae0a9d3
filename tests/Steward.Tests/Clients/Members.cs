namespace Steward.Tests.Clients;

/// <summary>Members of answers.</summary>
internal static class Members
{
    public static string AsResult(this string json) => $"\"result\":{json}";
}
