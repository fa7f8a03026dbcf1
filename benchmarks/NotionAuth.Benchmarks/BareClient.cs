using System;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace NotionAuth.Benchmarks;

/// <summary>
/// The floor: HttpClient as it comes, the reply read whole and parsed token by token, and no object made of it.
/// </summary>
public sealed class BareClient : IDisposable
{
    private readonly HttpClient _http;

    /// <param name="baseUri">The fake's address.</param>
    /// <param name="token">A live token.</param>
    public BareClient(Uri baseUri, string token)
    {
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = baseUri };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        _http.DefaultRequestHeaders.Add("Notion-Version", "2026-03-11");
    }

    /// <summary>One GET.</summary>
    /// <returns>How many values the reply has.</returns>
    public int Get(string path)
    {
        byte[] body = _http.GetByteArrayAsync(new Uri(path, UriKind.Relative)).GetAwaiter().GetResult();
        return Read(body, out _, out _);
    }

    /// <summary>Walks a data source from its first page to its last, one after the other.</summary>
    /// <returns>How many items it has.</returns>
    public int Collect(string path)
    {
        int items = 0;
        string? cursor = null;
        do
        {
            string body = cursor is null
                ? """{"page_size":100}""" : $$"""{"page_size":100,"start_cursor":"{{cursor}}"}""";
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using HttpResponseMessage response = _http.PostAsync(new Uri(path, UriKind.Relative), content).GetAwaiter()
                .GetResult();
            response.EnsureSuccessStatusCode();
            _ = Read(response.Content.ReadAsByteArrayAsync().GetAwaiter().GetResult(), out int onThisPage, out cursor);
            items += onThisPage;
        }
        while (cursor is not null);
        return items;
    }

    public void Dispose() => _http.Dispose();

    private static int Read(byte[] body, out int items, out string? cursor)
    {
        items = 0;
        cursor = null;
        int values = 0;
        var reader = new Utf8JsonReader(body);
        while (reader.Read())
        {
            if (reader.TokenType
                is not (JsonTokenType.PropertyName or JsonTokenType.EndObject or JsonTokenType.EndArray)) values++;
            if (reader.TokenType == JsonTokenType.StartObject && reader.CurrentDepth == 2) items++;
            if (reader.CurrentDepth != 1 || reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals(
                "next_cursor"u8)) continue;
            reader.Read();
            cursor = reader.GetString();
        }

        return values;
    }
}
