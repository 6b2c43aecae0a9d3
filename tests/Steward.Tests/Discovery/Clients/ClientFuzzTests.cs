using System.Text;
using Steward.Configuration;
using Steward.Discovery.Clients;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Discovery.Clients;

public sealed class ClientFuzzTests
{
    /// <summary>For each client; where it has several samples they share them.</summary>
    private const int Mutations = 10_000;

    public static TheoryData<string> SampleNames => [.. ClientRig.Samples.Select(sample => sample.Sample)];

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(SampleNames))]
    public async Task Whatever_the_file_of_a_client_holds_it_is_read_or_refused_with_places(string sample)
    {
        var bytes = ClientRig.SampleBytes(sample);
        var (_, name, scope, isOld) = ClientRig.Samples.Single(known => known.Sample == sample);
        var client = ClientApplications.Find(name)!;
        var file = ClientRig.FileOf(name, scope, isOld);
        var mutations = Mutations / ClientRig.Samples.Count(known => known.Client == name);
        await Task.Run(
            () =>
            {
                for (var seed = 0; seed < mutations; seed++)
                    Try(Mutation.Of(bytes, new Random(seed)), client, file, seed);
            },
            TestContext.Current.CancellationToken);
    }

    private static void Try(byte[] text, ClientApplication client, ClientFile file, int seed)
    {
        ClientReading reading;
        try
        {
            reading = ClientConfigReader.Parse(text, "/f", client, file, ClientRig.Context());
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"Seed {seed}: {Encoding.UTF8.GetString(text)}", error);
        }

        var lines = text.Count((byte)'\n') + 1;
        foreach (var problem in reading.Problems)
            Assert.True(HasPlace(problem, lines), $"Seed {seed}: {problem}");
        foreach (var server in reading.Servers)
            Assert.True(server.Config.Command is { Length: > 0 } != server.Config.Url is { Length: > 0 } && server.Id.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-'), $"Seed {seed}: {server}");
    }

    private static bool HasPlace(ConfigProblem problem, int lines) =>
        problem.Line >= 1 && problem.Line <= lines && problem.Column >= 1 && problem.Message.Length > 0 && problem.Mend.Length > 0 && !problem.ToString().Contains('\n', StringComparison.Ordinal);
}
