namespace Steward.Configuration.Parsing;

/// <summary>Finds keys that stand twice in one object. JSON readers take one of them silently, and seldom the one that was meant.</summary>
internal static class DuplicateKeys
{
    public static void Report(ConfigValue value)
    {
        var first = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var property in value.Node.Properties)
        {
            var member = value.Member(property);
            if (!first.TryAdd(property.Name, property.Offset))
            {
                var line = value.Reading.Source.PositionOf(first[property.Name]).Line;
                value.Reading.Problem(property.Offset, member.Path, $"the key is given twice, first on line {line}", "Remove or rename one of the two.");
            }

            Report(member);
        }

        for (var i = 0; i < value.Node.Items.Count; i++)
            Report(value.Item(i));
    }
}
