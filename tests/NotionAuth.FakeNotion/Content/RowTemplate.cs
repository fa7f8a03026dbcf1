using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.Json.Nodes;
using NotionAuth.FakeNotion.Endpoints;

namespace NotionAuth.FakeNotion.Content;

/// <summary>
/// Rows of a seeded data source, written as text: ten thousand of them through the object model would take seconds and
/// hundreds of megabytes.
/// </summary>
internal sealed class RowTemplate
{
    private static readonly string[] States = ["Not started", "In progress", "Done"];
    private static readonly string[] Tags = ["backend", "docs", "über", "ops"];

    private readonly JsonObject _schema;
    private readonly string _parent;
    private readonly string _author;
    private readonly string[] _people;
    private readonly Dictionary<string, string> _heads = [];
    private readonly Dictionary<(string Property, string Name), string> _options = [];
    private readonly string _notes;

    /// <param name="rowBytes">The size of each row at least; 0 leaves it as it comes.</param>
    /// <param name="runs">Further short pieces of the notes, as formatting in the middle of a text makes them.</param>
    public RowTemplate(Workspace workspace, Entity source, JsonObject schema, int rowBytes, int runs = 0)
    {
        _author = Json.Text(User.Reference(workspace.Users[0].Id));
        _people = [.. workspace.Users.Select(u => Json.Text(u.ToJson()))];
        _schema = schema;
        _parent = Json.Text(Parents.ToJson(source));
        _notes = Notes(0) + string.Concat(Enumerable.Repeat("," + Text("Agreed with the team. "), runs));
        if (rowBytes <= 0)
            return;
        var natural = Encoding.UTF8.GetByteCount(Row(0, Guid.Empty, "Task 10000", "2026-01-05T09:00:00.000Z"));
        _notes = Notes(Math.Max(0, rowBytes - natural));
    }

    public static JsonObject Schema()
    {
        var schema = new JsonObject();
        void Add(string name, string type, params string[] options) => schema[name] = Content.Schema.Property(
            name,
            type,
            options.Length == 0
                ? null
                : new JsonObject
                {
                    ["options"] = new JsonArray([.. options.Select(o => new JsonObject { ["name"] = o, [
                    "color"] = "blue" })])
                });
        Add("Name", "title");
        Add("Status", "status", States);
        Add("Tags", "multi_select", Tags);
        Add("Assignee", "people");
        Add("Due", "date");
        Add("Points", "number");
        Add("Urgent", "checkbox");
        Add("Link", "url");
        Add("Contact", "email");
        Add("Notes", "rich_text");
        return schema;
    }

    public string Row(int number, Guid id, string title, string time)
    {
        var due = new DateOnly(2026, 3, 1).AddDays(number % 90).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var points = (number % 21).ToString(CultureInfo.InvariantCulture);
        var link = Json.Quote(string.Create(CultureInfo.InvariantCulture,
            $"https://example.com/tasks/{number + 1}?tab=all&sort=due"));
        string[] properties =
        [
            Property("Name", $"[{Text(title)}]"),
            Property("Status", Option("Status", States[number % States.Length])),
            Property(
                "Tags",
                $"[{Option("Tags", Tags[number % Tags.Length])},{Option("Tags", Tags[(number + 1) % Tags.Length])}]"),
            Property("Assignee", $"[{_people[number % _people.Length]}]"),
            Property("Due", $"{{\"start\":\"{due}\",\"end\":null,\"time_zone\":null}}"),
            Property("Points", points),
            Property("Urgent", number % 7 == 0 ? "true" : "false"),
            Property("Link", link),
            Property("Contact", "\"team@example.com\""),
            Property("Notes", $"[{_notes}]"),
        ];
        // in_trash and its neighbours come before anything a user has written: see Shaping.
        return $"{{\"object\":\"page\",\"id\":\"{id}\",\"created_time\":\"{time}\",\"last_edited_time\":\"{time}\","
            + $"\"created_by\":{_author},\"last_edited_by\":{_author},\"cover\":null,\"icon\":null,"
            + $"\"parent\":{_parent},"
            + "\"in_trash\":false,\"is_archived\":false,\"is_locked\":false,"
            + $"\"properties\":{{{string.Join(',', properties)}}},"
            + $"\"url\":\"https://app.notion.com/p/{id:N}\",\"public_url\":null}}";
    }

    /// <summary>Rich text of about that many bytes; each piece says its text twice.</summary>
    private static string Notes(int bytes)
    {
        const string sentence = "The quick brown fox looks after its tokens and never shows them to anybody. ";
        const int most = 2000;
        var pieces = new StringBuilder(Text("Written by hand."));
        for (var left = bytes; left > 300;)
        {
            var characters = Math.Min(most, (left - 230) / 2);
            var text = string.Concat(Enumerable.Repeat(sentence, (characters / sentence.Length) + 1))[..characters];
            var piece = Text(text);
            _ = pieces.Append(',').Append(piece);
            left -= piece.Length;
        }

        return pieces.ToString();
    }

    private static string Text(string text) => Json.Text(RichText.Plain(text)[0]);

    private string Property(string name, string value)
    {
        if (!_heads.TryGetValue(name, out var head))
        {
            var type = Json.StringOf(_schema[name]!["type"])!;
            head = $"{Json.Quote(name)}:{{\"id\":{Json.Text(_schema[name]!["id"])},\"type\":\"{type}\",\"{type}\":";
            _heads.Add(name, head);
        }

        return head + value + "}";
    }

    private string Option(string property, string name)
    {
        if (!_options.TryGetValue((property, name), out var text))
        {
            var type = Json.StringOf(_schema[property]!["type"])!;
            var option = _schema[property]![type]!["options"]!.AsArray().First(o => Json.StringOf(o!["name"]) == name)!;
            text = Json.Text(new JsonObject
            {
                ["id"] = option["id"]!.DeepClone(),
                ["name"] = name,
                ["color"] = option["color"]!.DeepClone(),
            });
            _options.Add((property, name), text);
        }

        return text;
    }
}
