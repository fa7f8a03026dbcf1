using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Rows;

/// <summary>A column of a data source.</summary>
/// <param name="name">Its name.</param>
/// <param name="id">Its id, which stays when it is renamed.</param>
/// <param name="type">Its type, such as rich_text.</param>
/// <param name="settings">What belongs to the type: options, the related data source.</param>
internal sealed class Column(string name, string id, string type, JsonElement settings)
{
    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary>Its id, which stays when it is renamed.</summary>
    public string Id { get; } = id;

    /// <summary>Its type, such as rich_text.</summary>
    public string Type { get; } = type;

    /// <summary>What belongs to the type: options, the related data source.</summary>
    public JsonElement Settings { get; } = settings;

    /// <summary>Whether Notion computes its values, so that nobody can write them.</summary>
    public bool IsComputed => Type is "formula" or "rollup" or "unique_id" or "button" or "verification"
        or "created_time" or "created_by" or "last_edited_time" or "last_edited_by";

    /// <summary>The names of its options; empty where it has none.</summary>
    public IReadOnlyList<string> Options =>
        Settings.ValueKind == JsonValueKind.Object && Settings.TryGetProperty("options", out JsonElement options)
            && options.ValueKind == JsonValueKind.Array
            ? [.. options.EnumerateArray().Select(o => JsonText.StringOf(o, "name")).OfType<string>()] : [];
}

/// <summary>The columns of a data source (before version 2025-09-03 of a database), kept for the process.</summary>
internal sealed class RowSchema
{
    private static readonly ConcurrentDictionary<(string Origin, string Path), RowSchema> Known = new();

    private readonly string _json;

    /// <summary>Reads the columns.</summary>
    /// <param name="path">The path of the data source.</param>
    /// <param name="columns">Its <c>properties</c>.</param>
    public RowSchema(string path, JsonElement columns)
    {
        Path = path;
        _json = columns.GetRawText();
        Columns =
        [
            .. from property in columns.EnumerateObject()
               let id = JsonText.StringOf(property.Value, "id")
               let type = JsonText.StringOf(property.Value, "type")
               where id is not null && type is not null
               select new Column(
                   property.Name, id, type,
                   property.Value.TryGetProperty(type, out JsonElement settings) ? settings.Clone() : default),
        ];
        Places = Columns.Select((c, i) => (c.Id, i)).GroupBy(c => c.Id).ToDictionary(g => g.Key, g => g.First().i);
    }

    /// <summary>The path of the data source.</summary>
    public string Path { get; }

    /// <summary>The columns in their order.</summary>
    public IReadOnlyList<Column> Columns { get; }

    /// <summary>The columns' places, by their ids.</summary>
    public IReadOnlyDictionary<string, int> Places { get; }

    /// <summary>The schema of a data source, which is asked for it once in a process.</summary>
    /// <param name="client">The client.</param>
    /// <param name="request">The request whose version and bounds count here, too.</param>
    /// <param name="path">The data source's path.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <returns>The schema, and whether it was read now.</returns>
    /// <exception cref="NotionAuthException">As <see cref="NotionClient.SendAsync(NotionRequest, CancellationToken)"/>;
    /// <see cref="ErrorIds.InvalidReply"/>.</exception>
    public static async Task<(RowSchema Schema, bool IsRead)> OfAsync(
        NotionClient client, NotionRequest request, string path, CancellationToken cancellationToken) =>
        Known.TryGetValue((client.OriginOf(request), path), out RowSchema? known)
            ? (known, false)
            : (await ReadAsync(client, request, path, cancellationToken).ConfigureAwait(false), true);

    /// <summary>Reads a schema, whether or not it is known, and keeps it.</summary>
    /// <inheritdoc cref="OfAsync"/>
    public static async Task<RowSchema> ReadAsync(
        NotionClient client, NotionRequest request, string path, CancellationToken cancellationToken)
    {
        NotionReply reply = await client.SendAsync(request.Reading(path), cancellationToken).ConfigureAwait(false);
        using JsonDocument body = reply.ParseJson();
        if (body.RootElement.ValueKind != JsonValueKind.Object
            || !body.RootElement.TryGetProperty("properties", out JsonElement columns)
            || columns.ValueKind != JsonValueKind.Object) throw reply.Invalid("has no columns");
        return Known[(client.OriginOf(request), path)] = new RowSchema(path, columns);
    }

    /// <summary>The place of a column; the end for one that isn't there any more.</summary>
    public int PlaceOf(Column column) => Places.TryGetValue(column.Id, out int place) ? place : int.MaxValue;

    /// <summary>Whether nothing has changed between two readings.</summary>
    public bool IsSameAs(RowSchema other) => _json == other._json;
}
