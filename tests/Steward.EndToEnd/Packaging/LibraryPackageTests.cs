using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Steward.EndToEnd.Running;
using Xunit;

namespace Steward.EndToEnd.Packaging;

/// <summary>What a .NET programmer gets who adds the package: the right files, and a program that runs.</summary>
public sealed partial class LibraryPackageTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(Timeout = 600_000)]
    public async Task The_example_of_the_package_runs_in_a_fresh_project()
    {
        using var packed = await PackedFolder.OfAsync("Steward");

        HasAllThatBelongsToIt(packed);
        await RunsAsync(packed);
    }

    private static void HasAllThatBelongsToIt(PackedFolder packed)
    {
        Assert.Equal([$"Steward.{PackedFolder.Version}.nupkg", $"Steward.{PackedFolder.Version}.snupkg"], packed.Files);
        using var package = packed.Open(packed.Files[0]);
        using var symbols = packed.Open(packed.Files[1]);
        var names = package.Entries.Select(entry => entry.FullName).ToArray();
        Assert.Equal(
            ["README.md", "Steward.nuspec", "icon.png", "lib/net10.0/Steward.dll", "lib/net10.0/Steward.xml"],
            names.Where(name => !PartOfTheFormat().IsMatch(name)).Order(StringComparer.Ordinal));
        Assert.Contains("lib/net10.0/Steward.pdb", symbols.Entries.Select(entry => entry.FullName));

        using var stream = package.GetEntry("Steward.nuspec")!.Open();
        var nuspec = XDocument.Load(stream);
        Assert.Equal("README.md", Text(nuspec, "readme"));
        Assert.Equal("icon.png", Text(nuspec, "icon"));
        Assert.Equal("MIT", Text(nuspec, "license"));
        Assert.Equal(PackedFolder.Version, Text(nuspec, "version"));
        Assert.NotEmpty(Text(nuspec, "description"));
        Assert.NotEmpty(Text(nuspec, "tags"));
        Assert.Equal(ReferencesOfTheProject(), Elements(nuspec, "dependency").ToDictionary(dependency => dependency.Attribute("id")!.Value, dependency => dependency.Attribute("version")!.Value));
    }

    private static async Task RunsAsync(PackedFolder packed)
    {
        packed.Write("app/app.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Steward" Version="{PackedFolder.Version}" />
              </ItemGroup>
            </Project>
            """);
        packed.Write("app/Program.cs", CSharp().Match(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "src/Steward/README.md"), Cancellation)).Groups[1].Value);
        var memory = Upstreams.Npm("memory").With("env", new JsonObject { ["MEMORY_FILE_PATH"] = packed.PathOf("memory.jsonl") });
        packed.Write("mcp.json", new JsonObject { ["mcpServers"] = new JsonObject { ["memory"] = memory } }.ToJsonString());

        await packed.DotnetAsync("build", "app", "-o", "out");
        var printed = await packed.DotnetAsync("out/app.dll");

        var lines = printed.Split('\n');
        Assert.Equal("memory: Running ", lines[0]);
        Assert.Equal("9 tools", lines[1]);
        Assert.Contains("\"entities\":[]", lines[2], StringComparison.Ordinal);
    }

    private static Dictionary<string, string> ReferencesOfTheProject()
    {
        var versions = XDocument.Load(Path.Combine(Repository.Root, "Directory.Packages.props")).Descendants("PackageVersion")
            .ToDictionary(package => package.Attribute("Include")!.Value, package => package.Attribute("Version")!.Value);
        return XDocument.Load(Path.Combine(Repository.Root, "src/Steward/Steward.csproj")).Descendants("PackageReference")
            .Select(reference => reference.Attribute("Include")!.Value).ToDictionary(id => id, id => versions[id]);
    }

    private static IEnumerable<XElement> Elements(XDocument nuspec, string name) => nuspec.Descendants().Where(element => element.Name.LocalName == name);

    private static string Text(XDocument nuspec, string name) => Elements(nuspec, name).Single().Value;

    [GeneratedRegex(@"^(_rels/|package/|\[Content_Types\])")]
    private static partial Regex PartOfTheFormat();

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharp();
}
