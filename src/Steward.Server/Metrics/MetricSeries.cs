namespace Steward.Server.Metrics;

/// <summary>The measurements of one instrument that have the same labels.</summary>
internal sealed class MetricSeries(KeyValuePair<string, object?>[] tags, int buckets)
{
    public KeyValuePair<string, object?>[] Tags { get; } = tags;

    /// <summary>The value, or the sum of all values of a histogram.</summary>
    public double Value { get; set; }

    /// <summary>How many measurements a histogram has.</summary>
    public long Count { get; set; }

    /// <summary>How many measurements fell into each bucket of a histogram; the last one has no bound.</summary>
    public long[] Buckets { get; } = new long[buckets];

    public bool HasTags(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length != Tags.Length)
            return false;
        for (var i = 0; i < tags.Length; i++)
        {
            if (!string.Equals(tags[i].Key, Tags[i].Key, StringComparison.Ordinal) || !Equals(tags[i].Value, Tags[i].Value))
                return false;
        }

        return true;
    }
}
