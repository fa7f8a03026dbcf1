using System;
using System.Globalization;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using NotionAuth.Core.Http;

namespace NotionAuth.Core.Connections.Store;

/// <summary>The names of our secrets: letters, digits and hyphens alone, as that is what every vault takes.</summary>
internal static class SecretName
{
    /// <summary>What every name of ours begins with.</summary>
    public const string Prefix = "NotionAuth-";

    /// <summary>
    /// What the name of a secret begins with that is written and removed to prove that the vault takes writes.
    /// </summary>
    public const string WriteTest = Prefix + "write-test";

    private const string TimeFormat = "yyyyMMddHHmmss";

    // What may stand before a name: the end of a folder's name.
    private const string Before = "/\\:";
    private const string AppPrefix = Prefix + "app-";
    private const string CopyPrefix = Prefix + "spare-";
    private const string AppCopyPrefix = CopyPrefix + "app-";
    private const string OriginMark = "-at-";
    private const int OriginLength = 16;

    /// <summary>
    /// Finds our name in what a vault shows of it: KeyChain gives names back in lower case, LastPass with an id behind
    /// them, others with a folder before them.
    /// </summary>
    /// <param name="shown">The name as the vault shows it.</param>
    /// <returns>The name as we write it, or null where it isn't one of ours.</returns>
    public static string? Parse(string shown)
    {
        int start = shown.IndexOf(Prefix, StringComparison.OrdinalIgnoreCase);
        if (start < 0 || (start > 0 && Before.IndexOf(shown[start - 1]) < 0)) return null;
        int end = start + Prefix.Length;
        while (end < shown.Length && OAuth.TokenReply.IsId(shown.Substring(end, 1))) end++;
        if (end == start + Prefix.Length || !IsOrnament(shown, end)) return null;
        string id = shown.Substring(start + Prefix.Length, end - start - Prefix.Length);

        // Where all is in capital letters, the vault has made them: Notion's ids have none.
        bool isShouted = shown.IndexOf(Prefix.ToUpperInvariant(), start, StringComparison.Ordinal) == start;
        return Prefix + (isShouted ? id.ToLowerInvariant() : id);
    }

    /// <summary>
    /// A name for one write test: no two processes may meet in it, and some vaults never take the name of a removed
    /// secret again.
    /// </summary>
    /// <param name="now">The time (UTC).</param>
    /// <returns>For example <c>NotionAuth-write-test-20260930081500-1f2e3d4c</c>.</returns>
    public static string OfWriteTest(DateTime now) =>
        $"{WriteTest}-{now.ToString(TimeFormat, CultureInfo.InvariantCulture)}-" +
        $"{Guid.NewGuid().ToString("N").Substring(0, 8)}";

    /// <summary>
    /// Tells whether a name is that of a write test whose process must have ended before it could remove it.
    /// </summary>
    /// <param name="name">The name.</param>
    /// <param name="now">The time (UTC).</param>
    /// <returns>Whether it is older than any write test takes.</returns>
    public static bool IsLeftWriteTest(string name, DateTime now) =>
        name.StartsWith(WriteTest + "-", StringComparison.Ordinal)
            && name.Length >= WriteTest.Length + 1 + TimeFormat.Length
        && DateTime.TryParseExact(
            name.Substring(WriteTest.Length + 1, TimeFormat.Length), TimeFormat, CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTime made)
        && now - made > TimeSpan.FromHours(1);

    /// <summary>The name of a connection's secret.</summary>
    /// <param name="botId">The bot id.</param>
    /// <returns>For example <c>NotionAuth-b3414d65-…</c>.</returns>
    public static string OfConnection(string botId) => Prefix + botId;

    /// <summary>The name of the copy of a connection's secret that exists while that is being replaced.</summary>
    /// <param name="botId">The bot id.</param>
    /// <returns>For example <c>NotionAuth-spare-b3414d65-…</c>.</returns>
    public static string OfCopy(string botId) => CopyPrefix + botId;

    /// <summary>Reads a name.</summary>
    /// <param name="name">A secret's name.</param>
    /// <returns>The bot id, or null where the name isn't that of a connection's spare copy.</returns>
    public static string? BotIdOfCopy(string name) =>
        name.StartsWith(AppCopyPrefix, StringComparison.Ordinal) ? null : IdOf(CopyPrefix, name);

    /// <summary>The name of an app registration's secret.</summary>
    /// <param name="appId">The client id, or <see cref="AppIdAt"/>.</param>
    /// <returns>For example <c>NotionAuth-app-463558a3-…</c>.</returns>
    public static string OfApp(string appId) => AppPrefix + appId;

    /// <summary>
    /// The name of the copy of an app registration's secret that exists while that is being replaced.
    /// </summary>
    /// <param name="appId">The client id, or <see cref="AppIdAt"/>.</param>
    /// <returns>For example <c>NotionAuth-spare-app-463558a3-…</c>.</returns>
    public static string OfAppCopy(string appId) => AppCopyPrefix + appId;

    /// <summary>Under what the registration of a client id is kept that has one at another origin already.</summary>
    /// <param name="clientId">The client id.</param>
    /// <param name="origin">The further origin.</param>
    /// <returns>For example <c>463558a3-…-at-0c1d2e3f4a5b6c7d</c>, the end of which is a hash of the origin.</returns>
    public static string AppIdAt(string clientId, Uri origin) =>
        clientId + OriginMark + Fingerprint(BaseUri.Text(origin));

    /// <summary>Reads a name.</summary>
    /// <param name="name">A secret's name.</param>
    /// <returns>The client id, or null where the name isn't that of an app registration's spare copy.</returns>
    public static string? ClientIdOfCopy(string name) => IdOf(AppCopyPrefix, WithoutOrigin(AppCopyPrefix, name));

    /// <summary>Reads a name.</summary>
    /// <param name="name">A secret's name.</param>
    /// <returns>The bot id, or null where the name isn't a connection's.</returns>
    public static string? BotIdOf(string name) =>
        name.StartsWith(WriteTest, StringComparison.Ordinal) || name.StartsWith(AppPrefix, StringComparison.Ordinal)
            || name.StartsWith(CopyPrefix, StringComparison.Ordinal) ? null : IdOf(Prefix, name);

    /// <summary>Reads a name.</summary>
    /// <param name="name">A secret's name.</param>
    /// <returns>The client id, or null where the name isn't an app registration's.</returns>
    public static string? ClientIdOf(string name) => IdOf(AppPrefix, WithoutOrigin(AppPrefix, name));

    private static string WithoutOrigin(string prefix, string name)
    {
        int mark = name.Length - OriginMark.Length - OriginLength;
        bool hasOrigin = mark > prefix.Length
            && string.CompareOrdinal(name, mark, OriginMark, 0, OriginMark.Length) == 0
            && name.Skip(mark + OriginMark.Length).All(c => c is (>= '0' and <= '9') or (>= 'a' and <= 'f'));
        return hasOrigin ? name.Substring(0, mark) : name;
    }

    private static string Fingerprint(string text)
    {
        using var sha = SHA256.Create();
        return string.Concat(
            sha.ComputeHash(Encoding.UTF8.GetBytes(text)).Take(OriginLength / 2)
            .Select(b => b.ToString("x2", CultureInfo.InvariantCulture)));
    }

    // Nothing, or something in brackets.
    private static bool IsOrnament(string shown, int at)
    {
        string rest = shown.Substring(at).Trim();
        return rest.Length == 0 || (rest[0] == '(' && rest[rest.Length - 1] == ')')
            || (rest[0] == '[' && rest[rest.Length - 1] == ']');
    }

    private static string? IdOf(string prefix, string name) =>
        name.StartsWith(prefix, StringComparison.Ordinal)
            && OAuth.TokenReply.IsId(name.Substring(prefix.Length)) ? name.Substring(prefix.Length) : null;
}
