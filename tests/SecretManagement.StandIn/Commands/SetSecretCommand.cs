using System.Collections;
using System.Linq;
using System.Management.Automation;
using System.Security;

namespace Microsoft.PowerShell.SecretManagement;

[Cmdlet(VerbsCommon.Set, "Secret", DefaultParameterSetName = SecureStringParameterSet, SupportsShouldProcess = true)]
public sealed class SetSecretCommand : SecretCmdlet
{
    private const string SecureStringParameterSet = nameof(SecureStringParameterSet);
    private const string ObjectParameterSet = nameof(ObjectParameterSet);
    private const string SecretInfoParameterSet = nameof(SecretInfoParameterSet);

    [Parameter(ParameterSetName = ObjectParameterSet, Position = 0, Mandatory = true)]
    [Parameter(ParameterSetName = SecureStringParameterSet, Position = 0, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = string.Empty;

    [Parameter(ParameterSetName = ObjectParameterSet, Position = 1, Mandatory = true, ValueFromPipeline = true)]
    public object? Secret { get; set; }

    [Parameter(ParameterSetName = SecureStringParameterSet, Position = 1, Mandatory = true, ValueFromPipeline = true)]
    public SecureString? SecureStringSecret { get; set; }

    [Parameter(ParameterSetName = SecretInfoParameterSet, Position = 1, Mandatory = true, ValueFromPipeline = true)]
    public SecretInformation? SecretInfo { get; set; }

    [Parameter(ParameterSetName = ObjectParameterSet, Position = 2)]
    [Parameter(ParameterSetName = SecureStringParameterSet, Position = 2)]
    [Parameter(ParameterSetName = SecretInfoParameterSet, Mandatory = true)]
    [ArgumentCompleter(typeof(VaultNameCompleter))]
    public string? Vault { get; set; }

    [Parameter(ParameterSetName = ObjectParameterSet, Position = 3)]
    [Parameter(ParameterSetName = SecureStringParameterSet, Position = 3)]
    public Hashtable? Metadata { get; set; }

    [Parameter]
    public SwitchParameter NoClobber { get; set; }

    protected override void BeginProcessing() => WarnWithoutVaults();

    protected override void ProcessRecord()
    {
        if (!ShouldProcess(Vault, "Write a secret, over one of the same name")) return;
        ExtensionVaultModule vault = FindOrDefault(Vault, "SetSecretCommandFailNoVault");
        if (SecretInfo is not null)
        {
            Copy(SecretInfo, vault);
            return;
        }

        if (IsTaken(vault, Name) is { } taken) ThrowTerminatingError(taken);
        object secret = SecureStringSecret ?? (Secret is PSObject wrapped ? wrapped.BaseObject : Secret!);
        vault.SetSecret(Name, secret, Metadata);
    }

    private void Copy(SecretInformation info, ExtensionVaultModule vault)
    {
        if (IsTaken(vault, info.Name) is { } taken)
        {
            WriteError(taken);
            return;
        }

        // A secret that is gone meanwhile goes to the other vault as null, which that may refuse: so does the real
        // module.
        object? secret = Find(info.VaultName).GetSecret(info.Name);
        vault.SetSecret(
            info.Name, secret,
            info.Metadata is null ? null : new Hashtable(info.Metadata.ToDictionary(m => m.Key, m => m.Value)));
    }

    private ErrorRecord? IsTaken(ExtensionVaultModule vault, string name) =>
        !NoClobber || vault.GetSecret(name) is null ? null : new ErrorRecord(
        new PSInvalidOperationException($"Vault {vault.Name} has a secret {name} already."),
        "SetSecretCommandAlreadyExistsWithNoClobber",
        ErrorCategory.ResourceExists, this);
}

[Cmdlet(VerbsCommon.Set, "SecretInfo", DefaultParameterSetName = NameParameterSet, SupportsShouldProcess = true)]
public sealed class SetSecretInfoCommand : SecretCmdlet
{
    private const string NameParameterSet = nameof(NameParameterSet);
    private const string InfoParameterSet = nameof(InfoParameterSet);

    [Parameter(ParameterSetName = NameParameterSet, Position = 0, Mandatory = true)]
    [ArgumentCompleter(typeof(SecretNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = string.Empty;

    [Parameter(ParameterSetName = NameParameterSet, Position = 1, Mandatory = true, ValueFromPipeline = true)]
    [Parameter(ParameterSetName = InfoParameterSet, Position = 0, Mandatory = true)]
    public Hashtable Metadata { get; set; } = [];

    [Parameter(ParameterSetName = NameParameterSet, Position = 2)]
    [ArgumentCompleter(typeof(VaultNameCompleter))]
    public string? Vault { get; set; }

    [Parameter(ParameterSetName = InfoParameterSet, Mandatory = true, ValueFromPipeline = true)]
    public SecretInformation? InputObject { get; set; }

    protected override void BeginProcessing() => WarnWithoutVaults();

    protected override void ProcessRecord()
    {
        string? vault = InputObject?.VaultName ?? Vault;
        if (ShouldProcess(vault, "Write metadata of a secret, over what there is"))
            FindOrDefault(vault, "SetSecretInfoCommandFailNoVault").SetSecretInfo(InputObject?.Name ?? Name, Metadata);
    }
}

[Cmdlet(VerbsCommon.Remove, "Secret", SupportsShouldProcess = true)]
public sealed class RemoveSecretCommand : SecretCmdlet
{
    private const string NameParameterSet = nameof(NameParameterSet);
    private const string InfoParameterSet = nameof(InfoParameterSet);

    [Parameter(ParameterSetName = NameParameterSet, Position = 0, Mandatory = true, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(SecretNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = string.Empty;

    [Parameter(ParameterSetName = NameParameterSet, Position = 1, Mandatory = true)]
    [ArgumentCompleter(typeof(VaultNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string Vault { get; set; } = string.Empty;

    [Parameter(ParameterSetName = InfoParameterSet, Position = 0, Mandatory = true, ValueFromPipeline = true)]
    public SecretInformation? InputObject { get; set; }

    protected override void ProcessRecord()
    {
        string vault = InputObject?.VaultName ?? Vault;
        if (ShouldProcess(vault, "Remove a secret")) Find(vault).RemoveSecret(InputObject?.Name ?? Name);
    }
}
