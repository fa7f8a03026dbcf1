using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Net.Http.Headers;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Http.Bodies;

/// <summary>
/// A reply's headers as they may be shown; read when somebody asks for them. Holds nothing of the request.
/// </summary>
internal sealed class ReplyHeaders
{
    private static readonly HashSet<string> Hidden = new(StringComparer.OrdinalIgnoreCase)
    {
        "Set-Cookie", "Set-Cookie2", "Authorization", "Proxy-Authorization", "Proxy-Authenticate",
            "Authentication-Info", "Proxy-Authentication-Info",
    };

    private readonly HttpHeaders _reply;
    private readonly HttpHeaders? _content;
    private Dictionary<string, IReadOnlyList<string>>? _read;

    public ReplyHeaders(HttpResponseMessage response)
    {
        _reply = response.Headers;
        _content = response.Content is BufferedContent buffered ? buffered.Original : response.Content?.Headers;

        // A reply that repeats the token is read at once, while the token is at hand to be looked for.
        if (response.RequestMessage?.Headers.Authorization?.Parameter is { Length: > 0 } token
            && (Repeats(_reply, token) || (_content is not null && Repeats(_content, token))))
            _read = Read(new Secret(token));
    }

    public IReadOnlyDictionary<string, IReadOnlyList<string>> All => _read ??= Read(null);

    private Dictionary<string, IReadOnlyList<string>> Read(Secret? known)
    {
        var headers = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase);
        Add(headers, _reply, known);
        if (_content is not null) Add(headers, _content, known);
        return headers;
    }

    private static void Add(Dictionary<string, IReadOnlyList<string>> headers, HttpHeaders source, Secret? known)
    {
        foreach (var header in Values(source))
            if (!Hidden.Contains(header.Key))
                headers[header.Key] = [.. header.Value.Select(v => known is null ? v : Redaction.Scrub(v, known))];
    }

    private static bool Repeats(HttpHeaders source, string token)
    {
        foreach (var header in Values(source))
        {
            foreach (string value in header.Value)
                if (value.IndexOf(token, StringComparison.Ordinal) >= 0) return true;
        }

        return false;
    }

#if NET8_0_OR_GREATER
    private static HttpHeadersNonValidated Values(HttpHeaders source) => source.NonValidated;
#else
    private static HttpHeaders Values(HttpHeaders source) => source;
#endif
}
