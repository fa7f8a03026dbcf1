using System;
using System.Collections.Generic;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using NotionAuth.Core.Api;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Rows;

/// <summary>The data source that rows are written to, as its schema says at the moment.</summary>
internal sealed class RowTarget
{
    private readonly NotionClient _client;
    private readonly NotionRequest _request;
    private readonly IReadOnlyCollection<string> _reserved;
    private bool _isFresh;
    private bool _isReadAgain;

    private RowTarget(
        NotionClient client, NotionRequest request, IReadOnlyCollection<string> reserved, RowSchema schema,
        bool isFresh)
    {
        _client = client;
        _request = request;
        _reserved = reserved;
        _isFresh = isFresh;
        Schema = schema;
        Names = new RowNames(schema, reserved);
    }

    /// <summary>The columns.</summary>
    public RowSchema Schema { get; private set; }

    /// <summary>The columns' names in rows.</summary>
    public RowNames Names { get; private set; }

    /// <summary>The parent of a new row: JSON.</summary>
    public string Parent
    {
        get
        {
            string id = Schema.Path.Split('/')[1];
            string kind = _client.HasDataSources(_request) ? "data_source_id" : "database_id";
            return $"{{\"type\":\"{kind}\",\"{kind}\":\"{id}\"}}";
        }
    }

    /// <summary>Finds a data source.</summary>
    /// <param name="client">The client.</param>
    /// <param name="request">The request whose version and bounds count here, too.</param>
    /// <param name="text">An id or a path: of a data source, or of a database with one data source.</param>
    /// <param name="reserved">Names that no column may have in a row.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <returns>The data source.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.InvalidPath"/>,
    /// <see cref="ErrorIds.SeveralDataSources"/>, or it couldn't be read.</exception>
    public static async Task<RowTarget> FindAsync(
        NotionClient client, NotionRequest request, string text, IReadOnlyCollection<string> reserved,
        CancellationToken cancellationToken)
    {
        string[] parts = ApiPath.Relative(text).Split('/');
        if (parts.Length > 2 || !Guid.TryParse(parts[parts.Length - 1], out Guid guid))
            throw NotionAuthException.NothingSent(
                ErrorIds.InvalidPath, $"{RowErrors.Shown(text)} is no data source.",
                "Pass a data source's id, the link of a database, or an object that Notion returned.");
        string id = guid.ToString(), room = parts.Length == 2 ? parts[0] : string.Empty;
        (RowSchema schema, bool isRead) = await SchemaAsync(client, request, id, room, cancellationToken)
            .ConfigureAwait(false);
        return new RowTarget(client, request, reserved, schema, isRead);
    }

    /// <summary>Reads the schema once more, where that may help.</summary>
    /// <param name="used">The schema that something was refused under.</param>
    /// <param name="isNotions">Whether Notion has refused it, so that the schema may have changed since it was read for
    /// these rows; otherwise only one that was read before them is read again.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <returns>Whether there is another one now.</returns>
    public async Task<bool> RefreshAsync(RowSchema used, bool isNotions, CancellationToken cancellationToken)
    {
        if (used == Schema && !(isNotions ? _isReadAgain : _isFresh))
        {
            RowSchema read = await RowSchema.ReadAsync(_client, _request, Schema.Path, cancellationToken)
                .ConfigureAwait(false);
            _isFresh = true;
            _isReadAgain |= isNotions;
            (Schema, Names) = (read, new RowNames(read, _reserved));
        }

        return !used.IsSameAs(Schema);
    }

    // Of an id alone nobody can tell whether it is a data source's or a database's.
    private static async Task<(RowSchema Schema, bool IsRead)> SchemaAsync(
        NotionClient client, NotionRequest request, string id, string room, CancellationToken cancellationToken)
    {
        Task<(RowSchema, bool)> Of(string path) => RowSchema.OfAsync(client, request, path, cancellationToken);
        if (!client.HasDataSources(request)) return await Of($"databases/{id}").ConfigureAwait(false);
        if (room == "data_sources" || (room.Length == 0 && !DataSourceFinder.IsKnown(client, request, id)))
        {
            try
            {
                return await Of($"data_sources/{id}").ConfigureAwait(false);
            }
            catch (NotionApiException e) when (e.Status == (int)HttpStatusCode.NotFound)
            {
                if (await OfDatabaseAsync(client, request, id, cancellationToken).ConfigureAwait(false) is not { } path)
                    throw;
                return await Of(path).ConfigureAwait(false);
            }
        }

        return await Of(await DataSourceFinder.OfDatabaseAsync(client, request, id, cancellationToken)
            .ConfigureAwait(false)).ConfigureAwait(false);
    }

    private static async Task<string?> OfDatabaseAsync(
        NotionClient client, NotionRequest request, string id, CancellationToken cancellationToken)
    {
        try
        {
            return await DataSourceFinder.OfDatabaseAsync(client, request, id, cancellationToken).ConfigureAwait(false);
        }
        catch (NotionApiException e) when (e.Status is 400 or 404)
        {
            // No database either: what was said of the data source stands.
            return null;
        }
    }
}
