using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Security;
using System.Text;
using System.Threading;
using NotionAuth.Core.Common;

namespace NotionAuth.Conversion.ToJson;

/// <summary>
/// Query and header values as text, by the same rules as a body's (<see cref="Scalar"/>). What has no text is an error
/// that names its key.
/// </summary>
internal static class QueryText
{
    // No server takes an address or a header with so many; a list may have no end.
    private const int MostValues = 10_000;

    /// <summary>
    /// The pairs of -Query or -Headers: a list gives its name once for each item, nothing gives none.
    /// </summary>
    /// <param name="dictionary">What was passed; null for none.</param>
    /// <param name="parameter">The parameter's name.</param>
    /// <param name="errorId">The error's id.</param>
    /// <param name="stop">Gives up before the next value.</param>
    /// <exception cref="NotionAuthException">A key or a value that has no text, or a list without end.</exception>
    public static List<KeyValuePair<string, string>> Pairs(
        IDictionary? dictionary, string parameter, string errorId, CancellationToken stop)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        if (dictionary is null) return pairs;
        foreach (DictionaryEntry entry in dictionary)
        {
            object? key = ForeignValue.Unwrap(entry.Key);
            string name = (key is null ? null : Scalar.TextOf(key, out _))
                ?? throw Invalid(errorId, $"A key in -{parameter} is no text but a {key?.GetType().Name ?? "null"}.",
                    "Use text as keys.");
            string place = $"'{Redaction.Scrub(name)}' in -{parameter}";
            pairs.AddRange(
                Texts(entry.Value, place, errorId, stop).Select(text => new KeyValuePair<string, string>(name, text)));
        }

        return pairs;
    }

    private static IEnumerable<string> Texts(object? value, string place, string errorId, CancellationToken stop)
    {
        object? plain = ForeignValue.Unwrap(value);
        if (plain is null) return [];
        bool isList = ForeignValue.IsList(plain) && Scalar.TextOf(plain, out _) is null
            && Json(plain, place, errorId) is null;
        return (isList ? Items((IEnumerable)plain, place, errorId, stop) : [plain])
            .Select(item => One(item, place, errorId)).OfType<string>();
    }

    // Whatever goes wrong in a list that isn't ours is its error.
    private static List<object?> Items(IEnumerable list, string place, string errorId, CancellationToken stop)
    {
        List<object?> items;
        try
        {
            items = [.. list.Cast<object?>().TakeWhile(_ => !stop.IsCancellationRequested).Take(MostValues + 1)];
        }
        catch (Exception e) when (e is not (PipelineStoppedException or OutOfMemoryException))
        {
            throw Invalid(errorId, $"The list {place} can't be read: {Redaction.Scrub(e.Message)}", "Pass its values.");
        }

        stop.ThrowIfCancellationRequested();
        if (items.Count > MostValues)
            throw Invalid(errorId, $"The list {place} has more than {MostValues} values, or no end.", "Pass fewer.");
        return items;
    }

    /// <summary>The text of one value; null for nothing.</summary>
    private static string? One(object? value, string place, string errorId)
    {
        object? plain = ForeignValue.Unwrap(value);
        if (plain is null) return null;
        if (plain is SecureString or PSCredential)
            throw Invalid(
                errorId, $"The value of {place} is a secret (SecureString or PSCredential).",
                "Secrets don't belong into addresses and headers; the token comes from the connection.");
        string? text = Scalar.TextOf(plain, out bool isLiteral);
        if (text is null && Json(plain, place, errorId) is { Length: > 0 } json)
        {
            if (json == "null") return null;
            isLiteral = json[0] is not ('"' or '[' or '{');
            if (isLiteral) text = json;
            else if (json[0] == '"')
                text = JsonString.Decode(Encoding.UTF8.GetBytes(json.Substring(1, json.Length - 2)));
        }

        if (text is null)
            throw Invalid(
                errorId, $"The value of {place} is a {plain.GetType().Name}, which has no text there.",
                "Pass text, a number, a date, true or false, or a list of them.");
        if (isLiteral && !Scalar.IsFinite(text))
            throw Invalid(errorId, $"The value of {place} is no number (NaN or infinity).",
                "Leave it out or pass $null.");
        if (HasHalf(text)) throw Invalid(errorId, $"The value of {place} has half of a character in it (a lone " +
            "surrogate).", "Take it out.");
        return text;
    }

    private static string? Json(object value, string place, string errorId)
    {
        try
        {
            return ForeignValue.JsonOf(value)?.Trim();
        }
        catch (Exception e) when (e is not (PipelineStoppedException or OutOfMemoryException))
        {
            throw Invalid(errorId, $"The JSON {place} can't be read: {Redaction.Scrub(e.Message)}", "Pass its text.");
        }
    }

    private static bool HasHalf(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (!char.IsSurrogatePair(text, i)) return true;
            i++;
        }

        return false;
    }

    private static NotionAuthException Invalid(string errorId, string message, string action) =>
        NotionAuthException.NothingSent(errorId, message, action);
}
