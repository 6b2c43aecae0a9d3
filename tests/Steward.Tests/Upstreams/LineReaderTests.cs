using System.Text;
using Steward.Upstreams;
using Xunit;

namespace Steward.Tests.Upstreams;

public sealed class LineReaderTests
{
    private const int Limit = 2048;

    [Fact(Timeout = 60_000)]
    public async Task Lines_are_found_wherever_the_stream_is_split()
    {
        var text = Encoding.UTF8.GetBytes("{\"a\":1}\r\n\n  \t\r\n{\"b\":\"ä€😀\"}\n \t{\"c\":3} \r\n\r\n{\"d\":4}\nhalf a line");
        for (var first = 0; first <= text.Length; first++)
        {
            for (var second = first; second <= text.Length; second++)
            {
                var read = await ReadAsync(Limit, text.AsMemory(0, first), text.AsMemory(first, second - first), text.AsMemory(second));

                Assert.Equal(["{\"a\":1}", "{\"b\":\"ä€😀\"}", "{\"c\":3}", "{\"d\":4}"], read.Messages);
                Assert.Empty(read.Oversized);
            }
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Lines_of_every_length_come_through_whole_in_chunks_of_every_size()
    {
        var random = new Random(7);
        var lines = Enumerable.Range(0, 300).Select(i => new string((char)('a' + i % 26), i % 50 == 0 ? random.Next(100_000) + 1 : random.Next(1, 300))).ToArray();
        var text = Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n");
        foreach (var chunk in (int[])[1, 7, 4096, 16 * 1024, 16 * 1024 + 1, 100_000, text.Length])
            Assert.Equal(lines, (await ReadAsync(200_000, Chunks(text, chunk))).Messages);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(Limit)]
    [InlineData(100_000)]
    public async Task A_line_at_the_limit_is_a_message_and_one_byte_more_is_not(int chunk)
    {
        var text = Encoding.UTF8.GetBytes($"{new string('x', Limit)}\n{new string('y', Limit + 1)}\nafter\n");

        var read = await ReadAsync(Limit, Chunks(text, chunk));

        Assert.Equal([new string('x', Limit), "after"], read.Messages);
        var (head, tail, length) = Assert.Single(read.Oversized);
        Assert.Equal((new string('y', LineReader.Excerpt), new string('y', LineReader.Excerpt), Limit + 1), (head, tail, length));
    }

    [Theory(Timeout = 60_000)]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(16 * 1024)]
    [InlineData(1_000_000)]
    public async Task Of_an_oversized_line_both_ends_are_kept_and_the_lines_around_it_are_read(int chunk)
    {
        var huge = $"HEAD{new string('-', 50_000)}TAIL";
        var text = Encoding.UTF8.GetBytes($"before\n{huge}\nbetween\n{huge}\n\nafter\n");

        var read = await ReadAsync(Limit, Chunks(text, chunk));

        Assert.Equal(["before", "between", "after"], read.Messages);
        Assert.Equal([huge.Length, huge.Length], read.Oversized.Select(line => line.Length));
        Assert.All(read.Oversized, line =>
        {
            Assert.StartsWith("HEAD-", line.Head, StringComparison.Ordinal);
            Assert.EndsWith("-TAIL", line.Tail, StringComparison.Ordinal);
            Assert.Equal(LineReader.Excerpt, line.Head.Length);
            Assert.InRange(line.Tail.Length, LineReader.Excerpt, Limit);
        });
    }

    [Fact(Timeout = 60_000)]
    public async Task A_line_of_64_MiB_is_skipped_in_bounded_memory()
    {
        const int chunk = 64 * 1024;
        const int limit = 1024 * 1024;
        var filler = Encoding.UTF8.GetBytes(new string('x', chunk));
        var stream = new ScriptedStream([Encoding.UTF8.GetBytes("""{"jsonrpc":"2.0","id":9,"result":" """), .. Enumerable.Repeat((ReadOnlyMemory<byte>)filler, 1024), Encoding.UTF8.GetBytes("\"}\nafter\n")]);
        var receiver = new RecordingReceiver();

        await new LineReader(stream, limit).ReadAllAsync(receiver);

        Assert.Equal(["after"], receiver.Messages);
        var (head, tail, length) = Assert.Single(receiver.Oversized);
        Assert.InRange(length, 64 * 1024 * 1024, 64 * 1024 * 1024 + 100);
        Assert.Equal(9, OversizedLine.FindId(Encoding.UTF8.GetBytes(head), Encoding.UTF8.GetBytes(tail)));
        Assert.InRange(stream.LargestRead, 1, 2 * limit);
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Split(byte[] text, int size)
    {
        for (var at = 0; at < text.Length; at += size)
            yield return text.AsMemory(at, Math.Min(size, text.Length - at));
    }

    private static ReadOnlyMemory<byte>[] Chunks(byte[] text, int size) => [.. Split(text, size)];

    private static async Task<RecordingReceiver> ReadAsync(int limit, params ReadOnlyMemory<byte>[] chunks)
    {
        var receiver = new RecordingReceiver();
        await new LineReader(new ScriptedStream(chunks), limit).ReadAllAsync(receiver);
        return receiver;
    }
}
