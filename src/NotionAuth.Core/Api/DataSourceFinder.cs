using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Api;

/// <summary>
/// Finds the data source that a database's rows are in. Since version 2025-09-03 rows are queried at a data source, and
/// what people hold is the id of the database. Source: developers.notion.com/docs/upgrade-guide-2025-09-03.
/// </summary>
internal static class DataSourceFinder
{
    private const string SourceRoom = "data_sources";

    // By origin and database. Only what a database has alone: of several the caller chooses.
    private static readonly ConcurrentDictionary<(string Origin, string Database), string> Known = new();

    /// <summary>Turns a query of a database into one of its data source.</summary>
    /// <param name="client">The client, which asks for the database once in a process.</param>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <returns>The request; as it was where it is another one, or of a version without data sources.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.SeveralDataSources"/>, and as
    /// <see cref="NotionClient.SendAsync(NotionRequest, CancellationToken)"/>.</exception>
    public static async Task<NotionRequest> ToDataSourceAsync(
        NotionClient client, NotionRequest request, CancellationToken cancellationToken)
    {
        if (NotionEndpoint.Find(request.Path)?.Path != NotionEndpoint.DatabaseQuery
            || !client.HasDataSources(request)) return request;
        string source = await OfDatabaseAsync(client, request, IdIn(request), cancellationToken).ConfigureAwait(false);
        string? query = ApiPath.SplitQuery(request.Path).Query;
        return request with { Path = $"{source}/query{(query is null ? string.Empty : "?" + query)}" };
    }

    /// <summary>The one data source of a database, which is asked for it once in a process.</summary>
    /// <param name="client">The client.</param>
    /// <param name="request">The request whose version and bounds count here, too.</param>
    /// <param name="database">The database's id.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <returns>The data source's path.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.SeveralDataSources"/>, and as
    /// <see cref="NotionClient.SendAsync(NotionRequest, CancellationToken)"/>.</exception>
    public static async Task<string> OfDatabaseAsync(
        NotionClient client, NotionRequest request, string database, CancellationToken cancellationToken)
    {
        (string, string) key = (client.OriginOf(request), database);
        if (!Known.TryGetValue(key, out string? source))
        {
            List<(string Id, string Name)> sources =
                await SourcesAsync(client, request, database, cancellationToken).ConfigureAwait(false);
            if (sources.Count != 1) throw Several(database, sources);
            source = Known[key] = sources[0].Id;
        }

        return $"{SourceRoom}/{source}";
    }

    /// <summary>Whether a database is known to have one data source.</summary>
    public static bool IsKnown(NotionClient client, NotionRequest request, string database) =>
        Known.ContainsKey((client.OriginOf(request), database));

    /// <summary>
    /// Says of a data source that wasn't found whether its id is that of a database, and which data sources that has.
    /// </summary>
    /// <param name="client">The client.</param>
    /// <param name="request">The request.</param>
    /// <param name="error">Its error.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <returns>The error.</returns>
    public static async Task<NotionAuthException> ExplainAsync(
        NotionClient client, NotionRequest request, NotionApiException error, CancellationToken cancellationToken)
    {
        if (error.Status != (int)HttpStatusCode.NotFound || !IsOfDataSource(request)
            || !client.HasDataSources(request)) return error;
        string id = IdIn(request);
        foreach ((string Origin, string Database) key in Known.Where(k => k.Value == id).Select(k => k.Key).ToList())
            Known.TryRemove(key, out _);
        try
        {
            List<(string Id, string Name)> sources =
                await SourcesAsync(client, request, id, cancellationToken).ConfigureAwait(false);
            return error.With(
                $"{error.Message.TrimEnd('.')}. {id} is the id of a database, not of a data source; " +
                $"its data sources are: {List(sources)}.",
                "Pass the id of the data source.");
        }
        catch (NotionAuthException)
        {
            return error;
        }
    }

    private static bool IsOfDataSource(NotionRequest request)
    {
        string[] segments = ApiPath.Relative(request.Path).Split('/');
        return segments.Length > 1 && segments[0] == SourceRoom;
    }

    private static string IdIn(NotionRequest request) => ApiPath.Relative(request.Path).Split('/')[1];

    private static async Task<List<(string Id, string Name)>> SourcesAsync(
        NotionClient client, NotionRequest request, string database, CancellationToken cancellationToken)
    {
        NotionReply reply = await client.SendAsync(request.Reading($"databases/{database}"), cancellationToken)
            .ConfigureAwait(false);
        using JsonDocument body = reply.ParseJson();
        if (body.RootElement.ValueKind != JsonValueKind.Object
            || !body.RootElement.TryGetProperty("data_sources", out JsonElement sources)
            || sources.ValueKind != JsonValueKind.Array) throw reply.Invalid("is no database with data sources");
        return [.. sources.EnumerateArray()
            .Select(s => (Id: JsonText.StringOf(s, "id"), Name: JsonText.StringOf(s, "name") ?? string.Empty))
            .Where(s => Guid.TryParse(s.Id, out _)).Select(s => (s.Id!, s.Name))];
    }

    private static NotionAuthException Several(string database, List<(string Id, string Name)> sources) =>
        sources.Count == 0
            ? new(ErrorIds.SeveralDataSources, NotionErrorKind.InvalidData,
                $"The database {database} shows no data source to this integration.",
                "Share the database with the integration, or query a data source by its own id.")
            : new(ErrorIds.SeveralDataSources, NotionErrorKind.InvalidArgument,
                $"The database {database} has {sources.Count} data sources: {List(sources)}.",
                $"Query one of them: {SourceRoom}/{sources[0].Id}/query.");

    private static string List(List<(string Id, string Name)> sources) =>
        string.Join(", ", sources.Select(s => $"'{Redaction.OneLine(s.Name)}' ({s.Id})"));
}
