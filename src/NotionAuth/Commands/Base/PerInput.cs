using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using NotionAuth.Core.Common;

namespace NotionAuth.Commands.Base;

/// <summary>
/// A parameter that takes a value, or a script block that gives the value for each input. PowerShell has such script
/// blocks of its own, but only for parameters that a piped object's properties fill, too: a column of a table that is
/// called Method would then choose the method.
/// </summary>
/// <param name="type">The type of the value.</param>
internal sealed class PerInputAttribute(Type type) : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        if (inputData is null || PerInput.IsScript(inputData)) return inputData;
        try
        {
            return PerInput.Convert(inputData, type);
        }
        catch (PSInvalidCastException e)
        {
            throw new ArgumentTransformationMetadataException(e.Message, e);
        }
    }
}

/// <summary>
/// Allows the methods of Notion's API, in any case; a script block's value is checked when it is there.
/// </summary>
internal sealed class PerInputMethodAttribute : ValidateArgumentsAttribute
{
    /// <summary>The methods.</summary>
    public static IReadOnlyList<string> Methods { get; } = ["GET", "POST", "PATCH", "PUT", "DELETE"];

    /// <summary>Whether a text is a method.</summary>
    public static bool IsMethod(string text) => Methods.Contains(text, StringComparer.OrdinalIgnoreCase);

    protected override void Validate(object arguments, EngineIntrinsics engineIntrinsics)
    {
        if (PerInput.IsScript(arguments) || (arguments is string method && IsMethod(method))) return;
        throw new ValidationMetadataException($"It must be one of: {string.Join(", ", Methods)}.");
    }
}

/// <summary>Allows the numbers of an upload's parts; a script block's value is checked when it is there.</summary>
internal sealed class PerInputPartNumberAttribute : ValidateArgumentsAttribute
{
    private const int Most = 10_000;

    /// <summary>Whether a number is one of a part.</summary>
    public static bool IsPartNumber(int? number) => number is >= 1 and <= Most;

    protected override void Validate(object arguments, EngineIntrinsics engineIntrinsics)
    {
        if (PerInput.IsScript(arguments) || IsPartNumber(arguments as int?)) return;
        throw new ValidationMetadataException($"It must be from 1 to {Most}.");
    }
}

/// <summary>Gets the values of such parameters.</summary>
internal static class PerInput
{
    /// <summary>Whether a parameter was given a script block.</summary>
    public static bool IsScript(object? value) => value is ScriptBlock or PSObject { BaseObject: ScriptBlock };

    /// <summary>Makes a value of the parameter's type, whatever the user's culture is.</summary>
    public static object? Convert(object? value, Type type) =>
        type == typeof(object) ? value : LanguagePrimitives.ConvertTo(value, type, CultureInfo.InvariantCulture);

    /// <summary>The value of a parameter for one input.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="parameter">The parameter's name.</param>
    /// <param name="value">What was passed.</param>
    /// <param name="input">The input, which the script block sees as <c>$_</c>.</param>
    /// <param name="isPiped">Whether there is such an input.</param>
    /// <param name="isAllowed">Whether a script block's value is allowed; null where every one is.</param>
    /// <returns>The value; null where nothing was passed.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.InvalidScriptBlock"/>.</exception>
    public static T? ValueOf<T>(
        string parameter, object? value, PSObject? input, bool isPiped, Func<T, bool>? isAllowed = null)
    {
        if (!IsScript(value)) return (T?)value;
        if (!isPiped)
            throw Invalid(parameter, "is for piped input, and nothing was piped",
                "Pass the value itself, or pipe the inputs to the command.");
        object? given = Run(parameter, (ScriptBlock)(value is PSObject wrapped ? wrapped.BaseObject : value!), input);
        try
        {
            T? converted = (T?)Convert(given, typeof(T));
            if (converted is null || isAllowed is null || isAllowed(converted)) return converted;
            throw Invalid(parameter, "gave a value that isn't allowed", "Look at what it gives for this input.");
        }
        catch (PSInvalidCastException e)
        {
            throw Invalid(parameter, $"gave something else than {typeof(T).Name}: {Redaction.Scrub(e.Message)}",
                "Look at what it gives for this input.");
        }
    }

    private static object? Run(string parameter, ScriptBlock script, PSObject? input)
    {
        Collection<PSObject> output;
        try
        {
            output = script.InvokeWithContext(null, [new PSVariable("_", input)]);
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            throw Invalid(parameter, $"failed: {Redaction.Scrub(e.Message)}",
                "Put it right, then run the command again for this input.");
        }

        return output.Count switch
        {
            0 => throw Invalid(parameter, "gave nothing for an input",
                "Let it give a value for each input, or leave out the inputs that need none."),
            1 => output[0],
            _ => output.ToArray<object>(),
        };
    }

    private static NotionAuthException Invalid(string parameter, string what, string action) =>
        NotionAuthException.NothingSent(
            ErrorIds.InvalidScriptBlock, $"The script block of -{parameter} {what}.", action);
}
