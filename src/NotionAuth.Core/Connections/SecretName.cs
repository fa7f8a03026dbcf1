using System;
using System.Globalization;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using NotionAuth.Core.Http;

namespace NotionAuth.Core.Connections;

/// <summary>The names of our secrets: letters, digits and hyphens alone, as that is what every vault takes.</summary>
public static class SecretName
{
    /// <summary>What every name of ours begins with.</summary>
    public const string Prefix = "NotionAuth-";

    /// <summary>A secret that is written and removed to prove that the vault takes writes.</summary>
    public const string WriteTest = Prefix + "write-test";

    private const string AppPrefix = Prefix + "app-";
    private const string SparePrefix = Prefix + "spare-";
    private const string AppSparePrefix = SparePrefix + "app-";
    private const string OriginMark = "-at-";
    private const int OriginLength = 16;

    /// <summary>The name of a connection's secret.</summary>
    /// <param name="botId">The bot id.</param>
    /// <returns>For example <c>NotionAuth-b3414d65-…</c>.</returns>
    public static string OfConnection(string botId) => Prefix + botId;

    /// <summary>The name of the copy of a connection's secret that exists while that is being replaced.</summary>
    /// <param name="botId">The bot id.</param>
    /// <returns>For example <c>NotionAuth-spare-b3414d65-…</c>.</returns>
    public static string OfSpare(string botId) => SparePrefix + botId;

    /// <summary>Reads a name.</summary>
    /// <param name="name">A secret's name.</param>
    /// <returns>The bot id, or null where the name isn't that of a connection's spare copy.</returns>
    public static string? BotIdOfSpare(string name) => name.StartsWith(AppSparePrefix, StringComparison.Ordinal) ? null : IdOf(SparePrefix, name);

    /// <summary>The name of an app registration's secret.</summary>
    /// <param name="appId">The client id, or <see cref="AppIdAt"/>.</param>
    /// <returns>For example <c>NotionAuth-app-463558a3-…</c>.</returns>
    public static string OfApp(string appId) => AppPrefix + appId;

    /// <summary>The name of the copy of an app registration's secret that exists while that is being replaced.</summary>
    /// <param name="appId">The client id, or <see cref="AppIdAt"/>.</param>
    /// <returns>For example <c>NotionAuth-spare-app-463558a3-…</c>.</returns>
    public static string OfAppSpare(string appId) => AppSparePrefix + appId;

    /// <summary>Under what the registration of a client id is kept that has one at another origin already.</summary>
    /// <param name="clientId">The client id.</param>
    /// <param name="origin">The further origin.</param>
    /// <returns>For example <c>463558a3-…-at-0c1d2e3f4a5b6c7d</c>, the end of which is a hash of the origin.</returns>
    public static string AppIdAt(string clientId, Uri origin) => clientId + OriginMark + Fingerprint(BaseUri.Text(origin));

    /// <summary>Reads a name.</summary>
    /// <param name="name">A secret's name.</param>
    /// <returns>The client id, or null where the name isn't that of an app registration's spare copy.</returns>
    public static string? ClientIdOfSpare(string name) => IdOf(AppSparePrefix, WithoutOrigin(AppSparePrefix, name));

    /// <summary>Reads a name.</summary>
    /// <param name="name">A secret's name.</param>
    /// <returns>The bot id, or null where the name isn't a connection's.</returns>
    public static string? BotIdOf(string name) =>
        name == WriteTest || name.StartsWith(AppPrefix, StringComparison.Ordinal) || name.StartsWith(SparePrefix, StringComparison.Ordinal) ? null : IdOf(Prefix, name);

    /// <summary>Reads a name.</summary>
    /// <param name="name">A secret's name.</param>
    /// <returns>The client id, or null where the name isn't an app registration's.</returns>
    public static string? ClientIdOf(string name) => IdOf(AppPrefix, WithoutOrigin(AppPrefix, name));

    private static string WithoutOrigin(string prefix, string name)
    {
        int mark = name.Length - OriginMark.Length - OriginLength;
        bool hasOrigin = mark > prefix.Length && string.CompareOrdinal(name, mark, OriginMark, 0, OriginMark.Length) == 0
            && name.Skip(mark + OriginMark.Length).All(c => c is (>= '0' and <= '9') or (>= 'a' and <= 'f'));
        return hasOrigin ? name.Substring(0, mark) : name;
    }

    private static string Fingerprint(string text)
    {
        using var sha = SHA256.Create();
        return string.Concat(sha.ComputeHash(Encoding.UTF8.GetBytes(text)).Take(OriginLength / 2).Select(b => b.ToString("x2", CultureInfo.InvariantCulture)));
    }

    private static string? IdOf(string prefix, string name) =>
        name.StartsWith(prefix, StringComparison.Ordinal) && OAuth.TokenReply.IsId(name.Substring(prefix.Length)) ? name.Substring(prefix.Length) : null;
}
