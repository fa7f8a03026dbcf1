# Requests on a stored connection; standard input: {How: current or named, PageId, Count}; output: {Count, Ms}.
$ErrorActionPreference = 'Stop'
$in = [Console]::In.ReadLine() | ConvertFrom-Json
Import-Module Microsoft.PowerShell.SecretManagement, $env:BENCHMARK_MODULE
$with = @{}
$watch = [Diagnostics.Stopwatch]::StartNew()
if ($in.How -eq 'current') { $null = Connect-NotionWorkspace -Name work } else { $with.Connection = 'work' }
$count = 0
for ($i = 0; $i -lt $in.Count; $i++) {
    if ((Invoke-NotionRequest "pages/$($in.PageId)" @with).id -eq $in.PageId) { $count++ }
}
@{ Count = $count; Ms = $watch.Elapsed.TotalMilliseconds } | ConvertTo-Json -Compress
