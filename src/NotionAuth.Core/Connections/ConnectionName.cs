using System;
using System.Collections.Generic;
using System.Linq;
using NotionAuth.Core.Common;

namespace NotionAuth.Core.Connections;

/// <summary>The rules for connections' names.</summary>
internal static class ConnectionName
{
    private const int MaximumLength = 100;
    private const string Wildcards = "*?[]`";

    /// <summary>Checks a name that a user gave.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The name without blanks around it.</returns>
    /// <exception cref="NotionAuthException"><see cref="ErrorIds.InvalidName"/>.</exception>
    public static string Check(string name)
    {
        string trimmed = name.Trim();
        if (trimmed.Length is > 0 and <= MaximumLength && trimmed == MakeUsable(trimmed)) return trimmed;
        throw new NotionAuthException(
            ErrorIds.InvalidName, NotionErrorKind.InvalidArgument,
            $"A connection's name has 1 to {MaximumLength} characters, none of them a wildcard (* ? [ ] `) or a " +
            "control character.",
            "Choose another -Name, such as the workspace's name.");
    }

    /// <summary>Makes a name of a workspace's name.</summary>
    /// <param name="workspaceName">The workspace's name, or null.</param>
    /// <param name="botId">The bot id, for a workspace without a name.</param>
    /// <returns>A name that can be used.</returns>
    public static string Default(string? workspaceName, string botId)
    {
        string name = MakeUsable((workspaceName ?? string.Empty).Trim()).Trim();
        if (name.Length > MaximumLength)
            name = MakeUsable(
                name.Substring(0, char.IsHighSurrogate(name[MaximumLength - 1]) ? MaximumLength - 1 : MaximumLength))
                .Trim();
        return name.Length == 0 ? botId : name;
    }

    /// <summary>Tells whether two names are the same to a user.</summary>
    /// <param name="left">A name.</param>
    /// <param name="right">Another.</param>
    /// <returns><see langword="true"/> where they differ in case at most.</returns>
    public static bool AreSame(string left, string right) =>
        string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Tells whether a connection is meant by its id. An id means nobody else, even where another connection is called
    /// so.
    /// </summary>
    /// <param name="connection">The connection.</param>
    /// <param name="id">What a user gave.</param>
    /// <returns><see langword="true"/> where it is its bot id.</returns>
    public static bool IsIdOf(NotionConnection connection, string id) =>
        string.Equals(connection.BotId, id, StringComparison.OrdinalIgnoreCase);

    /// <summary>Tells whether a connection answers to a text.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="nameOrId">What a user gave.</param>
    /// <returns><see langword="true"/> where it is its name or its bot id.</returns>
    public static bool IsOf(NotionConnection connection, string nameOrId) =>
        AreSame(connection.Name, nameOrId) || IsIdOf(connection, nameOrId);

    /// <summary>Finds a name that nobody has yet.</summary>
    /// <param name="name">The name that is taken.</param>
    /// <param name="taken">All connections.</param>
    /// <returns>The name with a number behind it.</returns>
    public static string Free(string name, IReadOnlyList<NotionConnection> taken)
    {
        for (int number = 2; ; number++)
        {
            string candidate = $"{name} {number}";
            if (!taken.Any(c => AreSame(c.Name, candidate))) return candidate;
        }
    }

    /// <summary>The error for a name that belongs to another bot's connection.</summary>
    /// <param name="other">That connection.</param>
    /// <param name="keptAs">The name under which a sign-in was kept all the same, or null where nothing was.</param>
    /// <returns>The error.</returns>
    public static NotionAuthException InUse(NotionConnection other, string? keptAs = null)
    {
        return new NotionAuthException(
            ErrorIds.NameInUse, NotionErrorKind.AlreadyExists,
            $"The name '{other.Name}' belongs to another connection, to workspace '{other.WorkspaceName}' (bot " +
            $"{other.BotId}). It was left as it is.{Kept(keptAs)}",
            keptAs is null
                ? "Run the command again with another -Name, or with -Force to replace that connection."
                : $"Use it with Connect-NotionWorkspace -Name {CommandText.Quoted(keptAs)}, " +
                    "or sign in again with another -Name, or with -Force to replace the other connection.")
        { Target = other.Name };
    }

    /// <summary>The error for a name that several connections of one store have.</summary>
    /// <param name="name">The name.</param>
    /// <param name="connections">The connections.</param>
    /// <param name="keptAs">The name under which a sign-in was kept all the same, or null where nothing was.</param>
    /// <returns>The error.</returns>
    public static NotionAuthException Ambiguous(
        string name, IReadOnlyCollection<NotionConnection> connections, string? keptAs = null)
    {
        string shown = Redaction.OneLine(name);
        IEnumerable<string> all = connections.Select(c =>
            $"{c.BotId} (workspace '{c.WorkspaceName}', " +
            $"{(c.Vault.Length == 0 ? "this process" : $"vault '{c.Vault}'")})");
        IEnumerable<string> removals = connections.Select(c =>
            $"Revoke-NotionToken {CommandText.Argument(c.BotId)} -LocalOnly"
            + (c.Vault.Length == 0 ? string.Empty : $" -Vault {CommandText.Quoted(c.Vault)}"));
        return new NotionAuthException(
            ErrorIds.ConnectionAmbiguous, NotionErrorKind.InvalidOperation,
            $"{connections.Count} connections have the name '{shown}', and none of them was chosen: " +
            $"{string.Join(", ", all)}.{Kept(keptAs)}",
            "Pass the id in place of the name, or forget the one that isn't wanted (without -LocalOnly it is " +
            $"revoked at Notion too): {string.Join("; or: ", removals)}")
        { Target = shown };
    }

    private static string Kept(string? keptAs) =>
        keptAs is null ? string.Empty : $" The sign-in was kept as '{keptAs}'.";

    /// <summary>The error for a connection that was found and whose secret is gone.</summary>
    /// <returns>The error.</returns>
    internal static NotionAuthException Gone() => new(
        ErrorIds.ConnectionNotFound, NotionErrorKind.NotFound, "The connection isn't stored any more.",
        "List the connections with Get-NotionConnection.");

    /// <summary>The error for a name that isn't there; it names those that come near.</summary>
    /// <param name="name">The name that was asked for.</param>
    /// <param name="known">The names that are there.</param>
    /// <param name="where">The place, for the message: <c>vault 'Personal'</c>.</param>
    /// <returns>The error.</returns>
    public static NotionAuthException NotFound(string name, IReadOnlyCollection<string> known, string where)
    {
        string shown = Redaction.OneLine(name);
        List<string> near = known.Where(k => IsNear(k, name)).OrderBy(k => TextDistance.Between(k, name)).Take(3)
            .ToList();
        string hint = near.Count > 0 ? $" Did you mean {string.Join(" or ", near.Select(n => $"'{n}'"))}?"
            : known.Count is > 0 and <= 5
            ? $" There {(known.Count == 1 ? "is" : "are")}: {string.Join(", ", known.Select(n => $"'{n}'"))}."
            : string.Empty;
        return new NotionAuthException(
            ErrorIds.ConnectionNotFound, NotionErrorKind.NotFound,
            $"There is no connection '{shown}' in {where}.{hint}",
            "List the connections with Get-NotionConnection (another vault's with -Vault), or make one: " +
            "Connect-NotionWorkspace -ClientId <id>, or -Token <SecureString>.")
        { Target = shown };
    }

    private static string MakeUsable(string name) =>
        new(Redaction.OneLine(name).Select(c => Wildcards.IndexOf(c) >= 0 ? '-' : c).ToArray());

    private static bool IsNear(string known, string asked) =>
        TextDistance.Between(known, asked) <= Math.Max(2, asked.Length / 3)
        || known.IndexOf(asked, StringComparison.OrdinalIgnoreCase) >= 0
        || asked.IndexOf(known, StringComparison.OrdinalIgnoreCase) >= 0;
}
