namespace Steward.Configuration.Parsing;

/// <summary>A place in a text; line and column count from 1.</summary>
internal readonly record struct TextPosition(int Line, int Column);
