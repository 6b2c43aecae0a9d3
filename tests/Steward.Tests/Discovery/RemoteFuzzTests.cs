using System.Net;
using System.Text;
using Steward.Configuration;
using Steward.Discovery;
using Steward.Discovery.Remote;
using Steward.Tests.Testing;
using Xunit;

namespace Steward.Tests.Discovery;

/// <summary>Whatever services answer: what they find can be added, and what they spoil is refused with its place.</summary>
public sealed class RemoteFuzzTests : IDisposable
{
    private const int Mutations = 10_000;

    private readonly Machine _machine = new();

    public void Dispose() => _machine.Dispose();

    [Theory(Timeout = 60_000)]
    [InlineData("registry-v0.1.json")]
    [InlineData("registry-v0.json")]
    public async Task Whatever_a_registry_answers_it_is_read_or_refused_with_its_place(string sample)
    {
        var bytes = SampleBytes(sample);
        var source = new RegistrySource(new Uri("http://registry.example"));
        for (var seed = 0; seed < Mutations / 2; seed++)
        {
            var answer = Mutation.Of(bytes, new Random(seed));
            await TryAsync(source, _ => answer, answer, seed);
        }
    }

    [Theory(Timeout = 60_000)]
    [InlineData("github-definition.json", false)]
    [InlineData("github-contents.json", true)]
    public async Task Whatever_a_repository_holds_it_is_read_or_refused_with_its_place(string sample, bool isListing)
    {
        var (bytes, listing, definition) = (SampleBytes(sample), SampleBytes("github-contents.json"), SampleBytes("github-definition.json"));
        var source = GitHubSource.TryCreate("github:acme/tools", new Uri("http://api.example"))!;
        for (var seed = 0; seed < Mutations / 2; seed++)
        {
            var answer = Mutation.Of(bytes, new Random(seed));
            await TryAsync(source, path => path.Contains("/contents/", StringComparison.Ordinal) ? (isListing ? answer : listing) : (isListing ? definition : answer), answer, seed);
        }
    }

    private async Task TryAsync(IDiscoverySource source, Func<string, byte[]> answers, byte[] answer, int seed)
    {
        var context = _machine.Context with { CreateHttpClient = () => new HttpClient(new Answers(answers)) };
        try
        {
            var result = await source.DiscoverAsync(context, TestContext.Current.CancellationToken);
            foreach (var server in result.Servers)
                Assert.Equal(server.Id, ServerJson.Checked(server.Config).Id); // what the configuration would refuse is not offered
            Assert.All(result.Problems.Where(problem => problem.Contains("did not answer with JSON", StringComparison.Ordinal)), problem => Assert.Matches(@"\(line \d+, position \d+\)", problem));
        }
        catch (DiscoveryException refused)
        {
            Assert.Matches(@"\(line \d+, position \d+\)|is no folder", refused.Message);
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"Seed {seed}: {Encoding.UTF8.GetString(answer)}", error);
        }
    }

    private static byte[] SampleBytes(string sample) => File.ReadAllBytes(Configuration.Repository.PathOf("tests", "Steward.Tests", "Discovery", "Samples", sample));

    /// <summary>A service without a network.</summary>
    private sealed class Answers(Func<string, byte[]> answers) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(answers(request.RequestUri!.AbsolutePath)) });
    }
}
