<#
.SYNOPSIS
Measures one work in this process, whose HOME must be an empty folder, and writes its result as JSON. Exit code 0 if it
could be measured, whatever the figures.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Name,
    [Parameter(Mandatory)] [string] $ModulePath,
    [Parameter(Mandatory)] [string] $FakePath,
    [Parameter(Mandatory)] [string] $BenchmarksPath,
    [Parameter(Mandatory)] [string] $Result,
    [int] $Runs
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$PSStyle.OutputRendering = 'PlainText'
$env:BENCHMARK_FAKE = $FakePath
$env:BENCHMARK_MODULE = $ModulePath
if ($Runs -le 0) { $Runs = (Import-PowerShellDataFile (Join-Path $PSScriptRoot 'Works.psd1'))[$Name].Runs }
Import-Module (Join-Path $PSScriptRoot 'NotionAuth.Benchmarks.psm1')
Import-Module Microsoft.PowerShell.SecretManagement, $ModulePath -Global
Add-Type -LiteralPath $BenchmarksPath

$start = [datetime]::UtcNow
$load = Get-Load
try { $outcome = & (Join-Path $PSScriptRoot "Works/$Name.ps1") -Runs $Runs }
finally { Stop-Peer }

$perRun = $outcome['PerRun'] ?? 1
[ordered]@{
    Work    = $Name
    Date    = $start.ToString('yyyy-MM-dd')
    Seconds = [int]([datetime]::UtcNow - $start).TotalSeconds
    Runs    = $Runs
    PerRun  = $perRun
    Times   = @(foreach ($peer in @($outcome['Times'].Keys)) {
            $values = $outcome['Times'][$peer]
            [ordered]@{
                Peer = $peer
                Median = (Get-Median $values) / $perRun
                Least = ($values | Measure-Object -Minimum).Minimum / $perRun
                Most = ($values | Measure-Object -Maximum).Maximum / $perRun
                Cost = (Get-Cost)[$peer]
            }
        })
    Targets = @($outcome['Targets'])
    Facts   = @($outcome['Facts'])
    Machine = Get-Machine $load
} | ConvertTo-Json -Depth 6 | Set-Content -LiteralPath $Result

foreach ($target in $outcome['Targets']) {
    [Console]::Out.WriteLine(
        ('  {0,-44} {1,8:0.###} {2}{3}' -f $target.Text, $target.Figure, $target.Unit,
            $(if ($target.Met) { '' } else { '  NOT MET' }))
    )
}
