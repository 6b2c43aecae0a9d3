using Microsoft.AspNetCore.Builder;

namespace Steward.TestServer.Web;

/// <summary>How servers of the web are started and ended by whoever started their process.</summary>
internal static class ServedWeb
{
    /// <summary>Prints the address as the only line, and serves until the input ends.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> ServeUntilInputEndsAsync(this WebApplication app)
    {
        await app.StartAsync();
        await Console.Out.WriteLineAsync(app.Urls.Single());
        await Console.In.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.Zero, TimeProvider.System); // nobody has to be waited for
        await app.StopAsync(limit.Token);
        return 0;
    }
}
