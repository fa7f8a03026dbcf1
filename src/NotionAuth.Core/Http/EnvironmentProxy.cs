using System;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Runtime.InteropServices;

namespace NotionAuth.Core.Http;

/// <summary>
/// The proxy that HTTPS_PROXY (or ALL_PROXY) names for all hosts but those of NO_PROXY, in either case of letters, read anew for each request;
/// without it the system's. This machine is never asked for over a proxy: the platform's own reading of http_proxy would send a token there in the clear.
/// </summary>
/// <param name="read">Reads an environment variable.</param>
internal sealed class EnvironmentProxy(Func<string, string?> read) : IWebProxy, ICredentials
{
    public ICredentials? Credentials
    {
        get => this;
        set => throw new NotSupportedException();
    }

    public Uri? GetProxy(Uri destination)
    {
        if (destination.IsLoopback || IsExcluded(destination)) return null;
        return Named() is { } proxy ? new Uri(proxy.GetLeftPart(UriPartial.Scheme) + proxy.Authority) : FromSystem()?.GetProxy(destination) is { } found && found != destination ? found : null;
    }

    public bool IsBypassed(Uri host) => GetProxy(host) is null;

    public NetworkCredential? GetCredential(Uri uri, string authType) =>
        Named() is { } proxy && proxy.Authority == uri.Authority ? ProxyAddress.CredentialOf(proxy) : FromSystem()?.Credentials?.GetCredential(uri, authType);

    private Uri? Named()
    {
        string? value = Read("HTTPS_PROXY") ?? Read("ALL_PROXY");
        if (value is null) return null;
        if (value.IndexOf("://", StringComparison.Ordinal) < 0) value = "http://" + value;
        return Uri.TryCreate(value, UriKind.Absolute, out Uri? proxy) && ProxyAddress.IsUsable(proxy) ? proxy : null;
    }

    private bool IsExcluded(Uri destination) =>
        (Read("NO_PROXY") ?? string.Empty).Split([',', ' ', ';'], StringSplitOptions.RemoveEmptyEntries).Any(entry => Matches(entry, destination));

    // As curl reads it: a name stands for itself and what is below it; a port may follow.
    private static bool Matches(string entry, Uri destination)
    {
        if (entry == "*") return true;
        int colon = entry.LastIndexOf(':');
        if (colon >= 0 && colon == entry.IndexOf(':') && IsPort(entry, colon + 1, out int port))
        {
            if (port != destination.Port) return false;
            entry = entry.Substring(0, colon);
        }

        string name = entry.TrimStart('*').Trim('.', '[', ']');
        string host = destination.DnsSafeHost.TrimEnd('.');
        return name.Length > 0
            && (host.Equals(name, StringComparison.OrdinalIgnoreCase) || host.EndsWith("." + name, StringComparison.OrdinalIgnoreCase));
    }

    private static bool IsPort(string entry, int start, out int port) =>
#if NET8_0_OR_GREATER
        int.TryParse(entry.AsSpan(start), NumberStyles.None, CultureInfo.InvariantCulture, out port);
#else
        int.TryParse(entry.Substring(start), NumberStyles.None, CultureInfo.InvariantCulture, out port);
#endif

    // The platform's own reads the variables once, and on Linux it has nothing else to read.
    private static IWebProxy? FromSystem() =>
        RuntimeInformation.IsOSPlatform(OSPlatform.Linux) ? null :
#if NET8_0_OR_GREATER
        System.Net.Http.HttpClient.DefaultProxy;
#else
        WebRequest.DefaultWebProxy;
#endif

    private string? Read(string name)
    {
        string? value = read(name);
        if (string.IsNullOrWhiteSpace(value)) value = read(name.ToLowerInvariant());
        return string.IsNullOrWhiteSpace(value) ? null : value!.Trim();
    }
}
