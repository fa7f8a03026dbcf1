using System;
using System.Collections;
using System.Collections.Generic;
using System.Collections.Specialized;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Internal;
using System.Management.Automation.Language;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml;

namespace NotionAuth.Conversion.ToJson;

/// <summary>
/// What the values are that a user passes: out of PowerShell's wrapping, and by what they are made of.
/// </summary>
internal static class ForeignValue
{
    private static readonly string[] PlatformAssemblies =
    [
        "mscorlib,", "netstandard,", "System,", "System.", "WindowsBase,", "Presentation", "Microsoft.Win32.",
        "Microsoft.VisualBasic", "Microsoft.CSharp,",
    ];

    /// <summary>
    /// Takes a value out of PowerShell's wrapping. An object of properties stays in it; each kind of nothing is null.
    /// </summary>
    public static object? Unwrap(object? value)
    {
        // What a command without output leaves behind.
        if (ReferenceEquals(value, AutomationNull.Value)) return null;
        object? plain = value is PSObject { BaseObject: { } inner } && inner is not PSCustomObject ? inner : value;
        return plain is DBNull or NullString ? null : plain;
    }

    /// <summary>The JSON of a value that is some, of .NET's own types or of Newtonsoft's; null for any other.</summary>
    /// <remarks>Whatever goes wrong in it is its exception: a document that is closed, an element that was never
    /// filled.</remarks>
    public static string? JsonOf(object value) => value switch
    {
        JsonElement element => element.GetRawText(),
        JsonDocument document => document.RootElement.GetRawText(),
        JsonNode node => node.ToJsonString(),
        _ => NewtonsoftJson(value),
    };

    /// <summary>Whether a value has keys, by whatever interface or type it tells so.</summary>
    public static bool IsDictionary(object value) => value is IDictionary or NameValueCollection or StringDictionary
        || (value is not IList
            && value.GetType().GetInterfaces()
            .Any(static i => i.IsGenericType && IsDictionaryType(i.GetGenericTypeDefinition())));

    /// <summary>Whether a value is nothing but its items.</summary>
    public static bool IsList(object value) => value is IEnumerable and not (string or XmlNode) && !IsDictionary(value);

    /// <summary>Takes a pair of a dictionary apart.</summary>
    public static (object? Key, object? Value) Pair(object pair) => pair is DictionaryEntry entry
        ? (entry.Key, entry.Value)
        : (pair.GetType().GetProperty("Key")!.GetValue(pair), pair.GetType().GetProperty("Value")!.GetValue(pair));

    /// <summary>
    /// Whether a value is plainly an object of properties: PowerShell's own, an instance of a class that somebody
    /// wrote, a pair. The platform's types (files, processes, tasks, encodings, ...) aren't: their properties aren't
    /// what they mean.
    /// </summary>
    public static bool IsObject(object value)
    {
        if (value is PSObject or PSCustomObject or DictionaryEntry) return true;
        Type type = value.GetType();
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>)) return true;
        if (value is Delegate or Type or System.IO.Stream or Exception) return false;
        string assembly = type.Assembly.FullName ?? string.Empty;
        return !Array.Exists(PlatformAssemblies, p => assembly.StartsWith(p, StringComparison.Ordinal));
    }

    /// <summary>A member of a dictionary or an object; null where there is none.</summary>
    /// <param name="value">The dictionary or object.</param>
    /// <param name="name">The member's name.</param>
    public static object? MemberOf(object value, string name) => Unwrap(value switch
    {
        IDictionary dictionary => dictionary.Contains(name) ? dictionary[name] : null,
        IDictionary<string, object?> pairs => pairs.TryGetValue(name, out object? member) ? member : null,
        PSObject wrapped => (wrapped.Properties[name] as PSNoteProperty)?.Value,
        _ => null,
    });

    /// <summary>
    /// Whether a property is the object's own, and not one that Update-TypeData or a type file has added to its type.
    /// </summary>
    public static bool IsOwn(PSPropertyInfo property) => property.IsInstance || property is PSProperty;

    private static bool IsDictionaryType(Type type) =>
        type == typeof(IReadOnlyDictionary<,>) || type == typeof(IDictionary<,>);

    // PowerShell 7 has it, and modules bring their own: by its name, since there may be several.
    private static string? NewtonsoftJson(object value)
    {
        Type? token = value.GetType();
        while (token is not null && token.FullName != "Newtonsoft.Json.Linq.JToken") token = token.BaseType;
        if (token is null) return null;
        MethodInfo toString = token.GetMethods()
            .First(static m => m.Name == nameof(ToString) && m.GetParameters().Length == 2);
        ParameterInfo[] parameters = toString.GetParameters();
        object isOnOneLine = Enum.ToObject(parameters[0].ParameterType, 0);
        try
        {
            return (string)toString.Invoke(
                value, [isOnOneLine, Array.CreateInstance(parameters[1].ParameterType.GetElementType()!, 0)])!;
        }
        catch (TargetInvocationException e) when (e.InnerException is not null)
        {
            throw new InvalidOperationException(e.InnerException.Message, e.InnerException);
        }
    }
}
