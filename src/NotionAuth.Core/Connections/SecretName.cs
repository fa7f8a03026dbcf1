using System;

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
    /// <param name="clientId">The client id.</param>
    /// <returns>For example <c>NotionAuth-app-463558a3-…</c>.</returns>
    public static string OfApp(string clientId) => AppPrefix + clientId;

    /// <summary>The name of the copy of an app registration's secret that exists while that is being replaced.</summary>
    /// <param name="clientId">The client id.</param>
    /// <returns>For example <c>NotionAuth-spare-app-463558a3-…</c>.</returns>
    public static string OfAppSpare(string clientId) => AppSparePrefix + clientId;

    /// <summary>Reads a name.</summary>
    /// <param name="name">A secret's name.</param>
    /// <returns>The client id, or null where the name isn't that of an app registration's spare copy.</returns>
    public static string? ClientIdOfSpare(string name) => IdOf(AppSparePrefix, name);

    /// <summary>Reads a name.</summary>
    /// <param name="name">A secret's name.</param>
    /// <returns>The bot id, or null where the name isn't a connection's.</returns>
    public static string? BotIdOf(string name) =>
        name == WriteTest || name.StartsWith(AppPrefix, StringComparison.Ordinal) || name.StartsWith(SparePrefix, StringComparison.Ordinal) ? null : IdOf(Prefix, name);

    /// <summary>Reads a name.</summary>
    /// <param name="name">A secret's name.</param>
    /// <returns>The client id, or null where the name isn't an app registration's.</returns>
    public static string? ClientIdOf(string name) => IdOf(AppPrefix, name);

    private static string? IdOf(string prefix, string name) =>
        name.StartsWith(prefix, StringComparison.Ordinal) && OAuth.TokenReply.IsId(name.Substring(prefix.Length)) ? name.Substring(prefix.Length) : null;
}
