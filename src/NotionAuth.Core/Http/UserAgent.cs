using System.Net.Http;
using System.Reflection;

namespace NotionAuth.Core.Http;

/// <summary>Says who calls.</summary>
internal static class UserAgent
{
    private static readonly string Value =
        "NotionAuth/" + (typeof(UserAgent).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion ?? "0");

    public static void AddTo(HttpRequestMessage request) =>
        request.Headers.TryAddWithoutValidation("User-Agent", Value);
}
