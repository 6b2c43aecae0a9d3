using System.Globalization;
using System.Reflection;

namespace Steward.Tests.Packaging;

/// <summary>Writes types and values as C# does, with what the compiler knows of null.</summary>
internal static class ApiNames
{
    private static readonly NullabilityInfoContext Nullability = new();

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(char)] = "char",
        [typeof(short)] = "short",
        [typeof(int)] = "int",
        [typeof(long)] = "long",
        [typeof(double)] = "double",
        [typeof(float)] = "float",
        [typeof(decimal)] = "decimal",
    };

    public static string Of(ParameterInfo parameter) => Of(Nullability.Create(parameter));

    public static string Of(PropertyInfo property) => Of(Nullability.Create(property));

    public static string Of(FieldInfo field) => Of(Nullability.Create(field));

    public static string Of(EventInfo @event) => Of(Nullability.Create(@event));

    /// <summary>A type without what is known of null.</summary>
    public static string Of(Type type)
    {
        if (Keywords.TryGetValue(type, out var keyword))
            return keyword;
        if (type.IsByRef)
            return Of(type.GetElementType()!);
        if (type.IsArray)
            return $"{Of(type.GetElementType()!)}[]";
        if (Nullable.GetUnderlyingType(type) is { } value)
            return $"{Of(value)}?";
        return Generic(type, [.. type.GetGenericArguments().Select(Of)]);
    }

    public static string Value(object? value, Type type) => value switch
    {
        null => type.IsValueType && Nullable.GetUnderlyingType(type) is null ? "default" : "null",
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        Enum => $"{Of(value.GetType())}.{value}",
        _ when type.IsEnum => $"{Of(type)}.{Enum.ToObject(type, value)}",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    private static string Of(NullabilityInfo info)
    {
        var type = info.Type.IsByRef ? info.Type.GetElementType()! : info.Type;
        var mark = !type.IsValueType && info.ReadState == NullabilityState.Nullable ? "?" : "";
        if (info.ElementType is { } element && type.IsArray)
            return $"{Of(element)}[]{mark}";
        if (Nullable.GetUnderlyingType(type) is not null)
            return $"{(info.GenericTypeArguments is [var only] ? Of(only) : Of(Nullable.GetUnderlyingType(type)!))}?";
        return Keywords.TryGetValue(type, out var keyword)
            ? keyword + mark
            : Generic(type, [.. info.GenericTypeArguments.Length > 0 ? info.GenericTypeArguments.Select(Of) : type.GetGenericArguments().Select(Of)]) + mark;
    }

    private static string Generic(Type type, string[] arguments)
    {
        var name = type.Name.Split('`')[0];
        if (name == nameof(ValueTuple) && arguments.Length > 1)
            return $"({string.Join(", ", arguments)})";
        if (type is { IsNested: true, IsGenericParameter: false })
            name = $"{type.DeclaringType!.Name.Split('`')[0]}.{name}";
        return arguments.Length == 0 ? name : $"{name}<{string.Join(", ", arguments)}>";
    }
}
