using Steward.Server.Daemon;

namespace Steward.Tests.Server;

/// <summary>A data directory of one test.</summary>
internal sealed class TemporaryData : IDisposable
{
    private readonly DirectoryInfo _parent = Directory.CreateTempSubdirectory("steward-test-");

    public TemporaryData() => Data = new DataDirectory(Path.Combine(_parent.FullName, "data"));

    public DataDirectory Data { get; }

    public void Dispose() => _parent.Delete(recursive: true);
}
