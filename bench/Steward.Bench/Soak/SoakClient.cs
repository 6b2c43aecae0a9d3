using System.Text.Json;
using System.Text.Json.Nodes;

namespace Steward.Bench.Soak;

/// <summary>One of many clients: connects, calls a few tools, some at one time, and is gone, politely or not, over and over again.</summary>
internal sealed class SoakClient(Uri gateway, IReadOnlyList<SoakServer> servers, SoakTally tally, int seed)
{
    // Longer than any limit of the gateway in the configuration: what has no answer by then has none.
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(60);

    private readonly Random _random = new(seed);

    internal async Task RunAsync(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            var target = servers[_random.Next(servers.Count)];
            var (isMerged, isModern) = (_random.Next(2) == 0, _random.Next(2) == 0);
            using var session = new SoakSession(new Uri(gateway, isMerged ? "/mcp" : $"/servers/{target.Id}/mcp"), isModern);
            try
            {
                await LiveAsync(session, target, isMerged, end);
            }
            catch (Exception failure) when (failure is HttpRequestException or IOException or JsonException)
            {
                if (target.IsSound || isMerged)
                    tally.Wrong("sessions refused or broken", $"{target.Id}, merged {isMerged}, modern {isModern}: {failure.Message}");
                else
                    tally.Count("sessions with misbehaving servers refused");
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(500)), TimeProvider.System, CancellationToken.None);
        }
    }

    private async Task LiveAsync(SoakSession session, SoakServer target, bool isMerged, CancellationToken end)
    {
        await WithinAsync(session.OpenAsync, end);
        tally.Count("sessions");
        for (var turn = _random.Next(1, 6); turn > 0; turn--)
        {
            // On the merged endpoint the calls of one turn go to different servers.
            var calls = Enumerable.Range(0, _random.Next(1, 4)).Select(_ => CallAsync(session, isMerged ? servers[_random.Next(servers.Count)] : target, isMerged, end)).ToList();
            await Task.WhenAll(calls);
            await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(1_500)), TimeProvider.System, CancellationToken.None);
        }

        switch (_random.Next(3))
        {
            case 0:
                await WithinAsync(session.EndAsync, end);
                break;
            case 1:
                await VanishAsync(session, target, isMerged);
                break;
        }
    }

    private static async Task WithinAsync(Func<CancellationToken, Task> act, CancellationToken end)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(end);
        limit.CancelAfter(LongestAnswer);
        try
        {
            await act(limit.Token);
        }
        catch (OperationCanceledException) when (!end.IsCancellationRequested)
        {
            throw new IOException($"no answer within {LongestAnswer.TotalSeconds:0} s");
        }
    }

    /// <summary>Leaves in the middle of a call.</summary>
    private async Task VanishAsync(SoakSession session, SoakServer target, bool isMerged)
    {
        using var gone = new CancellationTokenSource(TimeSpan.FromMilliseconds(_random.Next(20)));
        try
        {
            await session.CallAsync(NameOf(target, isMerged), target.Arguments(tally.NextNumber()), gone.Token);
        }
        catch (Exception left) when (left is OperationCanceledException or HttpRequestException or IOException)
        {
            tally.Count("clients that left in the middle of a call");
        }
    }

    private async Task CallAsync(SoakSession session, SoakServer server, bool isMerged, CancellationToken end)
    {
        var number = tally.NextNumber();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(end);
        limit.CancelAfter(LongestAnswer);
        tally.Count("calls");
        try
        {
            Judge(server, number, await session.CallAsync(NameOf(server, isMerged), server.Arguments(number), limit.Token));
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            tally.Count("calls cut off by the end of the soak");
        }
        catch (Exception lost) when (lost is OperationCanceledException or HttpRequestException or IOException or JsonException)
        {
            tally.Wrong("calls without an answer", $"{server.Id}: {lost.Message}");
        }
    }

    private void Judge(SoakServer server, long number, JsonObject answer)
    {
        if (answer["error"] is { } error)
        {
            tally.Count(server.IsSound ? "calls that failed with a clear error" : "calls of misbehaving servers that failed with a clear error");
            var said = (string?)error["message"] ?? "";
            if (!said.Contains(server.Id, StringComparison.Ordinal) && !said.Contains("Unknown tool", StringComparison.Ordinal))
                tally.Wrong("errors that do not name the server", $"{server.Id}: {error.ToJsonString()}");
            return;
        }

        var text = (string?)answer["result"]?["content"]?[0]?["text"] ?? "";
        if (!server.IsSound)
            tally.Count("calls of misbehaving servers that were answered");
        else if (!text.Contains(server.Expected(number), StringComparison.Ordinal) || (server.Tool == "say" && !text.StartsWith($"{server.Id}|", StringComparison.Ordinal)))
            tally.Wrong("answers that belong to another call", $"{server.Id}, {number}: {text[..Math.Min(text.Length, 200)]}");
        else
            tally.Count("calls answered rightly");
    }

    private static string NameOf(SoakServer server, bool isMerged) => isMerged ? $"{server.Id}__{server.Tool}" : server.Tool;
}
