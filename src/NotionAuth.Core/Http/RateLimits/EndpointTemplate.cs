using System.Linq;
using System.Net.Http;

namespace NotionAuth.Core.Http.RateLimits;

/// <summary>Which endpoint a request goes to: its method and its path, the ids masked.</summary>
internal static class EndpointTemplate
{
    /// <summary>For example <c>GET /v1/pages/*/properties/*</c>.</summary>
    public static string ForRequest(HttpRequestMessage request)
    {
        string[] segments = request.RequestUri!.AbsolutePath.TrimEnd('/').Split('/');
        for (int i = 0; i < segments.Length; i++)
            if (!IsWord(segments[i]) || (i > 0 && segments[i - 1] == "properties")) segments[i] = "*";
        return $"{request.Method.Method} {string.Join("/", segments)}";
    }

    // Notion's endpoints are spelled in small letters and underscores; an id has digits. A property's id may look like a word.
    private static bool IsWord(string segment) => segment == "v1" || segment.All(c => c is (>= 'a' and <= 'z') or '_');
}
