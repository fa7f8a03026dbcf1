using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Api.Lists;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Rows;

/// <summary>Finds what rows name: people, pages by their titles, and rows by their keys. Used by one task at a
/// time.</summary>
/// <param name="client">The client.</param>
/// <param name="request">The request whose version and bounds count here, too.</param>
internal sealed class RowLookup(NotionClient client, NotionRequest request)
{
    // As many conditions as Notion takes in one filter. Source: developers.notion.com/reference/request-limits.
    private const int MostConditions = 100;

    private readonly Dictionary<(string Source, string Title), List<string>> _titles = [];
    private readonly Dictionary<string, NotionAuthException> _failed = [];
    private List<(string Id, string? Name, string? Email)>? _people;

    /// <summary>Asks again for what failed before: for other rows it may be there.</summary>
    public void BeginBatch() => _failed.Clear();

    /// <summary>The ids of the people with an e-mail address or a name. All people are read, once.</summary>
    public async Task<IReadOnlyList<string>> PeopleAsync(string text, CancellationToken cancellationToken)
    {
        _people ??= await OnceAsync("users", () => ReadPeopleAsync(cancellationToken)).ConfigureAwait(false);
        return [.. _people.Where(p => string.Equals(p.Email, text, StringComparison.OrdinalIgnoreCase)
            || string.Equals(p.Name, text, StringComparison.Ordinal)).Select(p => p.Id)];
    }

    /// <summary>Looks pages up by their titles, many in one query.</summary>
    /// <param name="source">The path of their data source.</param>
    /// <param name="titles">The titles.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    public async Task FindTitlesAsync(
        string source, IEnumerable<string> titles, CancellationToken cancellationToken)
    {
        List<string> open = [.. titles.Distinct(StringComparer.Ordinal).Where(t => !_titles.ContainsKey((source, t)))];
        var found = open.ToDictionary(t => t, _ => new List<string>(), StringComparer.Ordinal);
        string[] conditions = [.. open.Select(t => Condition("title", "title", Cell.Quoted(t)))];
        await OnceAsync(source, async () =>
        {
            await foreach (FoundRow row in QueryAsync(source, conditions, cancellationToken).ConfigureAwait(false))
                if (JsonText.StringOf(row.Page, "id") is { } id
                    && found.TryGetValue(TitleOf(row.Page), out List<string>? ids)) ids.Add(id);
            return true;
        }).ConfigureAwait(false);
        foreach (KeyValuePair<string, List<string>> title in found) _titles[(source, title.Key)] = title.Value;
    }

    /// <summary>The ids of the pages with a title, which was looked up.</summary>
    public IReadOnlyList<string> Titled(string source, string title) => _titles[(source, title)];

    /// <summary>Queries rows that fulfil one of many conditions, in as few requests as there can be.</summary>
    /// <param name="source">The data source's path.</param>
    /// <param name="conditions">The conditions: JSON.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    public async IAsyncEnumerable<FoundRow> QueryAsync(
        string source, IReadOnlyList<string> conditions, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (int first = 0; first < conditions.Count; first += MostConditions)
        {
            string any = string.Join(",", conditions.Skip(first).Take(MostConditions));
            NotionRequest query = request with
            {
                Path = $"{source}/query",
                Method = HttpMethod.Post,
                Query = [],
                Body = Encoding.UTF8.GetBytes($"{{\"filter\":{{\"or\":[{any}]}}}}"),
                ReturnsErrorReplies = false,
            };
            await foreach (NotionPage page in QueryReader.PagesAsync(client, query, null, cancellationToken)
                .ConfigureAwait(false))
                foreach (ReadOnlyMemory<byte> item in page.Items)
                {
                    using JsonDocument? document = JsonText.Parse(item);
                    if (document?.RootElement.ValueKind == JsonValueKind.Object)
                        yield return new FoundRow(document.RootElement.Clone(), item, page.Response);
                }
        }
    }

    /// <summary>A condition of a filter.</summary>
    /// <param name="property">The column's name or id.</param>
    /// <param name="type">Its type.</param>
    /// <param name="value">What it equals: JSON.</param>
    public static string Condition(string property, string type, string value) =>
        $"{{\"property\":{Cell.Quoted(property)},\"{type}\":{{\"equals\":{value}}}}}";

    // What fails for one row fails for the others that are planned with it, and isn't asked for each of them.
    private async Task<T> OnceAsync<T>(string what, Func<Task<T>> ask)
    {
        if (_failed.TryGetValue(what, out NotionAuthException? failure)) throw failure;
        try
        {
            return await ask().ConfigureAwait(false);
        }
        catch (NotionAuthException e)
        {
            _failed[what] = e;
            throw;
        }
    }

    private static string TitleOf(JsonElement page)
    {
        if (!page.TryGetProperty("properties", out JsonElement properties)
            || properties.ValueKind != JsonValueKind.Object) return string.Empty;
        JsonElement title = properties.EnumerateObject().Select(p => p.Value)
            .FirstOrDefault(p => JsonText.StringOf(p, "type") == "title");
        return title.ValueKind == JsonValueKind.Undefined ? string.Empty : CellText.Of(RowValue.Of(title));
    }

    private async Task<List<(string Id, string? Name, string? Email)>> ReadPeopleAsync(
        CancellationToken cancellationToken)
    {
        var people = new List<(string, string?, string?)>();
        await foreach (NotionPage page in Paginator
            .PagesAsync(client, request.Reading("users"), null, cancellationToken).ConfigureAwait(false))
            foreach (ReadOnlyMemory<byte> item in page.Items)
            {
                using JsonDocument? user = JsonText.Parse(item);
                if (user is null || JsonText.StringOf(user.RootElement, "id") is not { } id) continue;
                people.Add((id, JsonText.StringOf(user.RootElement, "name"),
                    user.RootElement.TryGetProperty("person", out JsonElement person)
                        ? JsonText.StringOf(person, "email") : null));
            }

        return people;
    }
}

/// <summary>A row that is there.</summary>
/// <param name="Page">Its page.</param>
/// <param name="Json">The same as it came.</param>
/// <param name="Reply">The reply that it came with.</param>
internal sealed record FoundRow(JsonElement Page, ReadOnlyMemory<byte> Json, NotionReply Reply);
