using System.Text.Json.Nodes;
using Steward.Gateway;
using Xunit;

namespace Steward.Tests.Gateway.Parking;

/// <summary>A request of a <see cref="DirectClient"/> and what comes back for it.</summary>
internal sealed class DirectCall(Reply reply, int id)
{
    private ExchangeOutcome? _outcome;
    private int _reader;

    public Exchange Exchange => reply.Exchange!;

    public bool HasExchange => reply.Exchange is not null;

    /// <summary>The next message; <see langword="null"/> where nothing follows.</summary>
    public async Task<JsonNode?> NextAsync()
    {
        if (reply.Message is { } message)
            return JsonNode.Parse(message);
        if (_outcome is null)
        {
            _outcome = await reply.Exchange!.First.AsTask().WaitAsync(TestContext.Current.CancellationToken);
            if (_outcome == ExchangeOutcome.Stream)
                Assert.True(Exchange.Stream!.TryAttach(0, out _reader));
        }

        if (_outcome == ExchangeOutcome.Result)
            return JsonNode.Parse(Exchange.TakeResult().Span);
        if (_outcome == ExchangeOutcome.Cancelled)
            return null;
        while (true)
        {
            var signal = await Exchange.Stream!.WaitAsync(_reader, TestContext.Current.CancellationToken);
            if (signal == StreamSignal.Events && Exchange.Stream.TryTake(_reader, out var frame))
                return JsonNode.Parse(frame.Span);
            if (signal != StreamSignal.KeepAlive)
                return null;
        }
    }

    /// <summary>The result, as the next thing that comes.</summary>
    public async Task<JsonNode> ResultAsync()
    {
        var answer = await NextAsync();
        Assert.Equal(id, (int?)answer?["id"]);
        return answer?["result"] ?? throw new Xunit.Sdk.XunitException($"no result: {answer}");
    }

    /// <summary>Code and message of the error, as the next thing that comes.</summary>
    public async Task<(int Code, string Message)> ErrorAsync()
    {
        var answer = await NextAsync();
        Assert.Equal(id, (int?)answer?["id"]);
        var error = answer?["error"] ?? throw new Xunit.Sdk.XunitException($"no error: {answer}");
        return ((int)error["code"]!, (string)error["message"]!);
    }

    /// <summary>The result, which asks for input.</summary>
    public async Task<JsonNode> QuestionsAsync()
    {
        var result = await ResultAsync();
        Assert.Equal("input_required", (string?)result["resultType"]);
        return result;
    }
}
