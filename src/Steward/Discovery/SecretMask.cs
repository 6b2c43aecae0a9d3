using System.Text.RegularExpressions;
using Steward.Configuration;

namespace Steward.Discovery;

/// <summary>
/// Shows a declaration without what is secret in it. References such as <c>${env:NAME}</c> stay; a value of <c>env</c> or of a
/// header is masked whatever it is called, and in arguments and URLs what follows a telling name or looks like a key.
/// </summary>
internal static partial class SecretMask
{
    /// <summary>What stands in place of a secret.</summary>
    public const string Mask = "***";

    /// <summary>The declaration to show.</summary>
    public static ServerConfig Apply(ServerConfig config) => config with
    {
        Args = Arguments(config.Args),
        Env = config.Env.ToDictionary(pair => pair.Key, pair => Value(pair.Value), StringComparer.Ordinal),
        Url = config.Url is null ? null : Address(config.Url),
        Headers = config.Headers.ToDictionary(pair => pair.Key, pair => Value(pair.Value), StringComparer.OrdinalIgnoreCase),
        Auth = config.Auth is { } auth ? Apply(auth) : null,
    };

    /// <summary>A value that may be secret: what refers to a secret, and what cannot be one, stays.</summary>
    public static string Value(string text) => Harmless().IsMatch(text) ? text : Mask;

    /// <summary>Arguments of a program.</summary>
    public static IReadOnlyList<string> Arguments(IReadOnlyList<string> arguments)
    {
        var shown = new string[arguments.Count];
        for (var i = 0; i < shown.Length; i++)
            shown[i] = i > 0 && TellingOption().IsMatch(arguments[i - 1]) && !arguments[i].StartsWith('-') ? Value(arguments[i]) : Argument(arguments[i]);
        return shown;
    }

    /// <summary>An address: without password, without the values of its query, without parts that look like a key.</summary>
    public static string Address(string url)
    {
        var shown = UserInfo().Replace(url, $"$1{Mask}@");
        shown = QueryValue().Replace(shown, match => match.Groups[1].Value + Value(match.Groups[2].Value));
        return LooksLikeKey().Replace(shown, Mask);
    }

    private static string Argument(string text)
    {
        if (text.Contains("://", StringComparison.Ordinal))
            text = Address(text);
        if (HeaderArgument().Match(text) is { Success: true } header)
            return header.Groups[1].Value + Value(header.Groups[2].Value);
        if (Assignment().Match(text) is { Success: true } assignment && (TellingName().IsMatch(assignment.Groups[1].Value) || VariableName().IsMatch(assignment.Groups[1].Value)))
            return assignment.Groups[1].Value + "=" + Value(assignment.Groups[2].Value);
        return LooksLikeKey().Replace(text, Mask);
    }

    private static ServerAuth Apply(ServerAuth auth) => auth with
    {
        Token = auth.Token is null ? null : Value(auth.Token),
        Value = auth.Value is null ? null : Value(auth.Value),
        ClientSecret = auth.ClientSecret is null ? null : Value(auth.ClientSecret),
        PrivateKeyPem = auth.PrivateKeyPem is null ? null : Value(auth.PrivateKeyPem),
    };

    // A reference without a default, alone or behind the name of a scheme; a switch; a small number; nothing.
    [GeneratedRegex(@"^(?:(?:Bearer |Basic |Token )?(?:\$\{(?:env|file|input):[^{}:]+\})+|true|false|\d{1,5})?$", RegexOptions.IgnoreCase)]
    private static partial Regex Harmless();

    [GeneratedRegex("(?:key|token|secret|passw(?:or)?d|pwd|pat|auth|credential|bearer|cookie|dsn|connection-?string)s?$", RegexOptions.IgnoreCase)]
    private static partial Regex TellingName();

    [GeneratedRegex("^--?[A-Za-z0-9_.-]*(?:key|token|secret|passw(?:or)?d|pwd|pat|auth|credential|bearer|cookie|dsn|connection-?string)s?$", RegexOptions.IgnoreCase)]
    private static partial Regex TellingOption();

    [GeneratedRegex("^[A-Z][A-Z0-9_]*$")]
    private static partial Regex VariableName();

    [GeneratedRegex("^([^=]{1,100})=(.*)$", RegexOptions.Singleline)]
    private static partial Regex Assignment();

    [GeneratedRegex(@"^([A-Za-z0-9-]*(?:authorization|key|token|secret|cookie|auth)\s*:\s*)(\S.*)$", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex HeaderArgument();

    [GeneratedRegex("([a-z][a-z0-9+.-]*://)[^/?#@]+@", RegexOptions.IgnoreCase)]
    private static partial Regex UserInfo();

    [GeneratedRegex("([?&][^=&#]*=)([^&#]*)")]
    private static partial Regex QueryValue();

    // What the well-known services put before their keys, and any long run of letters and digits that no word or version is.
    [GeneratedRegex(@"(?<![A-Za-z0-9])(?:sk-|pk-|ghp_|gho_|ghs_|github_pat_|glpat-|xox[abprs]-|AKIA|AIza|npm_|hf_|eyJ)[A-Za-z0-9_\-.]{8,}|(?<![A-Za-z0-9_\-/@.$\{:])(?=[A-Za-z0-9_\-]*\d)(?=[A-Za-z0-9_\-]*[A-Za-z])[A-Za-z0-9_\-]{32,}(?![A-Za-z0-9_\-/.])|(?<=/)(?=[A-Za-z0-9_\-]*\d)(?=[A-Za-z0-9_\-]*[A-Za-z])[A-Za-z0-9_]{24,}(?=/|$)")]
    private static partial Regex LooksLikeKey();
}
