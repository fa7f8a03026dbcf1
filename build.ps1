<#
.SYNOPSIS
Builds, tests, demonstrates or packages NotionAuth.
.DESCRIPTION
Build    builds the solution and stages the module as out/NotionAuth/<version>
Test     runs every suite; the last line of the output is "N passed, N failed, N skipped"; what was not run stands above
         it in capitals
Demo     plays the main job with the real cmdlets against a simulated Notion, in a temporary home folder
Package  makes out/NotionAuth.<version>.nupkg and tries it out
Fuzz     feeds everything that reads foreign text with broken text, for -Second seconds each
Reliability  races, kills and vault failures against real vaults; writes docs/reliability.md
Benchmark  how fast requests are, beside Invoke-RestMethod, Notion's SDK and a bare HttpClient; writes
         docs/benchmarks.md
Clean    removes what the other tasks have made
.EXAMPLE
./build.ps1
.EXAMPLE
./build.ps1 Reliability -Scenario kills -Rounds 20
.EXAMPLE
./build.ps1 Test -File Revoke-NotionToken
.EXAMPLE
./build.ps1 Test -File Connect-NotionWorkspace*, CallbackListenerTests
.EXAMPLE
./build.ps1 Test -Suite Pester -Filter Revoke-NotionToken
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Test', 'Demo', 'Package', 'Fuzz', 'Reliability', 'Benchmark', 'Clean')]
    [string]$Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string]$Configuration = 'Release',

    # Test: only these suites, xunit or Pester.
    [ArgumentCompletions('xunit', 'Pester')]
    [string[]]$Suite = @('xunit', 'Pester'),

    # Test: only tests with this text in their full name.
    [string]$Filter = '',

    # Test: only these test files, of tests/Pester or tests/NotionAuth.Core.Tests; wildcards are allowed, the ending may
    # be left out. The scripts aren't analyzed then.
    [string[]]$File = @(),

    # Fuzz: how long each target is fuzzed.
    [ValidateRange(1, 86400)]
    [int]$Second = 60,

    # Fuzz and Reliability: the seed that a failure named.
    [int]$Seed = 0,

    # Reliability: only these scenarios (tests/Reliability/Scenarios.psd1), and so many rounds in place of each one's
    # own.
    [string[]]$Scenario = @(),
    [ValidateRange(0, 100000)]
    [int]$Rounds = 0,

    # Reliability: how long all of it may take; what isn't done by then is left out, and the page says so. 0 gives it
    # all the time it takes.
    [ValidateRange(0, 10000)]
    [int]$Minutes = 0,

    # Benchmark: only these works (benchmarks/Works.psd1), and so many runs in place of each one's own.
    [string[]]$Work = @(),
    [ValidateRange(0, 1000)]
    [int]$Runs = 0
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$InformationPreference = 'Continue'
$ProgressPreference = 'SilentlyContinue'

# What runs the child processes and the tests is this PowerShell; an older one hands over to one that is new enough.
if ($PSVersionTable.PSVersion -lt [version]'7.4') {
    Write-Information ("PowerShell $($PSVersionTable.PSVersion) is older than 7.4; getting a newer one as a .NET " +
        'tool ...')
    $words = foreach ($name in $PSBoundParameters.Keys) { "-$name"; @($PSBoundParameters[$name]) -join ',' }
    & dotnet run (Join-Path $PSScriptRoot 'build/WithoutPowerShell.cs') -- @words
    exit $LASTEXITCODE
}

# From another shell a list comes as one word.
$Suite = @($Suite -split ',')
$File = @($File -split ',' | ForEach-Object Trim | Where-Object { $_ })
$Scenario = @($Scenario -split ',')
$Work = @($Work -split ',')

foreach ($part in Get-ChildItem -LiteralPath (Join-Path $PSScriptRoot 'build/tasks') -Filter *.ps1) { . $part.FullName }

try {
    foreach ($name in $Suite) {
        if ($name -notin 'xunit', 'Pester') { throw "No suite '$name'. There are: xunit, Pester." }
    }
    $succeeded = switch ($Task) {
        'Build' { Invoke-Build -Configuration $Configuration; $true }
        'Test' { Invoke-Test -Configuration $Configuration -Suite $Suite -Filter $Filter -File $File }
        'Demo' { Invoke-Demo -Configuration $Configuration; $true }
        'Package' { Invoke-Package -Configuration $Configuration; $true }
        'Fuzz' { Invoke-Fuzz -Configuration $Configuration -Second $Second -Seed $Seed; $true }
        'Reliability' {
            $size = @{ Rounds = $Rounds; Seed = $Seed; Minutes = $Minutes }
            Invoke-Reliability -Configuration $Configuration -Scenario $Scenario @size
        }
        'Benchmark' { Invoke-Benchmark -Configuration $Configuration -Work $Work -Runs $Runs; $true }
        'Clean' { Clear-Output; $true }
    }
    exit [int](-not $succeeded)
}
catch {
    Write-Verbose $_.ScriptStackTrace
    [Console]::Error.WriteLine("$Task failed: $($_.Exception.Message)")
    exit 1
}
