using System.Text.Json;

namespace Steward.Configuration.Keys;

/// <summary>Writes what an object says that the standard, the other one, does not.</summary>
internal sealed class KeyWriter(Utf8JsonWriter json) : IKeyVisitor
{
    public void Visit<T>(ConfigKey<T> key, T value, T other)
    {
        if (key.IsAlwaysWritten || !key.Same(value, other))
            key.Write(json, value, other);
    }
}
