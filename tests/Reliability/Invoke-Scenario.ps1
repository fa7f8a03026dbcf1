<#
.SYNOPSIS
Runs one scenario in this process, whose HOME must be an empty folder, and writes its result as JSON. Exit code 0 if
nothing was lost and nothing leaked.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Name,
    [Parameter(Mandatory)] [string] $ModulePath,
    # By default the simulated Notion that was built last.
    [string] $FakePath,
    [Parameter(Mandatory)] [string] $Result,
    [int] $Rounds,
    [int] $Seed = 20,
    # After so long a scenario ends with the round that it is in; 0 gives it all the time it takes.
    [double] $Minutes,
    # A smaller form than the scenario's own, where it has processes and runspaces.
    [int] $Processes,
    [int] $Runspaces
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$PSStyle.OutputRendering = 'PlainText'
$scenario = (Import-PowerShellDataFile (Join-Path $PSScriptRoot 'Scenarios.psd1'))[$Name]
if ($Rounds -le 0) { $Rounds = $scenario.Rounds }
$script = if ($scenario.ContainsKey('Script')) { $scenario.Script } else { $Name }
Import-Module (Join-Path $PSScriptRoot 'NotionAuth.Reliability.psm1')

# The run's secrets carry its mark; what is counted stands beside what is searched.
$env:NOTIONAUTH_TEST_RUN = [guid]::NewGuid().ToString()
$env:NOTIONAUTH_TEST_COUNTS =
    (New-Item -ItemType Directory -Path (Join-Path ([IO.Path]::GetTempPath()) "notionauth-counts-$PID")).FullName
$start = [datetime]::UtcNow
$leak = $null
try {
    Initialize-Scenario -ModulePath $ModulePath -FakePath $FakePath -Minutes $Minutes
    $size = if ($scenario.ContainsKey('Parameters')) { $scenario.Parameters } else { @{} }
    if ($Processes) { $size.Processes = $Processes }
    if ($Runspaces) { $size.Runspaces = $Runspaces }
    $outcome = & (Join-Path $PSScriptRoot "Scenarios/$script.ps1") -Rounds $Rounds -Seed $Seed @size
    $leak = Search-Leak
}
catch {
    $outcome = @{
        Tried = 'broken off'; Lost = 1; Facts = @()
        Problems = @("The scenario broke off: $($_.Exception.Message) $($_.ScriptStackTrace)")
    }
}
finally {
    Complete-Scenario
    Remove-Item -LiteralPath $env:NOTIONAUTH_TEST_COUNTS -Recurse -ErrorAction Ignore
}

$problems = @($outcome.Problems)
$done = if ($outcome.ContainsKey('Rounds')) { $outcome.Rounds } else { $Rounds }
if ($done -lt $Rounds) {
    $outcome.Facts += "It was to be $Rounds rounds; the time that it was given ($('{0:0}' -f $Minutes) min, on a " +
        "busy machine) was up after $done."
}
if ($leak -and $leak.Found) { $problems += "Secrets were found in: $($leak.Where -join ', ')" }
$modules = Get-Module Microsoft.PowerShell.SecretManagement, Microsoft.PowerShell.SecretStore, NotionAuth
[ordered]@{
    Scenario = $Name
    Date     = $start.ToString('yyyy-MM-dd')
    Seconds  = [int]([datetime]::UtcNow - $start).TotalSeconds
    Rounds   = $done
    Seed     = $Seed
    Tried    = $outcome.Tried
    Lost     = $outcome.Lost
    Leaked   = if ($leak) { $leak.Found } else { -1 }
    Secrets  = if ($leak) { $leak.Secrets } else { 0 }
    Files    = if ($leak) { $leak.Files } else { 0 }
    Facts    = @($outcome.Facts)
    Problems = $problems
    Machine  = [ordered]@{
        Cores      = [Environment]::ProcessorCount
        System     = [Runtime.InteropServices.RuntimeInformation]::OSDescription
        Runtime    = [Runtime.InteropServices.RuntimeInformation]::FrameworkDescription
        PowerShell = "$($PSVersionTable.PSVersion)"
        Modules    = @($modules | Sort-Object Name | ForEach-Object { "$($_.Name) $($_.Version)" })
    }
} | ConvertTo-Json -Depth 5 | Set-Content -LiteralPath $Result

[Console]::Out.WriteLine(
    "$Name`: tried $($outcome.Tried); lost $($outcome.Lost); leaked $(if ($leak) { $leak.Found } else { '?' })"
)
foreach ($fact in @($outcome.Facts)) { [Console]::Out.WriteLine("  $fact") }
foreach ($problem in $problems) { [Console]::Out.WriteLine("  PROBLEM: $problem") }
exit [int]($problems.Count -gt 0 -or $outcome.Lost -gt 0)
