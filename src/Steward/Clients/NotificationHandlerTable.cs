using ModelContextProtocol.Protocol;

namespace Steward.Clients;

/// <summary>Who wants to hear which notifications. Handlers of one method are called one after the other, in the order of their registration.</summary>
internal sealed class NotificationHandlerTable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Registration[]> _byMethod = new(StringComparer.Ordinal);

    /// <returns>To be disposed when the handler wants to hear no more; it is not called again from then on.</returns>
    public IAsyncDisposable Add(string method, Func<JsonRpcNotification, CancellationToken, ValueTask> handler)
    {
        var registration = new Registration(this, method, handler);
        lock (_gate)
            _byMethod[method] = [.. _byMethod.GetValueOrDefault(method, []), registration];
        return registration;
    }

    public bool HasAny(string method)
    {
        lock (_gate)
            return _byMethod.ContainsKey(method);
    }

    /// <exception cref="AggregateException">Handlers have failed; all of them were called.</exception>
    public async Task InvokeAsync(JsonRpcNotification notification, CancellationToken cancellationToken)
    {
        Registration[] registrations;
        lock (_gate)
            registrations = _byMethod.GetValueOrDefault(notification.Method, []);

        List<Exception>? failures = null;
        foreach (var registration in registrations)
        {
            try
            {
                if (!registration.IsDisposed)
                    await registration.Handler(notification, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception failure) // of one handler; the others are called all the same
            {
                (failures ??= []).Add(failure);
            }
        }

        if (failures is not null)
            throw new AggregateException(failures);
    }

    private void Remove(Registration registration)
    {
        lock (_gate)
        {
            Registration[] left = [.. _byMethod.GetValueOrDefault(registration.Method, []).Where(other => other != registration)];
            if (left.Length > 0)
                _byMethod[registration.Method] = left;
            else
                _byMethod.Remove(registration.Method);
        }
    }

    private sealed class Registration(NotificationHandlerTable table, string method, Func<JsonRpcNotification, CancellationToken, ValueTask> handler) : IAsyncDisposable
    {
        private bool _isDisposed;

        public string Method => method;

        public Func<JsonRpcNotification, CancellationToken, ValueTask> Handler => handler;

        public bool IsDisposed => Volatile.Read(ref _isDisposed);

        public ValueTask DisposeAsync()
        {
            Volatile.Write(ref _isDisposed, true);
            table.Remove(this);
            return default;
        }
    }
}
