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
    /// <returns>The bot id, or null where the name isn't a spare copy's.</returns>
    public static string? BotIdOfSpare(string name) =>
        name.StartsWith(SparePrefix, StringComparison.Ordinal) && OAuth.TokenReply.IsId(name.Substring(SparePrefix.Length)) ? name.Substring(SparePrefix.Length) : null;

    /// <summary>The name of an app registration's secret.</summary>
    /// <param name="clientId">The client id.</param>
    /// <returns>For example <c>NotionAuth-app-463558a3-…</c>.</returns>
    public static string OfApp(string clientId) => AppPrefix + clientId;

    /// <summary>Reads a name.</summary>
    /// <param name="name">A secret's name.</param>
    /// <returns>The bot id, or null where the name isn't a connection's.</returns>
    public static string? BotIdOf(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && !name.StartsWith(AppPrefix, StringComparison.Ordinal) && name != WriteTest
        && !name.StartsWith(SparePrefix, StringComparison.Ordinal)
        && OAuth.TokenReply.IsId(name.Substring(Prefix.Length)) ? name.Substring(Prefix.Length) : null;

    /// <summary>Reads a name.</summary>
    /// <param name="name">A secret's name.</param>
    /// <returns>The client id, or null where the name isn't an app registration's.</returns>
    public static string? ClientIdOf(string name) =>
        name.StartsWith(AppPrefix, StringComparison.Ordinal) && OAuth.TokenReply.IsId(name.Substring(AppPrefix.Length)) ? name.Substring(AppPrefix.Length) : null;
}
