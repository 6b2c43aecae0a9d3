using System.Text;

namespace Steward.Bench.Http;

/// <summary>What a blocking request brought back.</summary>
internal sealed class HttpExchange : IResponseSink
{
    internal List<byte[]> Messages { get; } = [];

    internal int Status { get; private set; }

    internal bool HasEnded { get; private set; }

    public void OnMessage(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data) => Messages.Add(data.ToArray());

    public void OnEnd(int status)
    {
        Status = status;
        HasEnded = true;
    }

    internal void RequireSuccess(string what)
    {
        if (Status is < 200 or > 299)
            throw new BenchException($"{what} was answered with status {Status}: {string.Join(' ', Messages.Select(Encoding.UTF8.GetString))}");
    }
}
