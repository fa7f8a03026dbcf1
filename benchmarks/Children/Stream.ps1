# Counts the items of a list as they come down the pipeline; standard input: {BaseUri, Token, SourceId}; output: {Count,
# Letters, Ms, PeakMB}.
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$in = [Console]::In.ReadLine() | ConvertFrom-Json
Import-Module Microsoft.PowerShell.SecretManagement, $env:BENCHMARK_MODULE
$secret = [securestring]::new()
foreach ($character in $in.Token.ToCharArray()) { $secret.AppendChar($character) }
$null = Connect-NotionWorkspace -Token $secret -BaseUri $in.BaseUri -SessionOnly
$count = 0
$letters = 0L
$watch = [Diagnostics.Stopwatch]::StartNew()
Invoke-NotionRequest "data_sources/$($in.SourceId)/query" -Method POST -All |
    ForEach-Object { $count++; $letters += $_.properties.Name.title[0].plain_text.Length }
$ms = $watch.Elapsed.TotalMilliseconds
$process = [Diagnostics.Process]::GetCurrentProcess()
@{ Count = $count; Letters = $letters; Ms = $ms; PeakMB = $process.PeakWorkingSet64 / 1MB } | ConvertTo-Json -Compress
