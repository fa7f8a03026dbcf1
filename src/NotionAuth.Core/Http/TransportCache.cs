using System;
using System.Collections.Generic;
using System.Net;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Http;

/// <summary>The process's ways to Notion: one connection pool for each proxy, and one for none.</summary>
internal sealed class TransportCache
{
    private const int Capacity = 16;
    private readonly Lazy<NotionTransport> _default = new(() => new NotionTransport());
    private readonly Dictionary<(string Address, string? Domain, string? UserName, string? Password), NotionTransport>
        _transports = [];
    private readonly Queue<(string Address, string? Domain, string? UserName, string? Password)> _oldest = [];

    /// <summary>The usual one: the system's proxy, or the one that HTTPS_PROXY names.</summary>
    public NotionTransport Default => _default.Value;

    /// <summary>Finds or makes the way over a proxy. It serves every host, this machine too.</summary>
    /// <param name="proxy">The proxy, or null for the usual way.</param>
    /// <param name="credential">The proxy's user name and password, or null for those in its address, or none.</param>
    /// <returns>The transport, which the cache keeps.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.MissingProxy"/>,
    /// <see cref="ErrorIds.InvalidProxy"/>.</exception>
    public NotionTransport Get(Uri? proxy, NetworkCredential? credential)
    {
        if (proxy is null)
        {
            if (credential is null) return Default;
            throw new NotionAuthException(
                ErrorIds.MissingProxy, NotionErrorKind.InvalidArgument,
                "-ProxyCredential was passed without -Proxy, and would not be used.",
                "Pass the proxy's address too: -Proxy http://proxy:8080.");
        }

        if (!ProxyAddress.IsUsable(proxy))
            throw new NotionAuthException(
                ErrorIds.InvalidProxy, NotionErrorKind.InvalidArgument,
                "The proxy's address can't be used: it must be an http or https URL.",
                "Pass the proxy with its port: -Proxy http://proxy:8080.");

        credential ??= ProxyAddress.CredentialOf(proxy);
        var address = new Uri(proxy.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped));

        // The transport keeps the password too, to answer the proxy with it.
        var key = (address.AbsoluteUri, credential?.Domain, credential?.UserName, credential?.Password);
        lock (_transports)
        {
            if (_transports.TryGetValue(key, out NotionTransport? known)) return known;

            // Requests that use the one that is dropped go on using it; its idle connections end by themselves.
            if (_oldest.Count >= Capacity) _transports.Remove(_oldest.Dequeue());
            _oldest.Enqueue(key);
            return _transports[key] = new NotionTransport(new WebProxy(address) { Credentials = credential });
        }
    }
}
