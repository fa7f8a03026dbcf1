using System;
using System.Linq;
using System.Management.Automation;
using NotionAuth.Core.Common;

namespace NotionAuth.Vault;

/// <summary>Trouble with a vault, told apart by what SecretManagement and the vault's extension report.</summary>
internal sealed class VaultException : NotionAuthException
{
    private VaultException(string errorId, NotionErrorKind kind, string message, string action)
        : base(errorId, kind, message, action)
    {
    }

    // SecretManagement or SecretStore used by two callers at once in the process; a file of the store that another
    // process has open, or has half written.
    private static readonly string[] BusyTexts =
    [
        "pipeline is already running", "state of the current PowerShell instance is not valid",
        "being used by another process",
        "Offset and length were out of bounds", "integrity check failed", "Unable to read store json meta data",
    ];

    private static readonly string[] WrongPasswordTexts = ["password is incorrect", "password is invalid"];

    // What PowerShell says to a vault that asks where nobody can be asked.
    private static readonly string[] NobodyTexts = ["NonInteractive mode", "does not support user interaction",
        "No host available"];

    /// <summary>Whether it only says that there is no secret of that name.</summary>
    public bool IsSecretNotFound { get; private init; }

    /// <summary>Whether the same call may succeed in a moment.</summary>
    public bool IsBusy { get; private init; }

    /// <summary>Whether the vault's extension refused the call for a reason of its own.</summary>
    public bool IsRefusal => ErrorId == ErrorIds.VaultFailed && !IsSecretNotFound && !IsBusy;

    /// <summary>Whether SecretManagement couldn't list because the vault has two secrets of one name.</summary>
    public bool IsTwin =>
        Message.IndexOf("An item with the same key has already been added", StringComparison.OrdinalIgnoreCase) >= 0;

    public static VaultException From(ErrorRecord record, string? vault)
    {
        string id = record.FullyQualifiedErrorId.Split(',')[0];
        string text = Redaction.Scrub(Innermost(record.Exception).Message);

        bool isBusy = Chain(record.Exception).Any(e => Says(e.Message, BusyTexts));

        // With the right password a file that is half written is reported in the same words: that is tried again first.
        if (Says(text, WrongPasswordTexts)
            || (id == "SecretStoreUnlockFailed" && Says(text, "password may be invalid")))
            return new VaultException(
                ErrorIds.VaultPasswordWrong, NotionErrorKind.AuthenticationFailed,
                $"The password of vault '{vault}' is wrong: it is still locked. What it keeps is untouched.",
                "Run the command again, with the right password. Where it is certainly right, " +
                "the vault's file is damaged.")
            { Target = vault, IsBusy = isBusy };

        // The types belong to other modules' assemblies: their names are all that can be relied on.
        if (Chain(record.Exception)
            .Any(e => e.GetType().FullName == "Microsoft.PowerShell.SecretStore.PasswordRequiredException")
            || Says(text, "password is required") || Says(text, NobodyTexts))
            return Locked(vault);

        if (id is "GetSecretNotFound" or "InvokeGetSecretNotFound"
            || text.EndsWith("was not found.", StringComparison.Ordinal))
            return new VaultException(ErrorIds.VaultFailed, NotionErrorKind.NotFound, text, string.Empty)
            {
                IsSecretNotFound = true
            };

        if (Says(text, "not found in registry", "no registered"))
            return NotFound(vault ?? string.Empty);

        return new VaultException(
            ErrorIds.VaultFailed, NotionErrorKind.InvalidOperation, $"Vault '{vault}' failed: {text}",
            "Check it with Get-SecretVault and Get-SecretInfo -Vault <name>, then run the command again.")
        { Target = vault, IsBusy = isBusy };
    }

    /// <summary>SecretManagement isn't there, or can't be loaded.</summary>
    /// <param name="record">What Import-Module says.</param>
    /// <param name="minimum">The oldest version that will do.</param>
    public static VaultException NotLoaded(ErrorRecord record, Version minimum)
    {
        bool isMissing = record.Exception is System.IO.FileNotFoundException || record.FullyQualifiedErrorId.StartsWith(
            "Modules_Module", StringComparison.Ordinal);
        return new VaultException(
            ErrorIds.SecretManagementMissing, NotionErrorKind.NotInstalled,
            isMissing
                ? $"A vault needs the module Microsoft.PowerShell.SecretManagement ({minimum} or later), " +
                    "and it isn't installed."
                : "A vault needs the module Microsoft.PowerShell.SecretManagement, and it can't be loaded: " +
                    $"{Redaction.Scrub(Innermost(record.Exception).Message)}",
            "Install it, and a vault to go with it: Install-Module Microsoft.PowerShell.SecretManagement, " +
            "Microsoft.PowerShell.SecretStore -Scope CurrentUser. "
            + "Then run the command again. Without a vault: Connect-NotionWorkspace -SessionOnly keeps the " +
                "connection in this process alone.");
    }

    /// <summary>The same refusal of a write, with what was to be written.</summary>
    /// <param name="length">The text's length.</param>
    public VaultException WithLength(int length) =>
        new(ErrorId, Kind, $"{Message} It was to keep a text of {length} characters, " +
            "and took it neither as a SecureString nor as a String.", RecommendedAction)
        { Target = Target };

    /// <summary>The vault's extension says itself that something is wrong with it.</summary>
    public static VaultException Unhealthy(string vault) => new(
        ErrorIds.VaultFailed, NotionErrorKind.InvalidOperation,
        $"Vault '{vault}' finds nothing that it kept before, and says by Test-SecretVault that it isn't healthy. " +
        "What it keeps is untouched.",
        $"Look what Test-SecretVault -Name {CommandText.Quoted(vault)} says (whether its program is installed and " +
        "signed in, its file or its server there), then run the command again.")
    { Target = vault };

    /// <summary>The vault took a write and did something else with it.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="what">What it can't do: "took a secret and …".</param>
    public static VaultException NotSuitable(string vault, string what) => new(
        ErrorIds.VaultNotSuitable, NotionErrorKind.InvalidOperation,
        $"Vault '{vault}' can't keep a connection: it {what}.",
        "Use another vault (-Vault <name>), such as SecretStore. What is known of vaults stands in docs/vaults.md.")
    { Target = vault };

    /// <summary>It is locked, and nobody can be asked for its password.</summary>
    public static VaultException Locked(string? vault) => new(
        ErrorIds.VaultLocked, NotionErrorKind.AuthenticationFailed,
        $"Vault '{vault}' is locked, and nobody was asked for its password. What it keeps is untouched.",
        "Unlock it with Unlock-SecretStore (a runbook: Unlock-SecretStore -Password <SecureString>) or " +
        "Unlock-SecretVault, then run the command again. "
        + "A SecretStore locks itself again after 900 s, also in the middle of a run: " +
            "Unlock-SecretStore -PasswordTimeout <seconds>, or "
        + "Set-SecretStoreConfiguration -PasswordTimeout -1, makes that longer.")
    { Target = vault };

    /// <summary>Whether it is locked shows only in a call that may ask, and nobody was to be asked.</summary>
    public static VaultException MayAsk(string vault) => new(
        ErrorIds.NotInteractive, NotionErrorKind.InvalidOperation,
        $"Whether vault '{vault}' is open can't be found out without a call that may ask for its password, " +
        "and nothing was to be asked.",
        $"Open it with Get-NotionConnection -Vault {CommandText.Quoted(vault)}, then run the command again in this " +
        "session.")
    { Target = vault };

    /// <summary>Somebody was asked for its password and gave none.</summary>
    public static VaultException PromptCancelled(string? vault) => new(
        ErrorIds.VaultPromptCancelled, NotionErrorKind.AuthenticationFailed,
        $"Vault '{vault}' is still locked: the question for its password was ended without one. " +
        "What it keeps is untouched.",
        "Run the command again and type the password, or unlock the vault first: " +
        "Unlock-SecretStore or Unlock-SecretVault.")
    { Target = vault };

    public static VaultException Full(string vault) => new(
        ErrorIds.VaultFailed, NotionErrorKind.InvalidOperation,
        $"The disk that holds vault '{vault}' is full. What it keeps is untouched.",
        "Free some space on it, then run the command again.")
    { Target = vault };

    public static VaultException NotFound(string vault) => new(
        ErrorIds.VaultNotFound, NotionErrorKind.NotFound, $"No vault '{Redaction.OneLine(vault)}' is registered.",
        "List the vaults with Get-SecretVault; register one with Register-SecretVault.")
    { Target = Redaction.OneLine(vault) };

    private static bool Says(string text, params string[] texts) =>
        texts.Any(t => text.IndexOf(t, StringComparison.OrdinalIgnoreCase) >= 0);

    private static System.Collections.Generic.IEnumerable<Exception> Chain(Exception? exception)
    {
        for (Exception? e = exception; e is not null; e = e.InnerException) yield return e;
    }

    private static Exception Innermost(Exception exception) => Chain(exception).Last();
}
