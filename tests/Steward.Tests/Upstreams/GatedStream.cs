using System.Collections.Concurrent;
using System.Text;

namespace Steward.Tests.Upstreams;

/// <summary>A stream to write to that takes bytes only while its gate is open, and fails writes that wait when it is closed.</summary>
internal sealed class GatedStream : Stream
{
    private readonly Lock _lock = new();
    private readonly MemoryStream _taken = new();
    private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _writing;

    public GatedStream(bool open = true)
    {
        if (open)
            _gate.SetResult();
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Whether two writes were ever under way at once.</summary>
    public bool WasCrossed { get; private set; }

    /// <summary>The threads on which writes began.</summary>
    public ConcurrentQueue<int> Writers { get; } = [];

    public bool HasTaken
    {
        get
        {
            lock (_lock)
                return _taken.Length > 0;
        }
    }

    public string Taken
    {
        get
        {
            lock (_lock)
                return Encoding.UTF8.GetString(_taken.ToArray());
        }
    }

    public string[] Lines => Taken.Split('\n')[..^1];

    public void Open() => _gate.TrySetResult();

    public void Shut() => _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Writers.Enqueue(Environment.CurrentManagedThreadId);
        if (Interlocked.Increment(ref _writing) > 1)
            WasCrossed = true;
        await Task.WhenAny(_gate.Task, _disposed.Task);
        Interlocked.Decrement(ref _writing);
        if (_disposed.Task.IsCompleted)
            throw new IOException("Broken pipe");
        lock (_lock)
            _taken.Write(buffer.Span);
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    protected override void Dispose(bool disposing)
    {
        _disposed.TrySetResult();
        base.Dispose(disposing);
    }
}
