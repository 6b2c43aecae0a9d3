using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Steward.Discovery.Remote;

/// <summary>
/// Gets JSON of a service, and of what it got before only whether it has changed. Every answer is bounded, and everything that can go wrong
/// is a <see cref="DiscoveryException"/> that names the address.
/// </summary>
internal sealed class JsonReader
{
    private const int LargestBody = 16 * 1024 * 1024;
    private const int MostRemembered = 512;
    private const int MostRememberedBytes = 32 * 1024 * 1024;

    private readonly Dictionary<string, RemoteJson> _remembered = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private int _rememberedBytes;

    /// <summary>Gets a document.</summary>
    /// <param name="http">The client.</param>
    /// <param name="request">What to ask.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DiscoveryException">There is none to be had; <see cref="RemoteStatusException"/> where the service said so.</exception>
    public async Task<RemoteJson> GetAsync(HttpClient http, JsonRequest request, TimeProvider time, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, request.Url);
        message.Headers.Accept.ParseAdd(request.Accept);
        message.Headers.UserAgent.ParseAdd("steward-discovery");
        if (request.Token is { } token)
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var name = request.Name;
        var before = Find(request.Key);
        if (before?.Tag is { } tag)
            message.Headers.TryAddWithoutValidation("If-None-Match", tag);

        try
        {
            using var response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.NotModified && before is not null)
                return before;
            if (!response.IsSuccessStatusCode)
                throw Refusal(request, response, time);
            var bytes = await ReadBodyAsync(response, name, cancellationToken).ConfigureAwait(false);
            var root = Parse(bytes, name, out var damage);
            var fresh = new RemoteJson(root, response.Headers.ETag?.ToString(), NextOf(response, request.Url), bytes.Length, damage is null ? [] : [Damaged(name, damage)]);
            Remember(request.Key, fresh);
            return fresh;
        }
        catch (HttpRequestException error)
        {
            throw new DiscoveryException($"{name} cannot be reached: {error.Message.TrimEnd('.')}. Check the network, and the address in the configuration", error);
        }
        catch (IOException error)
        {
            throw new DiscoveryException($"The answer of {name} broke off: {error.Message.TrimEnd('.')}. Try again later", error);
        }
    }

    private static RemoteStatusException Refusal(JsonRequest request, HttpResponseMessage response, TimeProvider time)
    {
        var now = time.GetUtcNow();
        var retryAfter = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => now + delta,
            { Date: { } date } => date,
            _ => (DateTimeOffset?)null,
        };
        if (retryAfter is null && HeaderOf(response, "x-ratelimit-remaining") == "0" && long.TryParse(HeaderOf(response, "x-ratelimit-reset"), NumberStyles.None, CultureInfo.InvariantCulture, out var reset) && reset is > 0 and < 253_402_300_800)
            retryAfter = DateTimeOffset.FromUnixTimeSeconds(reset);
        var isRateLimit = response.StatusCode == HttpStatusCode.TooManyRequests || (response.StatusCode == HttpStatusCode.Forbidden && retryAfter is not null);
        return new RemoteStatusException(request.Name, response.StatusCode, isRateLimit, retryAfter);
    }

    private static string? HeaderOf(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    private static async Task<byte[]> ReadBodyAsync(HttpResponseMessage response, string url, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentLength > LargestBody)
            throw TooLarge(url);
        using var body = new MemoryStream();
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var block = new byte[64 * 1024];
            while (await stream.ReadAsync(block, cancellationToken).ConfigureAwait(false) is > 0 and var read)
            {
                if (body.Length + read > LargestBody)
                    throw TooLarge(url);
                body.Write(block, 0, read);
            }
        }

        return body.ToArray();
    }

    private static DiscoveryException TooLarge(string url) => new($"{url} answered with more than {LargestBody / 1024 / 1024} MiB. Is this the right address?");

    private static JsonElement Parse(byte[] bytes, string url, out string? damage)
    {
        try
        {
            return ForeignJson.Parse(bytes, out damage);
        }
        catch (JsonException error)
        {
            throw new DiscoveryException($"{url} did not answer with JSON, or its answer broke off (line {error.LineNumber + 1}, position {error.BytePositionInLine + 1}). Try again later, or check the address", error);
        }
    }

    private static string Damaged(string url, string place) =>
        $"{url} holds text that is no valid Unicode, first at {place}. What cannot be read is shown as \uFFFD; whoever publishes it has to mend that.";

    /// <summary>The next page by the <c>Link</c> header (RFC 8288), if it is of the same origin: the token goes there, too.</summary>
    private static Uri? NextOf(HttpResponseMessage response, Uri url)
    {
        var links = response.Headers.TryGetValues("Link", out var values) ? string.Join(',', values).Split(',') : [];
        foreach (var link in links.Select(link => link.Split(';', StringSplitOptions.TrimEntries)))
        {
            if (link is [['<', .. var target, '>'], .. var parameters] && parameters.Any(parameter => parameter is "rel=\"next\"" or "rel=next")
                && Uri.TryCreate(url, target, out var next) && next.GetLeftPart(UriPartial.Authority) == url.GetLeftPart(UriPartial.Authority))
            {
                return next;
            }
        }

        return null;
    }

    private RemoteJson? Find(string key)
    {
        lock (_gate)
            return _remembered.GetValueOrDefault(key);
    }

    private void Remember(string key, RemoteJson answer)
    {
        if (answer.Tag is null)
            return;
        lock (_gate)
        {
            if (_remembered.Remove(key, out var before))
                _rememberedBytes -= before.Size;
            if (_remembered.Count >= MostRemembered || _rememberedBytes + answer.Size > MostRememberedBytes)
            {
                _remembered.Clear(); // rare, and costs no more than asking for everything once
                _rememberedBytes = 0;
            }

            _remembered[key] = answer;
            _rememberedBytes += answer.Size;
        }
    }
}
