using Steward.Wire;

namespace Steward.Upstreams.Remote;

/// <summary>
/// Delivers what a request's response says, in order. A stream of the legacy era that breaks, or that the server ends before it
/// has answered, is taken up again where it stopped.
/// See <see href="https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#resumability-and-redelivery"/>.
/// </summary>
internal sealed class HttpAnswer(OutgoingMessage request, StreamableHttpParts parts)
{
    private const int MaxFailures = 5;
    private static readonly TimeSpan UsualPause = TimeSpan.FromSeconds(1);

    private string? _lastEventId;
    private TimeSpan _retry;
    private Exception? _failure;

    public async Task RelayAsync(HttpResponseMessage response, LegacySession? session, CancellationToken cancellationToken)
    {
        var isAnswered = await ReadAsync(response, cancellationToken).ConfigureAwait(false);
        for (var failures = 0; !isAnswered; failures = _failure is null ? 0 : failures + 1)
        {
            if (_failure is not null)
                parts.Vitals.Failed();
            if (request.IsModern || _lastEventId is null || failures >= MaxFailures)
                throw Unanswered(response);
            await Task.Delay(_retry > TimeSpan.Zero ? _retry : UsualPause, parts.Endpoint.Time, cancellationToken).ConfigureAwait(false);
            isAnswered = await ResumeAsync(session, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<bool> ResumeAsync(LegacySession? session, CancellationToken cancellationToken)
    {
        HttpResponseMessage response;
        try
        {
            using var again = RemoteEndpoint.Get(parts.Endpoint.Url, _lastEventId);
            session?.AddTo(again.Headers);
            response = await parts.Endpoint.SendAsync(again, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (RemoteFailure.IsOfNetwork(failure) && !cancellationToken.IsCancellationRequested)
        {
            _failure = failure;
            return false;
        }

        using (response)
        {
            if (!response.IsSuccessStatusCode || !RemoteEndpoint.IsEventStream(response))
                throw new RemoteRefusalException($"the connection broke before the answer came, and could not be resumed: {RemoteFailure.Describe(parts.Endpoint.Url, response)}");
            parts.Vitals.Answered();
            return await ReadAsync(response, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Whether the answer has come.</summary>
    private async Task<bool> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        _failure = null;
        var reader = new MessageReader(response);
        try
        {
            await foreach (var frame in reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                if (await DeliverAsync(frame, response).ConfigureAwait(false))
                    return true; // what a server says behind its answer is for nobody
            }
        }
        catch (Exception failure) when (RemoteFailure.IsOfNetwork(failure) && !cancellationToken.IsCancellationRequested)
        {
            _failure = failure;
        }

        _lastEventId = reader.LastEventId ?? _lastEventId;
        _retry = reader.Retry > TimeSpan.Zero ? reader.Retry : _retry;
        return false;
    }

    private async ValueTask<bool> DeliverAsync(RentedFrame frame, HttpResponseMessage response)
    {
        try
        {
            var envelope = JsonRpcEnvelope.Parse(frame.Span);
            var isAnswer = request.IsAnsweredBy(frame.Span, envelope);
            if (isAnswer && request.Envelope.Method == McpMethod.Initialize)
                parts.Sessions.Begin(request, response, envelope.Result.Of(frame.Span));
            await parts.Turn.DeliverAsync(frame.Memory, request.Id).ConfigureAwait(false);
            return isAnswer;
        }
        finally
        {
            frame.Return();
        }
    }

    private RemoteRefusalException Unanswered(HttpResponseMessage response) => new(
        _failure is not null ? $"the connection broke before the answer came: {RemoteFailure.Describe(parts.Endpoint.Url, _failure)}"
        : RemoteEndpoint.IsJson(response) ? $"{RemoteOrigin.Show(parts.Endpoint.Url)} answered with JSON that is no answer to the request"
        : $"{RemoteOrigin.Show(parts.Endpoint.Url)} ended its stream before the answer came");
}
