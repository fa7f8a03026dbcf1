using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Text;
using System.Text.Json;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Api.Lists;

/// <summary>
/// Where a request has its page size and its cursor: in the query, else in the body, where nothing else is touched.
/// </summary>
internal static class PageParameters
{
    private const string PageSize = "page_size";
    private const string Cursor = "start_cursor";

    /// <summary>Sets what is given, in place of what is there.</summary>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.InvalidBody"/>: the body is no JSON
    /// object.</exception>
    public static NotionRequest Set(NotionRequest request, int? pageSize, string? cursor)
    {
        var set = new List<KeyValuePair<string, string>>();
        if (pageSize is int size) set.Add(new(PageSize, size.ToString(CultureInfo.InvariantCulture)));
        if (cursor is not null) set.Add(new(Cursor, cursor));
        if (request.Method != HttpMethod.Get) return request with { Body = SetInBody(request.Body, pageSize, cursor) };

        bool IsKept(string name) => set.All(s => s.Key != name);
        (string path, string? query) = ApiPath.SplitQuery(request.Path);
        string kept = query is null ? string.Empty : string.Join("&", query.Split('&').Where(p => IsKept(NameOf(p))));
        return request with
        {
            Path = kept.Length == 0 ? path : $"{path}?{kept}",
            Query = [.. request.Query.Where(q => IsKept(q.Key)), .. set],
        };
    }

    /// <summary>Whether the request names a page size.</summary>
    public static bool HasPageSize(NotionRequest request)
    {
        if (request.Method != HttpMethod.Get) return Members(request.Body).Any(m => m.Name == PageSize);
        return request.Query.Any(q => q.Key == PageSize)
            || ApiPath.SplitQuery(request.Path).Query?.Split('&').Any(p => NameOf(p) == PageSize) == true;
    }

    /// <summary>The page size in a body, or null.</summary>
    public static int? PageSizeOf(NotionRequest request)
    {
        ReadOnlyMemory<byte> value = Members(request.Body).LastOrDefault(m => m.Name == PageSize).Value;
        return int.TryParse(Encoding.ASCII.GetString(value.ToArray()), NumberStyles.None, CultureInfo.InvariantCulture,
            out int size) ? size : null;
    }

    /// <summary>Makes sure before the first page that the second could be asked for.</summary>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.InvalidBody"/>.</exception>
    public static NotionRequest Checked(NotionRequest request)
    {
        if (request.Method != HttpMethod.Get) Members(request.Body);
        return request;
    }

    // Byte for byte, but for the two members: a body is the caller's, and has what a JSON writer would refuse or write
    // in another way.
    private static byte[] SetInBody(byte[]? body, int? pageSize, string? cursor)
    {
        List<ReadOnlyMemory<byte>> members =
            [.. Members(body)
                .Where(m => !(m.Name == PageSize && pageSize is not null) && !(m.Name == Cursor && cursor is not null))
                .Select(m => m.Whole)];
        if (pageSize is int size)
            members.Add(Encoding.ASCII.GetBytes($"\"{PageSize}\":{size.ToString(CultureInfo.InvariantCulture)}"));
        if (cursor is not null)
            members.Add(Encoding.UTF8.GetBytes($"\"{Cursor}\":\"{JsonEncodedText.Encode(cursor)}\""));

        using var buffer = new MemoryStream();
        buffer.WriteByte((byte)'{');
        for (int i = 0; i < members.Count; i++)
        {
            if (i > 0) buffer.WriteByte((byte)',');
            buffer.Write(members[i].ToArray(), 0, members[i].Length);
        }

        buffer.WriteByte((byte)'}');
        return buffer.ToArray();
    }

    private static List<(string? Name, ReadOnlyMemory<byte> Whole, ReadOnlyMemory<byte> Value)> Members(byte[]? body)
    {
        var members = new List<(string? Name, ReadOnlyMemory<byte> Whole, ReadOnlyMemory<byte> Value)>();
        if (body is not { Length: > 0 }) return members;
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = JsonText.Limits.MaxDepth });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw NoObject();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string? name = reader.ValueTextEquals(PageSize)
                    ? PageSize : reader.ValueTextEquals(Cursor) ? Cursor : null;
                int start = (int)reader.TokenStartIndex;
                reader.Read();
                int value = (int)reader.TokenStartIndex;
                reader.Skip();
                int end = (int)reader.BytesConsumed;
                members.Add((name, body.AsMemory(start, end - start), body.AsMemory(value, end - value)));
            }

            while (reader.Read())
            {
                // To the end: what follows the object must be nothing.
            }
        }
        catch (JsonException)
        {
            throw NoObject();
        }

        return members;
    }

    private static string NameOf(string pair) => Uri.UnescapeDataString(pair.Split('=')[0]);

    private static NotionAuthException NoObject() => NotionAuthException.NothingSent(
        ErrorIds.InvalidBody, "The body of a paginated request must be a JSON object.",
        "Pass a hashtable or a JSON object with -Body.");
}
