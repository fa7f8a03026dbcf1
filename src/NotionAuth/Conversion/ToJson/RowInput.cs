using System;
using System.Collections;
using System.Collections.Generic;
using System.Data;
using System.Linq;
using System.Management.Automation;
using System.Security;
using System.Text;
using NotionAuth.Conversion.FromJson;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;
using NotionAuth.Core.Rows;

namespace NotionAuth.Conversion.ToJson;

/// <summary>
/// Makes a row of what a user passes: a dictionary, an object, a row of a table. Values are written as in a body
/// (<see cref="Scalar"/>, <see cref="DateText"/>); what they are for a column is Core's to say.
/// </summary>
internal static class RowInput
{
    // Notion takes 100 values in a column at once; a list of lists is taken for one list.
    private const int MostValues = 10_000;
    private const int DeepestList = 2;

    /// <summary>Makes a row. Script properties run, so this belongs on the pipeline thread.</summary>
    /// <param name="row">What the user passed.</param>
    /// <param name="number">Its number in the input.</param>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.InvalidBody"/>: it is no row;
    /// <see cref="ErrorIds.PropertyValueInvalid"/>, <see cref="ErrorIds.BodySecret"/>: one of its values can't be sent.
    /// </exception>
    public static InputRow Of(object row, int number) =>
        new(number, [.. Members(ForeignValue.Unwrap(row), number).Select(m =>
            new KeyValuePair<string, object?>(m.Name, ValueOf(m.Value, m.Name, number)))]);

    private static IEnumerable<(string Name, object? Value)> Members(object? row, int number) => row switch
    {
        IDictionary dictionary => dictionary.Cast<DictionaryEntry>()
            .Select(e => (NameOf(e.Key, number), (object?)e.Value)),
        DataRowView view => Members(view.Row, number),
        DataRow table => table.Table.Columns.Cast<DataColumn>().Select(c => (c.ColumnName, (object?)table[c])),
        not null when ForeignValue.IsDictionary(row) => ((IEnumerable)row).Cast<object>().Select(ForeignValue.Pair)
            .Select(p => (NameOf(p.Key, number), p.Value)),
        not null when ForeignValue.IsObject(row) && !ForeignValue.IsList(row) => PSObject.AsPSObject(row).Properties
            .Where(p => p.IsGettable && ForeignValue.IsOwn(p)).Select(p => (p.Name, Read(p, number))),
        _ => throw JsonSource.Invalid(
            ErrorIds.InvalidBody, $"Row {number} is a {row?.GetType().Name ?? "null"}, which has no columns.",
            "Pass a dictionary, or an object of the properties that are meant (Select-Object)."),
    };

    private static string NameOf(object? key, int number) =>
        (ForeignValue.Unwrap(key) is { } plain ? Scalar.TextOf(plain, out _) : null)
            ?? throw JsonSource.Invalid(
                ErrorIds.InvalidBody, $"Row {number} has a key that is no text.", "Use the names of columns as keys.");

    private static object? Read(PSPropertyInfo property, int number)
    {
        try
        {
            return property.Value;
        }
        catch (GetValueException e)
        {
            throw JsonSource.Invalid(
                ErrorIds.BodyUnreadable, $"Row {number}: the property '{Redaction.Scrub(property.Name)}' can't be " +
                $"read: {Redaction.Scrub((e.InnerException ?? e).Message)}", "Leave it out, or pass its value.");
        }
    }

    private static object? ValueOf(object? value, string name, int number, int depth = 0)
    {
        object? plain = ForeignValue.Unwrap(value);
        switch (plain)
        {
            case null:
            case string:
            case bool:
                return plain;
            case SwitchParameter flag:
                return flag.IsPresent;
            case SecureString or PSCredential:
                throw JsonSource.Invalid(
                    ErrorIds.BodySecret, $"Row {number} has a secret in '{Redaction.Scrub(name)}'.",
                    "Secrets don't belong into Notion's pages; convert it yourself if it must be sent.");
        }

        if (Scalar.TextOf(plain, out bool isLiteral) is { } text)
            return isLiteral ? new RowNumber(Encoding.ASCII.GetBytes(text)) : text;
        if (depth < DeepestList && plain is not PSObject && ForeignValue.IsList(plain))
            return new RowList([.. Items((IEnumerable)plain, name, number)
                .Select(v => ValueOf(v, name, number, depth + 1))]);
        return (object?)ReferenceOf(plain) ?? DateOf(plain) ?? throw JsonSource.Invalid(
            ErrorIds.PropertyValueInvalid,
            $"Row {number}: '{Redaction.Scrub(name)}' is a {plain.GetType().Name}, which is no value of a column.",
            "Pass text, a number, true or false, a date, or a list of them.");
    }

    // Whatever goes wrong in a list that isn't ours is its error; it may have no end.
    private static List<object?> Items(IEnumerable list, string name, int number)
    {
        try
        {
            List<object?> items = [.. list.Cast<object?>().Take(MostValues + 1)];
            if (items.Count <= MostValues) return items;
        }
        catch (Exception e) when (e is not (PipelineStoppedException or OutOfMemoryException))
        {
            throw JsonSource.Invalid(
                ErrorIds.BodyUnreadable,
                $"Row {number}: the list '{Redaction.Scrub(name)}' can't be read: {Redaction.Scrub(e.Message)}",
                "Pass its values.");
        }

        throw JsonSource.Invalid(
            ErrorIds.PropertyValueInvalid,
            $"Row {number}: the list '{Redaction.Scrub(name)}' has more than {MostValues} values, or no end.",
            "Pass fewer.");
    }

    // What Notion returned is what it refers to: a page in a relation, a person, a file upload.
    private static RowReference? ReferenceOf(object value)
    {
        string? path = value is PSObject row && RowObject.PathOf(row) is { } page ? page
            : NotionLink.PathOf(TextOf(value, "object"), TextOf(value, "id"));
        return path is null ? null : new RowReference(path, TextOf(value, "filename"));
    }

    private static RowDate? DateOf(object value)
    {
        string? zone = TextOf(value, "time_zone"), start = DateIn(value, "start", zone);
        return start is null ? null : new RowDate(start, DateIn(value, "end", zone), zone);
    }

    private static string? DateIn(object value, string name, string? zone) =>
        ForeignValue.MemberOf(value, name) is not { } member ? null : member as string ?? DateText.In(member, zone);

    private static string? TextOf(object value, string name) => ForeignValue.MemberOf(value, name) as string;
}
