using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Host;

namespace Microsoft.PowerShell.SecretManagement;

/// <summary>
/// What a module must be to be registered as a vault: one with a nested module of its name and ".Extension" that has
/// five functions.
/// </summary>
internal static class ExtensionModule
{
    private static readonly Dictionary<string, string[]> Required = new()
    {
        ["Get-Secret"] = ["Name"],
        ["Set-Secret"] = ["Name", "Secret"],
        ["Remove-Secret"] = ["Name"],
        ["Get-SecretInfo"] = ["Filter"],
        ["Test-SecretVault"] = [],
    };

    /// <summary>
    /// The place that is registered: without the folder of a version, so that a newer version is found there.
    /// </summary>
    public static string PlaceOf(PSModuleInfo module)
    {
        string folder = module.ModuleBase;
        return System.Version.TryParse(Path.GetFileName(folder), out _) ? Path.GetDirectoryName(folder)! : folder;
    }

    /// <summary>The extension of a module that is registered.</summary>
    public static PSModuleInfo Load(PSHost host, string modulePath) =>
        LoadOf(host, ExtensionRunspace.Import(host, modulePath));

    private static PSModuleInfo LoadOf(PSHost host, PSModuleInfo module)
    {
        string name = $"{module.Name}.Extension";
        return ExtensionRunspace.Import(host, Path.Combine(module.ModuleBase, name, $"{name}.psd1"));
    }

    /// <summary>Loads a module's extension and looks for what is required of it.</summary>
    /// <returns>Whether its Set-Secret takes metadata.</returns>
    public static bool Check(PSHost host, PSModuleInfo module)
    {
        PSModuleInfo extension;
        try
        {
            extension = LoadOf(host, module);
        }
        catch (RuntimeException e)
        {
            throw new ItemNotFoundException(
                $"There is no module {module.Name}.Extension in it that can be loaded: {e.Message}");
        }

        foreach (KeyValuePair<string, string[]> function in Required)
        {
            if (!extension.ExportedFunctions.TryGetValue(function.Key, out FunctionInfo? found))
                throw new ItemNotFoundException($"Its extension has no function {function.Key}.");
            foreach (string parameter in function.Value.Concat(["VaultName", "AdditionalParameters"]))
            {
                if (!found.Parameters.ContainsKey(parameter))
                    throw new ItemNotFoundException($"Its function {function.Key} has no parameter {parameter}.");
            }
        }

        return extension.ExportedFunctions["Set-Secret"].Parameters.ContainsKey("Metadata");
    }
}
