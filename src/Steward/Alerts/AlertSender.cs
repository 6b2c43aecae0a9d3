using System.Net;
using System.Net.Http.Headers;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Steward.Configuration;
using Steward.Configuration.Keys;
using Steward.Processes;
using Steward.Upstreams;

namespace Steward.Alerts;

/// <summary>Posts alerts and starts the command for them, one after the other. Whatever comes of it is nobody's trouble but the log's.</summary>
internal sealed class AlertSender : IAsyncDisposable
{
    // More than a fleet that falls over at once. Beyond, the oldest alert is lost, and the log says so.
    private const int MostWaiting = 1024;
    private const int Attempts = 3;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(3);

    private readonly Channel<(AlertsConfig Config, Alert Alert)> _waiting;
    private readonly UpstreamHost _host;
    private readonly ILogger _logger;
    private readonly CommandRunner _commands;
    private readonly HttpClient _http;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _loop;

    public AlertSender(UpstreamHost host, ILogger logger)
    {
        (_host, _logger, _commands) = (host, logger, new CommandRunner(host.Spawner, host.Time, logger));
        _waiting = Channel.CreateBounded<(AlertsConfig Config, Alert Alert)>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            lost => logger.AlertLost(lost.Alert.Status.Id, lost.Alert.Word));
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", $"steward/{ProtocolRevisions.StewardVersion}");
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Takes an alert, and where it goes, and returns at once.</summary>
    public void Send(AlertsConfig config, Alert alert) => _waiting.Writer.TryWrite((config, alert));

    /// <summary>Sends what still waits, for a short while, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _loop.WaitAsync(Farewell, _host.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _end.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        _http.Dispose();
        _end.Dispose();
    }

    private async Task RunAsync()
    {
        await foreach (var (config, alert) in _waiting.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            await Task.WhenAll(
                AttemptAsync("webhook", alert, () => PostAsync(config, alert)),
                AttemptAsync("command", alert, () => CommandAsync(config, alert))).ConfigureAwait(false);
        }
    }

    private async Task AttemptAsync(string way, Alert alert, Func<Task> send)
    {
        try
        {
            if (!_end.IsCancellationRequested)
                await send().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            _logger.AlertLost(alert.Status.Id, alert.Word);
        }
        catch (Exception failure) // whatever is wrong with it, the next alert is to go out
        {
            _logger.AlertFailed(way, alert.Status.Id, alert.Word, failure.Message);
        }
    }

    private async Task PostAsync(AlertsConfig config, Alert alert)
    {
        if (config.Webhook is not { } webhook)
            return;
        var url = new Uri(Resolve(webhook, "alerts.webhook", TextRules.WebUrl, config));
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await PostOnceAsync(url, config, alert).ConfigureAwait(false);
                return;
            }
            catch (HttpRequestException failure) when (attempt < Attempts && MayPass(failure.StatusCode))
            {
                await Task.Delay(Pause * attempt, _host.Time, _end.Token).ConfigureAwait(false);
            }
        }
    }

    private async Task PostOnceAsync(Uri url, AlertsConfig config, Alert alert)
    {
        using var limit = new CancellationTokenSource(config.Timeout, _host.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _end.Token);
        using var request = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = new ByteArrayContent(alert.ToJson()) { Headers = { ContentType = new MediaTypeHeaderValue("application/json", "utf-8") } },
        };
        foreach (var (name, value) in config.Headers)
            request.Headers.TryAddWithoutValidation(name, Resolve(value, $"alerts.headers.{name}", TextRules.HeaderValue, config));
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
                throw new HttpRequestException($"{url.Host} answered {(int)response.StatusCode} {response.ReasonPhrase}", null, response.StatusCode);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !_end.IsCancellationRequested)
        {
            throw new HttpRequestException($"{url.Host} did not answer within {config.Timeout.TotalSeconds:0.###} s (alerts.timeoutMs)");
        }
    }

    /// <summary>Whether a second attempt may find it otherwise.</summary>
    private static bool MayPass(HttpStatusCode? status) => status is null or HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError;

    private async Task CommandAsync(AlertsConfig config, Alert alert)
    {
        if (config.Command.Count == 0)
            return;
        var words = config.Command.Select((text, at) => Resolve(text, $"alerts.command[{at}]", at == 0 ? TextRules.NotEmpty : TextRules.Any, config)).ToList();
        var spec = new ProcessSpec(
            alert.Status.Id,
            words[0],
            words[1..],
            new Dictionary<string, string> { ["STEWARD_ALERT"] = alert.Word, ["STEWARD_ALERT_TEXT"] = alert.Text },
            Path.GetFullPath(config.BaseDirectory),
            new ShutdownPolicy { Grace = TimeSpan.Zero })
        {
            Called = "the command of 'alerts'",
        };
        var exit = await _commands.RunAsync(spec, _host.Logs[alert.Status.Id], alert.ToJson(), config.Timeout, _end.Token).ConfigureAwait(false);
        if (exit.Code != 0)
            _logger.AlertFailed("command", alert.Status.Id, alert.Word, exit.InFull);
    }

    private string Resolve(string text, string key, TextRule rule, AlertsConfig config) => rule.Resolve(text, key, config.BaseDirectory, _host.Variables);
}
