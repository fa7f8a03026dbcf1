# Runs one test file; started by the build in a process and a home of its own. No strict mode: it would reach into the tests.
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
@{ Passed = $run.PassedCount; Failed = $run.FailedCount; Skipped = $run.SkippedCount + $run.InconclusiveCount; Result = "$($run.Result)" } |
    ConvertTo-Json | Set-Content -LiteralPath $Summary
exit 0
