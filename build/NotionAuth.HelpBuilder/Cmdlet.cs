using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Reflection;

namespace NotionAuth.HelpBuilder;

/// <summary>What a parameter is in one parameter set.</summary>
internal sealed record ParameterIn(string Set, bool IsMandatory, int? Position, bool FromPipeline, bool FromProperty);

/// <summary>A parameter as the cmdlet declares it.</summary>
internal sealed record CmdletParameter(
    string Name, Type Type, IReadOnlyList<string> Aliases, IReadOnlyList<string> Values, bool HasWildcards,
    IReadOnlyList<ParameterIn> Sets)
{
    public bool IsSwitch => Type == typeof(SwitchParameter);

    /// <summary>The type as PowerShell's syntax names it.</summary>
    public string ShortType => NameOf(Type);

    private static string NameOf(Type type) => Nullable.GetUnderlyingType(type) is { } inner ? NameOf(inner)
        : type.IsArray ? NameOf(type.GetElementType()!) + "[]"
        : type.Name switch
        {
            "String" or "PSObject" or "SecureString" or "PSCredential" or "Uri" or "Object" =>
                type.Name.ToLowerInvariant(),
            "Int32" => "int",
            string other => other,
        };
}

/// <summary>A cmdlet of the module, read from its assembly's metadata: nothing of it runs.</summary>
internal sealed class Cmdlet
{
    private const string All = "__AllParameterSets";

    private Cmdlet(Type type, CustomAttributeData attribute)
    {
        Verb = (string)attribute.ConstructorArguments[0].Value!;
        Noun = (string)attribute.ConstructorArguments[1].Value!;
        DefaultSet = Named(attribute, "DefaultParameterSetName") as string ?? All;
        Parameters = type.GetProperties().OrderBy(p => p.MetadataToken).Select(Parameter).OfType<CmdletParameter>()
            .Concat(Named(attribute, "SupportsShouldProcess") is true
                ? [Switch("WhatIf", "wi"), Switch("Confirm", "cf")] : []).ToList();
    }

    public string Verb { get; }

    public string Noun { get; }

    public string Name => $"{Verb}-{Noun}";

    public string DefaultSet { get; }

    public IReadOnlyList<CmdletParameter> Parameters { get; }

    /// <summary>The parameter sets, the default one first.</summary>
    public IReadOnlyList<string> Sets =>
        Parameters.SelectMany(p => p.Sets).Select(s => s.Set).Where(s => s != All).Distinct()
        .DefaultIfEmpty(All).OrderBy(s => s != DefaultSet).ToList();

    /// <summary>Reads the cmdlets of an assembly.</summary>
    public static IReadOnlyList<Cmdlet> ReadAll(Assembly assembly) => assembly.GetExportedTypes()
        .Select(t =>
            (Type: t,
                Attribute: t.GetCustomAttributesData().FirstOrDefault(a => a.AttributeType == typeof(CmdletAttribute))))
        .Where(t => t.Attribute is not null).Select(t => new Cmdlet(t.Type, t.Attribute!))
            .OrderBy(c => c.Name, StringComparer.Ordinal).ToList();

    /// <summary>
    /// A set's parameters, in the order of PowerShell's syntax: by position, then the mandatory ones, then the others.
    /// </summary>
    public IReadOnlyList<(CmdletParameter Parameter, ParameterIn In)> In(string set) => Parameters
        .Select(p =>
            (Parameter: p, In: p.Sets.FirstOrDefault(s => s.Set == set) ?? p.Sets.FirstOrDefault(s => s.Set == All)))
        .Where(p => p.In is not null).Select(p => (p.Parameter, In: p.In!))
        .OrderBy(p => p.In.Position ?? int.MaxValue).ThenBy(p => !p.In.IsMandatory).ToList();

    /// <summary>A set's syntax in one line.</summary>
    public string Syntax(string set) => string.Join(' ', In(set).Select(p => Syntax(p.Parameter, p.In)).Prepend(Name));

    private static string Syntax(CmdletParameter parameter, ParameterIn place)
    {
        string name = place.Position is null ? $"-{parameter.Name}" : $"[-{parameter.Name}]";
        string text = parameter.IsSwitch ? name : $"{name} <{parameter.ShortType}>";
        return place.IsMandatory ? text : $"[{text}]";
    }

    private static CmdletParameter Switch(string name, string alias) =>
        new(name, typeof(SwitchParameter), [alias], [], false, [new ParameterIn(All, false, null, false, false)]);

    private static CmdletParameter? Parameter(PropertyInfo property)
    {
        IList<CustomAttributeData> attributes = property.GetCustomAttributesData();
        List<ParameterIn> sets = attributes.Where(a => a.AttributeType == typeof(ParameterAttribute))
            .Select(a => new ParameterIn(
            Named(a, "ParameterSetName") as string ?? All, Named(a, "Mandatory") is true, Named(a, "Position") as int?,
            Named(a, "ValueFromPipeline") is true, Named(a, "ValueFromPipelineByPropertyName") is true)).ToList();
        return sets.Count == 0 ? null : new CmdletParameter(
            property.Name, property.PropertyType, Words(attributes, "AliasAttribute"), Words(attributes,
                "ValidateSetAttribute"),
            attributes.Any(a => a.AttributeType.Name == "SupportsWildcardsAttribute"), sets);
    }

    private static List<string> Words(IEnumerable<CustomAttributeData> attributes, string type) =>
        attributes.Where(a => a.AttributeType.Name == type)
        .SelectMany(a => a.ConstructorArguments)
            .SelectMany(a => a.Value as IEnumerable<CustomAttributeTypedArgument> ?? []).Select(a => (string)a.Value!)
            .ToList();

    private static object? Named(CustomAttributeData attribute, string name) =>
        attribute.NamedArguments.FirstOrDefault(a => a.MemberName == name).TypedValue.Value;
}
