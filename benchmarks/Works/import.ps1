# Import-Module NotionAuth beside a module of one empty binary cmdlet and beside Microsoft.PowerShell.SecretManagement,
# by name, each in a process of its own and measured inside it.
param([int] $Runs)

$version = Split-Path -Parent $env:BENCHMARK_MODULE
$modules = Join-Path $env:HOME 'import-modules'
$empty = [IO.Directory]::CreateDirectory((Join-Path $modules 'EmptyModule')).FullName
Add-Type -OutputAssembly (Join-Path $empty 'EmptyModule.dll') -TypeDefinition @'
using System.Management.Automation;
[Cmdlet(VerbsCommon.Get, "Nothing")]
public sealed class GetNothingCommand : PSCmdlet { }
'@
$exports = @{ CmdletsToExport = 'Get-Nothing'; FunctionsToExport = @(); AliasesToExport = @(); VariablesToExport = @() }
New-ModuleManifest -Path (Join-Path $empty 'EmptyModule.psd1') -RootModule EmptyModule.dll @exports

$before = $env:PSModulePath
try {
    $env:PSModulePath = (Split-Path -Parent (Split-Path -Parent $version)), $modules,
        $before -join [IO.Path]::PathSeparator
    $times = Measure-Peer -Runs $Runs -Peers ([ordered]@{
            'NotionAuth'       = { param($r) $r.Ms = Invoke-Child 'Import.ps1' 'NotionAuth' }
            'an empty module'  = { param($r) $r.Ms = Invoke-Child 'Import.ps1' 'EmptyModule' }
            'SecretManagement' = { param($r) $r.Ms = Invoke-Child 'Import.ps1' 'Microsoft.PowerShell.SecretManagement' }
        })
}
finally { $env:PSModulePath = $before }
@{
    Times   = $times
    Targets = @(
        New-RatioTarget $times -By 'an empty module' -Limit 1.2 -Text ('1.2 × importing a module of one empty ' +
            'binary cmdlet')
    )
}
