using System;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Runtime.InteropServices;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Http;

/// <summary>
/// The proxy that HTTPS_PROXY (or ALL_PROXY) names for all hosts but those of NO_PROXY, in either case of letters, read
/// anew for each request; without it the system's. This machine is never asked for over a proxy: the platform's own
/// reading of http_proxy would send a token there in the clear.
/// </summary>
/// <param name="read">Reads an environment variable.</param>
internal sealed class EnvironmentProxy(Func<string, string?> read) : IWebProxy, ICredentials
{
    public ICredentials? Credentials
    {
        get => this;
        set => throw new NotSupportedException();
    }

    /// <summary>
    /// Refuses a variable that names a proxy which can't be used: the platform would send the request directly.
    /// </summary>
    /// <param name="destination">Where the request goes; what goes past the proxy doesn't mind.</param>
    /// <exception cref="NotionAuthException">
    /// <see cref="ErrorIds.InvalidProxy"/>. The message holds nothing of the value, which may have a password in it.
    /// </exception>
    public void Check(Uri destination)
    {
        if (IsDirect(destination) || Variable() is not { } variable || Usable(variable.Value) is not null) return;
        string why = variable.Value.StartsWith("socks", StringComparison.OrdinalIgnoreCase)
            ? "names a SOCKS proxy, and SOCKS isn't supported"
            : "holds something that isn't a proxy's http or https address";
        throw NotionAuthException.NothingSent(
            ErrorIds.InvalidProxy, $"The environment variable {variable.Name} {why}.",
            $"Set {variable.Name} to an address such as http://proxy:8080, or pass -Proxy; "
            + $"without a proxy, clear the variable, or name the host {destination.Host} in NO_PROXY.");
    }

    public Uri? GetProxy(Uri destination)
    {
        if (IsDirect(destination)) return null;
        return Named() is { } proxy
            ? new Uri(proxy.GetLeftPart(UriPartial.Scheme) + proxy.Authority)
            : FromSystem()?.GetProxy(destination) is { } found && found != destination ? found : null;
    }

    public bool IsBypassed(Uri host) => GetProxy(host) is null;

    public NetworkCredential? GetCredential(Uri uri, string authType) =>
        Named() is { } proxy
            && proxy.Authority == uri.Authority
            ? ProxyAddress.CredentialOf(proxy) : FromSystem()?.Credentials?.GetCredential(uri, authType);

    private Uri? Named() => Variable() is { } variable ? Usable(variable.Value) : null;

    private (string Name, string Value)? Variable() =>
        Read("HTTPS_PROXY") is { } https
            ? ("HTTPS_PROXY", https) : Read("ALL_PROXY") is { } all ? ("ALL_PROXY", all) : null;

    private static Uri? Usable(string value)
    {
        if (value.IndexOf("://", StringComparison.Ordinal) < 0) value = "http://" + value;
        return Uri.TryCreate(value, UriKind.Absolute, out Uri? proxy) && ProxyAddress.IsUsable(proxy) ? proxy : null;
    }

    private bool IsDirect(Uri destination) => destination.IsLoopback || IsExcluded(destination);

    private bool IsExcluded(Uri destination) =>
        (Read("NO_PROXY") ?? string.Empty).Split([',', ' ', ';'], StringSplitOptions.RemoveEmptyEntries)
            .Any(entry => Matches(entry, destination));

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
            && (host.Equals(name, StringComparison.OrdinalIgnoreCase)
                || host.EndsWith("." + name, StringComparison.OrdinalIgnoreCase));
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
