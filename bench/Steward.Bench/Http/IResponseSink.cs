namespace Steward.Bench.Http;

/// <summary>Hears what an <see cref="HttpResponseReader"/> finds.</summary>
internal interface IResponseSink
{
    /// <summary>One message: a JSON body, or the data of one server-sent event (<paramref name="name"/> is its type).</summary>
    void OnMessage(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data);

    /// <summary>The response is complete and the connection is free for the next request.</summary>
    void OnEnd(int status);
}
