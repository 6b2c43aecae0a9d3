using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Steward.Upstreams.Auth;

/// <summary>
/// Takes a browser back at a port of its own, for clients that are registered with one. Listens on the loopback and only as long
/// as a login is under way.
/// </summary>
internal sealed class RedirectListener : IDisposable
{
    private const int Tries = 5;

    private readonly HttpListener _listener = new();
    private readonly LoginAttempt _attempt;
    private readonly Task<string?> _ended;

    private RedirectListener(int port, LoginAttempt attempt, Task<string?> ended)
    {
        (_attempt, _ended) = (attempt, ended);
        Uri = new Uri($"http://127.0.0.1:{port}{AuthorizationHost.RedirectPath}");
        _listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        _listener.Start();
        Answered = ServeAsync();
    }

    /// <summary>Where it takes the browser back.</summary>
    public Uri Uri { get; }

    /// <summary>Completes when a browser was answered, or the listener is closed. Never faults.</summary>
    public Task Answered { get; }

    /// <param name="port">0 takes a free one.</param>
    /// <param name="attempt">Whose browser comes back.</param>
    /// <param name="ended">The end of the login, with why it failed.</param>
    /// <exception cref="HttpListenerException">The port is in use.</exception>
    public static RedirectListener Start(int port, LoginAttempt attempt, Task<string?> ended)
    {
        for (var tried = 1; ; tried++)
        {
            try
            {
                return new RedirectListener(port == 0 ? FreePort() : port, attempt, ended);
            }
            catch (HttpListenerException) when (port == 0 && tried < Tries)
            {
                // Somebody else was faster to take it.
            }
        }
    }

    public void Dispose() => _listener.Close();

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private async Task ServeAsync()
    {
        try
        {
            while (!await TryAnswerAsync(await _listener.GetContextAsync().ConfigureAwait(false)).ConfigureAwait(false))
            {
                // A browser asks for its icon, too.
            }
        }
        catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException or InvalidOperationException)
        {
            // The login is over.
        }
    }

    private async Task<bool> TryAnswerAsync(HttpListenerContext context)
    {
        using var response = context.Response;
        var query = context.Request.Url is { AbsolutePath: AuthorizationHost.RedirectPath } url ? url.Query : "";
        var isOurs = _attempt.State is { } state && QueryText.Find(query, "state") == state;
        if (isOurs)
            _attempt.Answer(query);
        var page = !isOurs ? RedirectPage.Unknown : await _ended.ConfigureAwait(false) is { } failure ? RedirectPage.Failed(failure) : RedirectPage.Done;
        (response.StatusCode, response.ContentType) = (isOurs ? 200 : 404, RedirectPage.ContentType);
        await response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(page)).ConfigureAwait(false);
        return isOurs;
    }
}
