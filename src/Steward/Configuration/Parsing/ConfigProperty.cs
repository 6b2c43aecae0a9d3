namespace Steward.Configuration.Parsing;

/// <summary>One member of an object; the offset is that of its key.</summary>
internal sealed record ConfigProperty(string Name, int Offset, ConfigNode Value);
