namespace Steward.Tests.Configuration;

/// <summary>Finds files of the source tree from where the tests run.</summary>
internal static class Repository
{
    /// <summary>Set to 1, the tests of generated files write them instead of comparing.</summary>
    public static bool UpdatesGeneratedFiles => Environment.GetEnvironmentVariable("STEWARD_UPDATE_DOCS") == "1";

    public static string Root { get; } = FindRoot();

    public static string PathOf(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Steward.slnx")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds Steward.slnx.");
    }
}
