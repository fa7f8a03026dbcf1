using System;
using System.Net;

namespace NotionAuth.Core.Http;

/// <summary>What a proxy's address may be, and what it says besides the host.</summary>
internal static class ProxyAddress
{
    public static bool IsUsable(Uri proxy) =>
        proxy.IsAbsoluteUri && proxy.Scheme is ("http" or "https") && proxy.Host.Length > 0;

    /// <summary>The user name and password in an address, or null.</summary>
    public static NetworkCredential? CredentialOf(Uri proxy)
    {
        if (proxy.UserInfo.Length == 0) return null;
        string[] parts = proxy.UserInfo.Split([':'], 2);
        return new NetworkCredential(
            Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : string.Empty);
    }
}
