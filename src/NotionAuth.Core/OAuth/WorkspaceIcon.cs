using System;
using System.Globalization;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace NotionAuth.Core.OAuth;

/// <summary>
/// Makes Notion's <c>workspace_icon</c> (null, an emoji, or the URL of an image) into something that a self-contained page can show.
/// An icon is an ornament: whatever goes wrong here, the sign-in goes on without it.
/// </summary>
public static class WorkspaceIcon
{
    private const int MaximumBytes = 256 * 1024;
    private const int MaximumEmojiLength = 32;
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(3);
    private static readonly string[] ImageTypes = ["image/png", "image/jpeg", "image/gif", "image/webp"];

    /// <summary>
    /// Returns an emoji as it is, and fetches a URL's image: https only, without credentials, cookies, proxy or redirects, from public
    /// addresses only (the URL is foreign text: it must not reach into the user's network), 3 seconds and 256 KB at most, and only what
    /// is by its first bytes a PNG, JPEG, GIF or WebP.
    /// </summary>
    /// <param name="icon">Notion's <c>workspace_icon</c>.</param>
    /// <param name="allowLoopbackHttp">Take http from a loopback address too: a simulated Notion on this machine.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>An emoji, a <c>data:</c> URI, or null where there is no icon or any trouble with it.</returns>
    /// <exception cref="OperationCanceledException">The caller's token was cancelled.</exception>
    public static async Task<string?> LoadAsync(string? icon, bool allowLoopbackHttp, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        if (string.IsNullOrEmpty(icon)) return null;
        if (IsEmoji(icon)) return icon;
        if (!Uri.TryCreate(icon, UriKind.Absolute, out Uri? uri) || uri.UserInfo.Length > 0) return null;

        bool https = uri.Scheme == Uri.UriSchemeHttps;
        bool loopbackHttp = allowLoopbackHttp && uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback;
        if (!https && !loopbackHttp) return null;

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(TimeLimit);
        try
        {
            byte[]? image = await FetchAsync(uri, allowLoopbackHttp, limit.Token).ConfigureAwait(false);
            string? type = image is null ? null : ImageType(image);
            return type is null ? null : $"data:{type};base64,{Convert.ToBase64String(image!)}";
        }
#pragma warning disable CA1031 // An ornament: no trouble with it, of whatever type, may reach the sign-in.
        catch (Exception)
        {
            ct.ThrowIfCancellationRequested();
            return null;
        }
#pragma warning restore CA1031
    }

    // Only what LoadAsync makes: nothing in it needs encoding in an attribute.
    internal static bool IsDataUri(string? icon)
    {
        if (icon is null) return false;
        foreach (string type in ImageTypes)
        {
            string start = $"data:{type};base64,";
            if (!icon.StartsWith(start, StringComparison.Ordinal)) continue;
            for (int i = start.Length; i < icon.Length; i++)
            {
                if (icon[i] is not ((>= 'A' and <= 'Z') or (>= 'a' and <= 'z') or (>= '0' and <= '9') or '+' or '/' or '=')) return false;
            }

            return icon.Length > start.Length;
        }

        return false;
    }

    // Symbols and what joins them; a text in letters is no emoji.
    internal static bool IsEmoji(string? icon)
    {
        if (string.IsNullOrEmpty(icon) || icon!.Length > MaximumEmojiLength) return false;

        bool symbol = false;
        for (int i = 0; i < icon.Length; i++)
        {
            char c = icon[i];
            if (char.IsSurrogate(c))
            {
                if (!char.IsSurrogatePair(icon, i)) return false;
                int code = char.ConvertToUtf32(icon, i++);
                bool pictograph = code is >= 0x1F000 and <= 0x1FAFF;
                bool tag = code is >= 0xE0020 and <= 0xE007F;
                if (!pictograph && !tag) return false;
                symbol |= pictograph;
            }
            else if (c is '\u20e3')
            {
                symbol = true;
            }
            else if (c is not ('\u200d' or '\ufe0f' or '\ufe0e' or '#' or '*' or (>= '0' and <= '9')))
            {
                bool known = c is >= '\u00a9' and < '\ufff0' && CharUnicodeInfo.GetUnicodeCategory(c)
                    is UnicodeCategory.OtherSymbol or UnicodeCategory.MathSymbol or UnicodeCategory.OtherPunctuation or UnicodeCategory.DashPunctuation;
                if (!known) return false;
                symbol = true;
            }
        }

        return symbol;
    }

    // RFC 6890 and its IPv6 counterparts: everything that isn't plainly a place on the public internet counts as private.
    internal static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        byte[] b = address.GetAddressBytes();
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return b[0] switch
            {
                0 or 10 or 127 or >= 224 => false,
                100 => b[1] is < 64 or > 127,
                169 => b[1] != 254,
                172 => b[1] is < 16 or > 31,
                192 => b[1] != 168 && !(b[1] == 0 && b[2] is 0 or 2) && !(b[1] == 88 && b[2] == 99),
                198 => b[1] is not (18 or 19) && !(b[1] == 51 && b[2] == 100),
                203 => !(b[1] == 0 && b[2] == 113),
                _ => true,
            };
        }

        // Global unicast is 2000::/3. Out of it: Teredo 2001::/32, documentation 2001:db8::/32, 6to4 2002::/16, which wraps any IPv4 address.
        if (address.AddressFamily != AddressFamily.InterNetworkV6 || (b[0] & 0xE0) != 0x20) return false;
        bool teredo = b[0] == 0x20 && b[1] == 0x01 && b[2] == 0 && b[3] == 0;
        bool documentation = b[0] == 0x20 && b[1] == 0x01 && b[2] == 0x0d && b[3] == 0xb8;
        bool sixToFour = b[0] == 0x20 && b[1] == 0x02;
        return !teredo && !documentation && !sixToFour;
    }

    private static bool IsAllowed(IPAddress address, bool allowLoopbackHttp) =>
        IsPublic(address) || (allowLoopbackHttp && IPAddress.IsLoopback(address));

    private static async Task<byte[]?> FetchAsync(Uri uri, bool allowLoopbackHttp, CancellationToken ct)
    {
        using HttpMessageHandler handler = await CreateHandlerAsync(uri, allowLoopbackHttp, ct).ConfigureAwait(false);
        using var client = new HttpClient(handler, disposeHandler: false);
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.OK || response.Content.Headers.ContentLength > MaximumBytes) return null;

#if NET8_0_OR_GREATER
        Stream body = await response.Content.ReadAsStreamAsync(ct).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
#else
        // .NET Framework's streams don't look at the token while they read.
        using CancellationTokenRegistration abort = ct.Register(response.Dispose);
        using (Stream body = await response.Content.ReadAsStreamAsync().ConfigureAwait(false))
#endif
        {
            using var image = new MemoryStream();
            byte[] buffer = new byte[16 * 1024];
            int read;
            while ((read = await body.ReadAsync(buffer, 0, buffer.Length, ct).ConfigureAwait(false)) > 0)
            {
                if (image.Length + read > MaximumBytes) return null;
                image.Write(buffer, 0, read);
            }

            return image.ToArray();
        }
    }

#if NET8_0_OR_GREATER
    private static Task<HttpMessageHandler> CreateHandlerAsync(Uri uri, bool allowLoopbackHttp, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        HttpMessageHandler handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            // The address that is looked at is the one that is connected to: a name that changes in between (DNS rebinding) gains nothing.
            ConnectCallback = async (context, token) =>
            {
                IPAddress[] addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, token).ConfigureAwait(false);
                addresses = Array.FindAll(addresses, a => IsAllowed(a, allowLoopbackHttp));
                if (addresses.Length == 0) throw new HttpRequestException($"{uri.Host} isn't a public host.");

                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                try
                {
                    await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, token).ConfigureAwait(false);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };
        return Task.FromResult(handler);
    }
#else
    private static async Task<HttpMessageHandler> CreateHandlerAsync(Uri uri, bool allowLoopbackHttp, CancellationToken ct)
    {
        // .NET Framework resolves the name again when it connects, so this look is the best there is.
        Task<IPAddress[]> resolving = Dns.GetHostAddressesAsync(uri.DnsSafeHost);
        if (await Task.WhenAny(resolving, Task.Delay(Timeout.Infinite, ct)).ConfigureAwait(false) != resolving) ct.ThrowIfCancellationRequested();
        IPAddress[] addresses = await resolving.ConfigureAwait(false);
        if (addresses.Length == 0 || !Array.TrueForAll(addresses, a => IsAllowed(a, allowLoopbackHttp)))
            throw new HttpRequestException($"{uri.Host} isn't a public host.");

        return new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false, UseDefaultCredentials = false };
    }
#endif

    private static string? ImageType(byte[] image)
    {
        if (StartsWith(image, 0, 0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A)) return "image/png";
        if (StartsWith(image, 0, 0xFF, 0xD8, 0xFF)) return "image/jpeg";
        if (StartsWith(image, 0, 0x47, 0x49, 0x46, 0x38, 0x37, 0x61) || StartsWith(image, 0, 0x47, 0x49, 0x46, 0x38, 0x39, 0x61)) return "image/gif";
        if (StartsWith(image, 0, 0x52, 0x49, 0x46, 0x46) && StartsWith(image, 8, 0x57, 0x45, 0x42, 0x50)) return "image/webp";
        return null;
    }

    private static bool StartsWith(byte[] bytes, int offset, params byte[] expected)
    {
        if (bytes.Length < offset + expected.Length) return false;
        for (int i = 0; i < expected.Length; i++)
        {
            if (bytes[offset + i] != expected[i]) return false;
        }

        return true;
    }
}
