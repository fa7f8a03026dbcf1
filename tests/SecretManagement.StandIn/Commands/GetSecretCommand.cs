using System.Management.Automation;

namespace Microsoft.PowerShell.SecretManagement;

[Cmdlet(VerbsCommon.Get, "Secret", DefaultParameterSetName = NameParameterSet)]
[OutputType(typeof(object))]
public sealed class GetSecretCommand : SecretCmdlet
{
    private const string NameParameterSet = nameof(NameParameterSet);
    private const string InfoParameterSet = nameof(InfoParameterSet);

    [Parameter(ParameterSetName = NameParameterSet, Position = 0, Mandatory = true, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(SecretNameCompleter))]
    public string Name { get; set; } = string.Empty;

    [Parameter(ParameterSetName = NameParameterSet, Position = 1)]
    [ArgumentCompleter(typeof(VaultNameCompleter))]
    public string? Vault { get; set; }

    [Parameter(ParameterSetName = InfoParameterSet, Mandatory = true, ValueFromPipeline = true)]
    public SecretInformation? InputObject { get; set; }

    [Parameter]
    public SwitchParameter AsPlainText { get; set; }

    protected override void BeginProcessing() => WarnWithoutVaults();

    protected override void ProcessRecord()
    {
        string name = InputObject?.Name ?? Name;
        string? vault = InputObject?.VaultName ?? Vault;
        object? secret;
        if (!string.IsNullOrEmpty(vault))
        {
            if (!TryGet(Find(vault), name, out secret)) return;
        }
        else
        {
            secret = FindAnywhere(name);
        }

        if (secret is not null) WriteObject(SecretText.Show(secret, AsPlainText));
        else
            WriteError(new ErrorRecord(
                new ItemNotFoundException($"The secret {name} was not found."), "GetSecretNotFound",
                ErrorCategory.ObjectNotFound, this));
    }

    private object? FindAnywhere(string name)
    {
        Registrations registrations = VaultRegistry.Read();
        foreach (RegisteredVault vault in registrations.DefaultFirst())
        {
            // The default vault is first asked whether it has the secret.
            ExtensionVaultModule extension = Open(vault);
            if (vault == registrations.Default && extension.GetSecretInfo(name).Count == 0) continue;
            if (TryGet(extension, name, out object? secret) && secret is not null) return secret;
        }

        return null;
    }

    private bool TryGet(ExtensionVaultModule extension, string name, out object? secret)
    {
        try
        {
            secret = extension.GetSecret(name);
            return true;
        }
        catch (PasswordRequiredException e)
        {
            WriteError(new ErrorRecord(e, "GetSecretException", ErrorCategory.InvalidOperation, this));
            secret = null;
            return false;
        }
    }
}
