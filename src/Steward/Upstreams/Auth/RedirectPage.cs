using System.Net;

namespace Steward.Upstreams.Auth;

/// <summary>What a person sees who comes back from an authorization server.</summary>
internal static class RedirectPage
{
    public const string ContentType = "text/html; charset=utf-8";

    public static string Done { get; } = Write("You are logged in", "You can close this window.");

    public static string Unknown { get; } = Write("Nobody waits for this login", "It was finished, or took too long. Begin anew: steward login SERVER.");

    public static string Failed(string reason) => Write("The login failed", reason);

    private static string Write(string title, string text) => $"""
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <title>Steward</title>
        <style>body {"{"} font: 1.1rem system-ui, sans-serif; margin: 4rem auto; max-width: 36rem; {"}"}</style>
        <h1>{WebUtility.HtmlEncode(title)}</h1>
        <p>{WebUtility.HtmlEncode(text)}</p>
        </html>

        """;
}
