using System.Reflection;
using System.Text.RegularExpressions;
using Steward.Tests.Configuration;
using Xunit;

namespace Steward.Tests.Testing;

/// <summary>The tests that there are, as pages of the documentation name them: <c>Class.Method</c>, or <c>Steward.EndToEnd/Class.Method</c>.</summary>
internal static partial class KnownTests
{
    private const string EndToEnd = "Steward.EndToEnd/";

    private static readonly Lazy<HashSet<string>> Unit = new(() => Of(static _ => true));

    /// <summary>The tests of this project whose class fits.</summary>
    public static HashSet<string> Of(Func<Type, bool> which) =>
    [
        .. from type in typeof(KnownTests).Assembly.GetTypes()
           where type is { IsClass: true, IsAbstract: false } && which(type)
           from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance)
           where method.IsDefined(typeof(FactAttribute), inherit: true)
           select $"{type.Name}.{method.Name}",
    ];

    /// <summary>The end-to-end tests below a folder of their project. They run on their own, so their sources are looked at.</summary>
    public static IEnumerable<string> EndToEndBelow(string folder) =>
        from file in Directory.EnumerateFiles(Repository.PathOf("tests", "Steward.EndToEnd", folder), "*.cs", SearchOption.AllDirectories)
        from match in Declaration().Matches(File.ReadAllText(file))
        select $"{EndToEnd}{Path.GetFileNameWithoutExtension(file)}.{match.Groups["name"].Value}";

    public static bool Exists(string name) => name.StartsWith(EndToEnd, StringComparison.Ordinal)
        ? EndToEndBelow("").Contains(name)
        : Unit.Value.Contains(name);

    /// <summary>The tests that a text names.</summary>
    public static IEnumerable<string> NamedIn(string text) => Name().Matches(text).Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"\[(Fact|Theory)[^\]]*\](\s*\[[^\]]*\])*\s*public (async )?(Task|void) (?<name>\w+)\(")]
    private static partial Regex Declaration();

    [GeneratedRegex("`((?:Steward\\.EndToEnd/)?[A-Za-z0-9]+\\.[A-Za-z0-9_]+)`")]
    private static partial Regex Name();
}
