# Import-Module NotionAuth beside Import-Module Microsoft.PowerShell.SecretManagement alone, by name, each in a process of its own and measured inside it.
param([int] $Runs)

$version = Split-Path -Parent $env:BENCHMARK_MODULE
$before = $env:PSModulePath
try {
    $env:PSModulePath = (Split-Path -Parent (Split-Path -Parent $version)) + [IO.Path]::PathSeparator + $before
    $times = Measure-Peer -Runs $Runs -Peers ([ordered]@{
            'NotionAuth'             = { param($r) $r.Ms = Invoke-Child 'Import.ps1' 'NotionAuth' }
            'SecretManagement alone' = { param($r) $r.Ms = Invoke-Child 'Import.ps1' 'Microsoft.PowerShell.SecretManagement' }
        })
}
finally { $env:PSModulePath = $before }
@{
    Times   = $times
    Targets = @(New-RatioTarget $times -By 'SecretManagement alone' -Limit 1.3 -Text '1.3 × importing SecretManagement alone')
}
