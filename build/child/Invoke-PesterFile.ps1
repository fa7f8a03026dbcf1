# Runs one test file; started by the build in a process and a home of its own. No strict mode: it would reach into the
# tests.
[CmdletBinding()]
param([string]$TestFile, [string]$Summary, [string]$PesterModule, [string]$Filter)

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
. (Join-Path $PSScriptRoot 'Assert-IsolatedHome.ps1')
Import-Module $PesterModule

$configuration = New-PesterConfiguration
$configuration.Run.Path = $TestFile
$configuration.Run.PassThru = $true
if ($Filter) { $configuration.Filter.FullName = $Filter }
$configuration.Output.Verbosity = 'Detailed'
# A log is no terminal: no colours there.
if ([Console]::IsOutputRedirected) { $configuration.Output.RenderMode = 'Plaintext' }
$configuration.TestResult.Enabled = $true
$configuration.TestResult.OutputPath = [IO.Path]::ChangeExtension($Summary, '.xml')

$ErrorActionPreference = 'Continue'
$run = Invoke-Pester -Configuration $configuration
function Test-OfStore {
    param($Test)
    if ($Test.Tag -contains 'SecretStore') { return $true }
    for ($block = $Test.Block; $block; $block = $block.Parent) {
        if ($block.Tag -contains 'SecretStore') { return $true }
    }
    $false
}

$tests = foreach ($test in $run.Tests) {
    if ($test.Result -eq 'NotRun') { continue }
    @{
        Name = $test.ExpandedPath; Seconds = $test.Duration.TotalSeconds
        Result = if ($test.Result -eq 'Inconclusive') { 'Skipped' } else { "$($test.Result)" }
        Why = if ($test.Result -ne 'Failed') { "$($test.ErrorRecord)" } else { '' }; IsOfStore = Test-OfStore $test
    }
}
$skipped = $run.SkippedCount + $run.InconclusiveCount
@{
    Passed = $run.PassedCount; Failed = $run.FailedCount; Skipped = $skipped; Result = "$($run.Result)"
    Tests = @($tests)
} |
    ConvertTo-Json -Depth 4 | Set-Content -LiteralPath $Summary
exit 0
