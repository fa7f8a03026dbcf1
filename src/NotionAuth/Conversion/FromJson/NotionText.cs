using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using System.Text;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;

namespace NotionAuth.Conversion.FromJson;

/// <summary>
/// What a person looks for in Notion's objects, as one line of text: the columns of the module's views. Objects may be
/// partial, or not what Notion documents: what isn't there is shown as nothing. Characters that a terminal would obey,
/// or that make a line lie, are shown as spaces.
/// </summary>
public static class NotionText
{
    private const string Untitled = "(untitled)";

    /// <summary>The title of a page, data source or database, or its name.</summary>
    public static string Title(object? value)
    {
        object? title = Get(value, "title");
        if (IsList(title)) return OrUntitled(RichText(title));
        object? named = Members(Get(value, "properties")).Select(m => Get(m.Value, "title")).FirstOrDefault(IsList);
        return named is null ? Line(Get(value, "name")) : OrUntitled(RichText(named));
    }

    /// <summary>A time of Notion's, local and to the minute.</summary>
    /// <param name="value">The object.</param>
    /// <param name="name">The property: last_edited_time, created_time.</param>
    public static string Time(object? value, string name)
    {
        string text = Line(Get(value, name));
        return DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)
            : text;
    }

    /// <summary>The text of a block: what it says, or else its address, formula or title.</summary>
    public static string Block(object? value)
    {
        string type = Line(Get(value, "type"));
        object? content = Get(value, type);
        string text = First(
            RichText(Get(content, "rich_text")), Line(Get(content, "title")), RichText(Get(content, "caption")),
            Line(Get(content, "expression")),
            Line(Get(content, "url")), Line(Get(content, "name")), FileAddress(content), Cells(Get(content, "cells")),
            Id(content));
        return type == "to_do" ? (Get(content, "checked") is true ? "[x] " : "[ ] ") + text : text;
    }

    /// <summary>The name of a comment's author, or the id where Notion gives no name.</summary>
    public static string Author(object? value) =>
        First(Line(Get(Get(value, "display_name"), "resolved_name")), Person(Get(value, "created_by")));

    /// <summary>The plain text of a comment.</summary>
    public static string Comment(object? value) => RichText(Get(value, "rich_text"));

    /// <summary>A user's e-mail address, where the integration may see it.</summary>
    public static string Email(object? value) => Line(Get(Get(value, "person"), "email"));

    /// <summary>A user's name, or the id.</summary>
    /// <param name="value">The user.</param>
    public static string Person(object? value) => First(Line(Get(value, "name")), Line(Get(value, "id")));

    /// <summary>A user's name, or the id.</summary>
    /// <param name="value">The object.</param>
    /// <param name="name">The property that holds the user: created_by, last_edited_by.</param>
    public static string Person(object? value, string name) => Person(Get(value, name));

    /// <summary>What an object stands in: workspace, or a kind and an id.</summary>
    public static string Parent(object? value)
    {
        object? parent = Get(value, "parent");
        string type = Line(Get(parent, "type"));
        string id = Line(Get(parent, type));
        return id.Length == 0 || Get(parent, type) is true ? type : $"{type.Replace("_id", string.Empty)} {id}";
    }

    /// <summary>The text of a rich-text property, such as a database's description.</summary>
    /// <param name="value">The object.</param>
    /// <param name="name">The property.</param>
    public static string RichText(object? value, string name) => RichText(Get(value, name));

    /// <summary>A database's data sources: each one's name and id.</summary>
    /// <param name="value">The database.</param>
    /// <param name="separator">What stands between two of them.</param>
    public static string DataSources(object? value, string separator) => string.Join(
        separator, Items(Get(value, "data_sources")).Select(s => $"{Line(Get(s, "name"))} ({Line(Get(s, "id"))})"));

    /// <summary>The text of a property.</summary>
    /// <param name="value">The object.</param>
    /// <param name="name">The property.</param>
    public static string Text(object? value, string name) => Line(Get(value, name));

    /// <summary>How many items a list has.</summary>
    /// <param name="value">The object.</param>
    public static int Count(object? value) => NotionEndpoint.ItemNames.Sum(name => Items(Get(value, name)).Count());

    /// <summary>A page's properties with what they say, or a data source's with their types: a line each.</summary>
    public static string Properties(object? value)
    {
        List<(string Name, object? Value)> members = Members(Get(value, "properties")).ToList();
        int width = members.Count == 0 ? 0 : Math.Min(30, members.Max(m => m.Name.Length));
        bool isPage = Line(Get(value, "object")) == "page";
        return string.Join("\n", members.Select(m =>
            $"{Line(m.Name).PadRight(width)} : {(isPage ? Property(m.Value) : Line(Get(m.Value, "type")))}"));
    }

    /// <summary>What a page's property says.</summary>
    /// <param name="value">The property's value, such as <c>$page.properties.Status</c>.</param>
    public static string Property(object? value)
    {
        string type = Line(Get(value, "type"));
        object? content = Get(value, type);
        return type switch
        {
            "title" or "rich_text" => RichText(content),
            "people" => string.Join(", ", Items(content).Select(Person)),
            "created_by" or "last_edited_by" => Person(content),
            "created_time" or "last_edited_time" => Time(value, type),
            "date" => Dates(content),
            "formula" or "rollup" => Property(content),
            "array" => string.Join(", ", Items(content).Select(Property)),
            "unique_id" =>
                string.Join(
                    "-", new[] { Line(Get(content, "prefix")), Line(Get(content, "number")) }.Where(p => p.Length > 0)),
            _ when IsList(content) =>
                string.Join(", ", Items(content).Select(i => First(Line(Get(i, "name")), Line(Get(i, "id")), Line(i)))),
            _ => First(Line(Get(content, "name")), Line(Get(content, "state")), Line(content)),
        };
    }

    private static string Dates(object? date) =>
        string.Join(" - ", new[] { Line(Get(date, "start")), Line(Get(date, "end")) }.Where(d => d.Length > 0));

    private static string FileAddress(object? content) =>
        First(Line(Get(Get(content, "external"), "url")), Line(Get(Get(content, "file"), "url")));

    private static string Cells(object? cells) => string.Join(" | ", Items(cells).Select(RichText));

    /// <summary>The id that a link to a page or a synced block names.</summary>
    private static string Id(object? content)
    {
        object? source = Get(content, "synced_from") ?? content;
        string type = Line(Get(source, "type"));
        return type.EndsWith("_id", StringComparison.Ordinal) ? Line(Get(source, type)) : string.Empty;
    }

    private static string RichText(object? list)
    {
        var text = new StringBuilder();
        foreach (object? part in Items(list))
            text.Append(First(Line(Get(part, "plain_text")), Line(Get(Get(part, "text"), "content"))));
        return text.ToString();
    }

    private static string OrUntitled(string title) => title.Trim().Length == 0 ? Untitled : title;

    private static string First(params string[] texts) => texts.FirstOrDefault(t => t.Length > 0) ?? string.Empty;

    private static bool IsList(object? value) => Base(value) is IList;

    private static IEnumerable<object?> Items(object? value) => Base(value) is IList list ? list.Cast<object?>() : [];

    private static object? Base(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;

    /// <summary>A value's text on one line; nothing for objects and lists.</summary>
    private static string Line(object? value)
    {
        object? plain = Base(value);
        if (plain is null or PSCustomObject or (IEnumerable and not string)) return string.Empty;
        return Redaction.OneLine(Convert.ToString(plain, CultureInfo.InvariantCulture));
    }

    private static object? Get(object? value, string name)
    {
        if (name.Length == 0 || value is not PSObject holder) return null;
        try
        {
            // Not the module's own, such as Title, which asks for title.
            return (holder.Properties[name] as PSNoteProperty)?.Value;
        }
        catch (RuntimeException)
        {
            // A property that somebody added, and that fails: nothing to show.
            return null;
        }
    }

    private static IEnumerable<(string Name, object? Value)> Members(object? value) =>
        value is PSObject { BaseObject: PSCustomObject } holder
            ? holder.Properties.OfType<PSNoteProperty>().Select(p => (p.Name, (object?)p.Value)) : [];
}
