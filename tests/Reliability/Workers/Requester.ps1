# Sends requests to the lying server, with the real cmdlet, and writes the outcome of each. The token comes in the
# environment.
param([string] $PlanFile)

$PSStyle.OutputRendering = 'PlainText'
$plan = [IO.File]::ReadAllText($PlanFile) | ConvertFrom-Json -AsHashtable
$null = Start-Transcript -LiteralPath (Join-Path $plan.Folder "transcript-$($plan.Id).txt")
Import-Module $plan.Module
$null = Connect-NotionWorkspace -Token (
    ConvertTo-SecureString $env:LIE_TOKEN -AsPlainText -Force
) -BaseUri $plan.BaseUri -SessionOnly -Name Liar -ErrorAction Stop
$env:LIE_TOKEN = $null

function Get-Peak {
    [int]((Select-String -LiteralPath /proc/self/status -Pattern '^VmHWM:\s+(\d+)').Matches[0].Groups[1].Value / 1024)
}
function Get-Now {
    [int]((Select-String -LiteralPath /proc/self/status -Pattern '^VmRSS:\s+(\d+)').Matches[0].Groups[1].Value / 1024)
}

$streams = [Collections.Generic.List[string]]::new()
$answers = foreach ($question in $plan.Questions) {
    $splat = @{
        Connection = 'Liar'; TimeoutSec = 20; MaximumRetryCount = 0; ErrorAction = 'Stop'; Verbose = $true
        Debug = $true
    }
    foreach ($name in $question.Arguments.Keys) { $splat[$name] = $question.Arguments[$name] }
    [GC]::Collect()
    if ($IsLinux) { [IO.File]::WriteAllText('/proc/self/clear_refs', '5') }
    $before = if ($IsLinux) { Get-Now } else { 0 }
    $answer = [ordered]@{
        Name = $question.Name; Expected = $question.Expected; ErrorId = ''; Message = ''; IsOurs = $false; Items = 0
        Seconds = 0; Grown = 0
    }
    $watch = [Diagnostics.Stopwatch]::StartNew()
    try {
        $items = @(
            Invoke-NotionRequest @splat 4>&1 5>&1 | Where-Object {
                if ($_ -is [Management.Automation.InformationalRecord]) { $streams.Add("$_"); $false } else { $true }
            } | Select-Object -First 300
        )
        $answer.Items = $items.Count
        # All of it is looked at: an object that can't be read is no better than an error that isn't ours.
        $null = $items | ConvertTo-Json -Depth 100 -WarningAction SilentlyContinue
    }
    catch {
        $answer.ErrorId = ($_.FullyQualifiedErrorId -split ',')[0]
        $answer.IsOurs = $_.FullyQualifiedErrorId -match ',NotionAuth\.Commands\.' -and
            [bool]$_.ErrorDetails.RecommendedAction
        $answer.Message = "$_"
    }
    $answer.Seconds = $watch.Elapsed.TotalSeconds
    if ($IsLinux) { $answer.Grown = [Math]::Max(0, (Get-Peak) - $before) }
    $items = $null
    $answer
}

$streams -join "`n" | Set-Content -LiteralPath "$($plan.Folder)/streams-$($plan.Id).txt"
$Error | Format-List * -Force | Out-String | Set-Content -LiteralPath "$($plan.Folder)/errors-$($plan.Id).txt"
$temporary = Join-Path $plan.Folder ".answers-$($plan.Id)"
ConvertTo-Json -InputObject @($answers) -Depth 5 | Set-Content -LiteralPath $temporary
[IO.File]::Move($temporary, (Join-Path $plan.Folder "answers-$($plan.Id)"))
$null = Stop-Transcript
