using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Net.Http.Headers;

namespace NotionAuth.Core.Http;

/// <summary>A reply's headers as they may be shown.</summary>
internal static class ReplyHeaders
{
    private static readonly HashSet<string> Hidden = new(StringComparer.OrdinalIgnoreCase)
    {
        "Set-Cookie", "Set-Cookie2", "Authorization", "Proxy-Authorization", "Proxy-Authenticate", "Authentication-Info", "Proxy-Authentication-Info",
    };

    public static Dictionary<string, IReadOnlyList<string>> Of(HttpResponseMessage response)
    {
        var headers = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase);
        string? token = response.RequestMessage?.Headers.Authorization?.Parameter;
        Add(headers, response.Headers, token);
        HttpContentHeaders? content = response.Content is BufferedContent buffered ? buffered.Original : response.Content?.Headers;
        if (content is not null) Add(headers, content, token);
        return headers;
    }

    private static void Add(Dictionary<string, IReadOnlyList<string>> headers, HttpHeaders source, string? token)
    {
#if NET8_0_OR_GREATER
        foreach (KeyValuePair<string, HeaderStringValues> header in source.NonValidated)
#else
        foreach (KeyValuePair<string, IEnumerable<string>> header in source)
#endif
            if (!Hidden.Contains(header.Key)) headers[header.Key] = [.. header.Value.Select(v => Shown(v, token))];
    }

    private static string Shown(string value, string? token) =>
        token is { Length: > 0 } && value.IndexOf(token, StringComparison.Ordinal) >= 0 ? Redaction.Scrub(value, new Secret(token)) : value;
}
