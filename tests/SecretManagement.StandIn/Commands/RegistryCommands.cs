using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace Microsoft.PowerShell.SecretManagement;

[Cmdlet(VerbsLifecycle.Register, "SecretVault", SupportsShouldProcess = true)]
[OutputType(typeof(SecretVaultInfo))]
public sealed class RegisterSecretVaultCommand : SecretCmdlet
{
    [Parameter(Position = 0, Mandatory = true)]
    [ValidateNotNullOrEmpty]
    public string ModuleName { get; set; } = string.Empty;

    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    [Parameter]
    public Hashtable? VaultParameters { get; set; }

    [Parameter]
    public SwitchParameter DefaultVault { get; set; }

    [Parameter]
    public SwitchParameter AllowClobber { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    [Parameter]
    public string? Description { get; set; }

    protected override void EndProcessing()
    {
        var parameters = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry entry in VaultParameters ?? [])
        {
            if (string.Equals(entry.Key as string, "Verbose", StringComparison.OrdinalIgnoreCase))
                End(new PSInvalidOperationException("The vault parameter Verbose is reserved."),
                    "RegisterSecretVaultCommandCannotUseReservedName");
            parameters[$"{entry.Key}"] = entry.Value;
        }

        PSModuleInfo module = Load();
        string name = Name ?? module.Name;
        if (!ShouldProcess(name, "Register a vault")) return;
        if (!AllowClobber && VaultRegistry.Read().Vaults.ContainsKey(name))
        {
            var taken = new InvalidOperationException($"There is a vault {name} already.");
            End(taken, "RegisterSecretVaultInvalidVaultName", ErrorCategory.InvalidArgument);
        }


        bool supportsMetadata = false;
        try
        {
            supportsMetadata = ExtensionModule.Check(Host, module);
        }
        catch (ItemNotFoundException e)
        {
            End(
                new PSInvalidOperationException($"Module {module.Name} is no vault extension. {e.Message}", e),
                "RegisterSecretVaultInvalidExtensionVault");
        }

        Registrations registrations = VaultRegistry.Read();
        bool isDefault = MyInvocation.BoundParameters.ContainsKey(nameof(DefaultVault))
            ? DefaultVault : registrations.Vaults.Count == 0;
        string place = ExtensionModule.PlaceOf(module);
        var vault =
            new RegisteredVault(name, module.Name, place, Description ?? string.Empty, parameters, supportsMetadata);
        if (registrations.Vaults.Remove(name))
            isDefault |= string.Equals(registrations.DefaultVaultName, name, StringComparison.OrdinalIgnoreCase);
        registrations.Vaults.Add(name, vault);
        if (isDefault) registrations.DefaultVaultName = name;
        VaultRegistry.Write(registrations);
        if (PassThru) WriteObject(new SecretVaultInfo(vault, isDefault));
    }

    private PSModuleInfo Load()
    {
        // A name, or a path of the caller's own location, which isn't that of the extensions' runspace.
        string from = ModuleName.IndexOfAny(['/', '\\']) >= 0
            ? GetUnresolvedProviderPathFromPSPath(ModuleName) : ModuleName;
        try
        {
            return ExtensionRunspace.Import(Host, from);
        }
        catch (RuntimeException e)
        {
            End(new PSInvalidOperationException($"The module {ModuleName} could not be loaded: {e.Message}"),
                "RegisterSecretVaultCantGetModuleInfo");
            throw;
        }
    }

    private void End(Exception exception, string errorId, ErrorCategory category = ErrorCategory.InvalidOperation) =>
        ThrowTerminatingError(new ErrorRecord(exception, errorId, category, this));
}

[Cmdlet(VerbsLifecycle.Unregister, "SecretVault", SupportsShouldProcess = true)]
public sealed class UnregisterSecretVaultCommand : SecretCmdlet
{
    private const string NameParameterSet = nameof(NameParameterSet);
    private const string SecretVaultParameterSet = nameof(SecretVaultParameterSet);

    [Parameter(ParameterSetName = NameParameterSet, Position = 0, Mandatory = true, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(VaultNameCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    [Parameter(
        ParameterSetName = SecretVaultParameterSet, Position = 0, Mandatory = true, ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true)]
    [ValidateNotNull]
    public SecretVaultInfo? SecretVault { get; set; }

    protected override void ProcessRecord()
    {
        foreach (string name in SecretVault is { } given ? [given.Name] : Name)
        {
            List<RegisteredVault> found = VaultNames.Match(VaultRegistry.Read(), name).ToList();
            if (found.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
                WriteError(new ErrorRecord(
                    new ItemNotFoundException($"Vault {name} could not be unregistered: it was not found."),
                    "UnregisterSecretVaultObjectNotFound", ErrorCategory.ObjectNotFound, this));
            foreach (RegisteredVault vault in found)
            {
                if (ShouldProcess(vault.Name, "Unregister a vault")) Unregister(vault);
            }
        }
    }

    private void Unregister(RegisteredVault vault)
    {
        // Whatever the extension says, its vault goes.
        Open(vault).Unregister();
        Registrations registrations = VaultRegistry.Read();
        registrations.Vaults.Remove(vault.Name);
        if (registrations.Default is null) registrations.DefaultVaultName = string.Empty;
        VaultRegistry.Write(registrations);
    }
}

[Cmdlet(VerbsCommon.Get, "SecretVault")]
[OutputType(typeof(SecretVaultInfo))]
public sealed class GetSecretVaultCommand : SecretCmdlet
{
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(VaultNameCompleter))]
    [SupportsWildcards]
    public string[]? Name { get; set; }

    protected override void EndProcessing()
    {
        Registrations registrations = VaultRegistry.Read();
        foreach (string name in Name is { Length: > 0 } ? Name : ["*"])
        {
            List<RegisteredVault> found = VaultNames.Match(registrations, name).ToList();
            if (found.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
                WriteError(new ErrorRecord(
                    new ItemNotFoundException($"Vault {name} is not registered."), "GetSecretVaultNotFound",
                    ErrorCategory.ObjectNotFound, this));
            foreach (RegisteredVault vault in found)
                WriteObject(new SecretVaultInfo(vault, vault == registrations.Default));
        }
    }
}

[Cmdlet(VerbsCommon.Set, "SecretVaultDefault", DefaultParameterSetName = NameParameterSet,
    SupportsShouldProcess = true)]
public sealed class SetSecretVaultDefaultCommand : SecretCmdlet
{
    private const string NameParameterSet = nameof(NameParameterSet);
    private const string SecretVaultParameterSet = nameof(SecretVaultParameterSet);
    private const string ClearParameterSet = nameof(ClearParameterSet);

    [Parameter(ParameterSetName = NameParameterSet, Position = 0, Mandatory = true, ValueFromPipeline = true)]
    [ArgumentCompleter(typeof(VaultNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = string.Empty;

    [Parameter(
        ParameterSetName = SecretVaultParameterSet, Position = 0, Mandatory = true, ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true)]
    [ValidateNotNull]
    public SecretVaultInfo? SecretVault { get; set; }

    [Parameter(ParameterSetName = ClearParameterSet)]
    public SwitchParameter ClearDefault { get; set; }

    protected override void ProcessRecord()
    {
        string name = ClearDefault ? string.Empty : SecretVault?.Name ?? Name;
        Registrations registrations = VaultRegistry.Read();
        if (name.Length > 0 && !registrations.Vaults.ContainsKey(name))
            ThrowTerminatingError(new ErrorRecord(
                new ItemNotFoundException($"Vault {name} is not registered."), "VaultNotFound",
                ErrorCategory.ObjectNotFound, this));
        if (!ShouldProcess(name, "Set the default vault")) return;
        registrations.DefaultVaultName = name;
        VaultRegistry.Write(registrations);
    }
}

/// <summary>Finds vaults by name or pattern.</summary>
internal static class VaultNames
{
    public static IEnumerable<RegisteredVault> Match(Registrations registrations, string name)
    {
        if (!WildcardPattern.ContainsWildcardCharacters(name))
            return registrations.Vaults.TryGetValue(name, out RegisteredVault? vault) ? [vault] : [];

        var pattern = new WildcardPattern(name, WildcardOptions.IgnoreCase);
        return registrations.Vaults.Values.Where(v => pattern.IsMatch(v.Name));
    }
}
