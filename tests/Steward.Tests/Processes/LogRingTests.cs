using System.Text;
using Steward.Processes;
using Xunit;

namespace Steward.Tests.Processes;

public sealed class LogRingTests
{
    private static readonly DateTimeOffset At = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void It_keeps_the_newest_lines_within_both_bounds_whatever_their_lengths()
    {
        var random = new Random(20_30);
        for (var round = 0; round < 200; round++)
        {
            var (maxLines, maxBytes) = (random.Next(1, 40), random.Next(1, 4000));
            var ring = new LogRing(maxLines, maxBytes);
            var model = new List<string>();
            for (var i = 0; i < 300; i++)
            {
                var line = new string((char)('a' + i % 26), random.Next(0, maxBytes + 5));
                ring.Add(At, LogSource.Stderr, Encoding.UTF8.GetBytes(line));
                model.Add(line[..Math.Min(line.Length, maxBytes)]);
                while (model.Count > maxLines || model.Sum(kept => kept.Length) > maxBytes)
                    model.RemoveAt(0);

                Assert.Equal(i + 1, ring.Next);
                Assert.Equal(model, Enumerable.Range(0, ring.Count).Select(offset => ring.Read(ring.First + offset).Text));
            }
        }
    }

    [Fact]
    public void A_character_that_lies_across_the_seam_stays_whole()
    {
        var ring = new LogRing(10, 7);

        foreach (var line in (string[])["12345", "äöü"])
            ring.Add(At, LogSource.Stderr, Encoding.UTF8.GetBytes(line));

        Assert.Equal("äöü", ring.Read(ring.First).Text);
    }
}
