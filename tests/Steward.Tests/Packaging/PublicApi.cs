using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Steward.Tests.Packaging;

/// <summary>All that a library shows to programs, as text: one line for each type and member, sorted.</summary>
internal static class PublicApi
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static string Of(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var types in assembly.GetExportedTypes().GroupBy(type => type.Namespace).OrderBy(types => types.Key, StringComparer.Ordinal))
        {
            text.Append(text.Length == 0 ? "" : "\n").Append("namespace ").Append(types.Key).Append('\n');
            foreach (var type in types.OrderBy(type => type.FullName, StringComparer.Ordinal))
            {
                text.Append('\n').Append(Head(type)).Append('\n');
                foreach (var member in Members(type).Distinct().OrderBy(member => member.Name, StringComparer.Ordinal).ThenBy(member => member.Text, StringComparer.Ordinal))
                    text.Append("    ").Append(member.Text).Append('\n');
            }
        }

        return text.ToString();
    }

    private static string Head(Type type)
    {
        if (type.BaseType == typeof(MulticastDelegate))
            return $"delegate {Signature(type.GetMethod("Invoke")!, ApiNames.Of(type))}";
        var isRecord = type.GetMethod("<Clone>$") is not null;
        var kind = type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct" : isRecord ? "record" : "class";
        var modifier = type is { IsAbstract: true, IsSealed: true } ? "static " : type is { IsSealed: true, IsValueType: false } ? "sealed " : type is { IsAbstract: true, IsInterface: false } ? "abstract " : "";
        var bases = Bases(type);
        return $"{modifier}{kind} {ApiNames.Of(type)}{(bases.Length == 0 ? "" : $" : {string.Join(", ", bases)}")}";
    }

    private static string[] Bases(Type type)
    {
        if (type.IsEnum)
            return [];
        var inherited = type.BaseType?.GetInterfaces() ?? [];
        var own = type.GetInterfaces().Except(inherited).Where(face => face.IsVisible).ToArray();
        return
        [
            .. type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) ? [ApiNames.Of(parent)] : Array.Empty<string>(),
            .. own.Where(face => !own.Any(other => other != face && other.GetInterfaces().Contains(face)))
                .Where(face => !(face.IsGenericType && face.GetGenericTypeDefinition() == typeof(IEquatable<>)))
                .Select(ApiNames.Of).Order(StringComparer.Ordinal),
        ];
    }

    private static IEnumerable<(string Name, string Text)> Members(Type type)
    {
        if (type.BaseType == typeof(MulticastDelegate))
            return [];
        if (type.IsEnum)
            return Enum.GetNames(type).Select(name => ("", $"{name} = {Convert.ToInt64(Enum.Parse(type, name), null)}"));
        return
        [
            .. type.GetConstructors(Declared).Where(IsShown).Select(made => ("", $"{Access(made)}new({Parameters(made)})")),
            .. type.GetFields(Declared).Where(field => field.IsPublic || field.IsFamily).Select(field => (field.Name, Field(field))),
            .. type.GetProperties(Declared).Where(property => property.GetAccessors(nonPublic: true).Any(IsShown)).Select(property => (property.Name, Property(property))),
            .. type.GetEvents(Declared).Where(happening => IsShown(happening.AddMethod!)).Select(happening => (happening.Name, $"{Access(happening.AddMethod!)}event {ApiNames.Of(happening)} {happening.Name}")),
            .. type.GetMethods(Declared).Where(IsShown).Where(IsWritten).Select(method => (method.Name, Access(method) + Signature(method, method.Name + Generics(method)))),
        ];
    }

    /// <summary>Whether programs see it: it is public, or they may derive from the type and see it then.</summary>
    private static bool IsShown(MethodBase member) => member.IsPublic || ((member.IsFamily || member.IsFamilyOrAssembly) && !member.DeclaringType!.IsSealed);

    /// <summary>Not what the compiler adds to records, properties and events.</summary>
    private static bool IsWritten(MethodInfo method) =>
        !method.IsDefined(typeof(CompilerGeneratedAttribute)) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal));

    private static string Access(MethodBase member) => string.Concat(
        member.IsPublic ? "" : "protected ",
        member.IsStatic ? "static " : "",
        member is not MethodInfo method || method.DeclaringType!.IsInterface || member.IsStatic ? "" : method.GetBaseDefinition() != method ? "override " : method.IsAbstract ? "abstract " : method is { IsVirtual: true, IsFinal: false } ? "virtual " : "");

    private static string Field(FieldInfo field) => field.IsLiteral
        ? $"const {ApiNames.Of(field)} {field.Name} = {ApiNames.Value(field.GetRawConstantValue(), field.FieldType)}"
        : $"{(field.IsPublic ? "" : "protected ")}{(field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}{ApiNames.Of(field)} {field.Name}";

    private static string Property(PropertyInfo property)
    {
        var getter = property.GetMethod is { } get && IsShown(get) ? "get; " : "";
        var isInit = property.SetMethod?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) == true;
        var setter = property.SetMethod is { } set && IsShown(set) ? isInit ? "init; " : "set; " : "";
        var required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
        var index = property.GetIndexParameters() is { Length: > 0 } parameters ? $"this[{string.Join(", ", parameters.Select(Parameter))}]" : property.Name;
        return $"{Access(property.GetAccessors(nonPublic: true).First(IsShown))}{required}{ApiNames.Of(property)} {index} {{ {getter}{setter}}}";
    }

    private static string Signature(MethodInfo method, string name) => $"{ApiNames.Of(method.ReturnParameter)} {name}({Parameters(method)})";

    private static string Generics(MethodInfo method) => method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(type => type.Name))}>" : "";

    private static string Parameters(MethodBase method) =>
        (method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "") + string.Join(", ", method.GetParameters().Select(Parameter));

    private static string Parameter(ParameterInfo parameter)
    {
        var prefix = parameter.IsDefined(typeof(ParamArrayAttribute)) || parameter.IsDefined(typeof(ParamCollectionAttribute)) ? "params " : !parameter.ParameterType.IsByRef ? "" : parameter.IsOut ? "out " : parameter.IsIn ? "in " : "ref ";
        var standard = parameter.HasDefaultValue ? $" = {ApiNames.Value(parameter.RawDefaultValue, parameter.ParameterType)}" : "";
        return $"{prefix}{ApiNames.Of(parameter)} {parameter.Name}{standard}";
    }
}
