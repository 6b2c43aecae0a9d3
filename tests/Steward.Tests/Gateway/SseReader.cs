using System.Text.Json.Nodes;
using Xunit;

namespace Steward.Tests.Gateway;

/// <summary>Reads server-sent events one by one.</summary>
internal sealed class SseReader : IDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _reader;

    private SseReader(HttpResponseMessage response, StreamReader reader) => (_response, _reader) = (response, reader);

    /// <summary>The id of the last event, also of one without data.</summary>
    public string? LastId { get; private set; }

    public string? Retry { get; private set; }

    public static async Task<SseReader> OpenAsync(HttpResponseMessage response)
    {
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return new SseReader(response, new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken)));
    }

    /// <summary>The next event: its data, or a comment with its colon; empty for one without data; <see langword="null"/> at the end.</summary>
    public async Task<string?> NextAsync()
    {
        string? data = null;
        while (await _reader.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.Length == 0)
            {
                if (data is not null)
                    return data;
            }
            else if (line[0] == ':')
                data = line;
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
                data = line[6..];
            else if (line.StartsWith("id: ", StringComparison.Ordinal))
                LastId = line[4..];
            else if (line.StartsWith("retry: ", StringComparison.Ordinal))
                Retry = line[7..];
            else
                Assert.Equal("event: message", line);
        }

        return null;
    }

    /// <summary>The next message.</summary>
    public async Task<JsonNode> MessageAsync()
    {
        while (true)
        {
            var next = await NextAsync();
            Assert.NotNull(next);
            if (next.Length > 0 && next[0] != ':')
                return JsonNode.Parse(next)!;
        }
    }

    public void Dispose()
    {
        _reader.Dispose();
        _response.Dispose();
    }
}
