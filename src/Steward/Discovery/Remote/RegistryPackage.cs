using System.Text.Json;
using Steward.Configuration;
using Steward.Discovery.Local;

namespace Steward.Discovery.Remote;

/// <summary>How a package of a registry entry is started.</summary>
internal static class RegistryPackage
{
    private static readonly Dictionary<string, string> StandardRegistries = new(StringComparer.Ordinal)
    {
        ["npm"] = "registry.npmjs.org",
        ["pypi"] = "pypi.org",
        ["nuget"] = "api.nuget.org",
        ["oci"] = "docker.io",
    };

    /// <summary>The declaration; null where Steward cannot start such a package.</summary>
    /// <param name="package">The package.</param>
    /// <param name="id">The server's id.</param>
    /// <param name="context">The machine.</param>
    /// <param name="problems">Gets what stands between the server and its start.</param>
    public static ServerConfig? Read(JsonElement package, string id, DiscoveryContext context, List<string> problems)
    {
        var type = package.Text("registryType", "registry_type", "registry_name")?.ToLowerInvariant();
        // One that opens a port of its own has to be started by hand: a managed child speaks over its standard input and output.
        if (package.Text("identifier", "name") is not { } identifier || package.Member("transport")?.Text("type") is { } transport && transport != "stdio")
            return null;

        var inputs = new RegistryInputs(id, context);
        var runtime = inputs.ReadArguments(package.Items("runtimeArguments", "runtime_arguments")).ToList();
        var arguments = inputs.ReadArguments(package.Items("packageArguments", "package_arguments")).ToList();
        var declared = package.Items("environmentVariables", "environment_variables").ToList();
        var variables = inputs.ReadVariables(declared);
        var named = Named(identifier, package.Text("version"));
        var (command, args) = type switch
        {
            "npm" => ("npx", (IEnumerable<string>)[.. Yes(runtime), named("@"), .. arguments]),
            "pypi" when package.Text("runtimeHint", "runtime_hint") is "pipx" => ("pipx", ["run", .. runtime, named("=="), .. arguments]),
            "pypi" => ("uvx", [.. runtime, named("=="), .. arguments]),
            "nuget" => ("dnx", [named("@"), "--yes", .. runtime.Where(argument => argument != "--yes"), .. arguments.Count > 0 ? (string[])["--", .. arguments] : []]),
            "oci" or "docker" => ("docker", [.. DockerRun(runtime, declared), DiscoveredText.Literal(Image(package, identifier)), .. arguments]),
            _ => ("", []),
        };
        if (command.Length == 0)
            return null;

        problems.AddRange([.. inputs.Problems, .. LocalProgram.ProblemsOf(command, context), .. RegistryProblems(type!, package)]);
        return new ServerConfig { Id = id, Command = command, Args = [.. args], Env = variables, BaseDirectory = context.Home };
    }

    /// <summary>The environment and the arguments that a package's own <c>server.json</c> asks for.</summary>
    public static ServerConfig Complete(ServerConfig config, JsonElement package, DiscoveryContext context, List<string> problems)
    {
        var inputs = new RegistryInputs(config.Id, context);
        config = config with
        {
            Args = [.. config.Args, .. inputs.ReadArguments(package.Items("packageArguments", "package_arguments"))],
            Env = inputs.ReadVariables(package.Items("environmentVariables", "environment_variables")),
        };
        problems.AddRange(inputs.Problems);
        return config;
    }

    private static Func<string, string> Named(string identifier, string? version) =>
        separator => DiscoveredText.Literal(version is null or "latest" ? identifier : identifier + separator + version);

    private static List<string> Yes(List<string> runtime) => runtime.Contains("-y") || runtime.Contains("--yes") ? runtime : ["-y", .. runtime];

    /// <summary>The container speaks over our pipes and is gone afterwards; it gets the declared variables and no other.</summary>
    private static IEnumerable<string> DockerRun(List<string> runtime, List<JsonElement> declared)
    {
        string[] always = ["-i", "--rm"];
        var names = declared.Select(variable => variable.Text("name")).OfType<string>()
            .Where(name => !runtime.Any(argument => argument == name || argument.StartsWith(name + "=", StringComparison.Ordinal)));
        return ["run", .. always.Except(runtime), .. names.SelectMany(name => (string[])["-e", DiscoveredText.Literal(name)]), .. runtime.Where(argument => argument != "run")];
    }

    /// <summary>The full name of an image: since 2025-10 it stands in the identifier, before in three members.</summary>
    private static string Image(JsonElement package, string identifier)
    {
        var last = identifier[(identifier.LastIndexOf('/') + 1)..];
        if (!last.Contains(':', StringComparison.Ordinal) && !last.Contains('@', StringComparison.Ordinal) && package.Text("version") is { } version)
            identifier += ":" + version;
        return HostOf(package) is { } host && host != "docker.io" && !identifier.StartsWith(host + "/", StringComparison.Ordinal) ? $"{host}/{identifier}" : identifier;
    }

    private static IEnumerable<string> RegistryProblems(string type, JsonElement package) =>
        type != "oci" && HostOf(package) is { } host && StandardRegistries.TryGetValue(type, out var standard) && host != standard
            ? [$"The package comes from {host}. Set up {type} to get it from there before the server is started."]
            : [];

    private static string? HostOf(JsonElement package) =>
        package.Text("registryBaseUrl", "registry_base_url") is { } text && Uri.TryCreate(text, UriKind.Absolute, out var url) ? url.Authority : null;
}
