# Makes a connection with a token and calls Notion with one whose token has expired, once a round. Its output is kept.
param([string] $PlanFile)

$PSStyle.OutputRendering = 'PlainText'
$plan = [IO.File]::ReadAllText($PlanFile) | ConvertFrom-Json
$null = Start-Transcript -LiteralPath (Join-Path $plan.Folder "transcript-$($plan.Id).txt")
Import-Module $plan.Module
$tokens = $env:SCENARIO_TOKENS -split ','
$env:SCENARIO_TOKENS = $null
$bots = @()
$failures = @()
for ($round = 0; $round -lt $plan.Rounds; $round++) {
    [IO.File]::WriteAllText("$($plan.Folder)/ready.$round.$($plan.Id)", '')
    while (-not [IO.File]::Exists("$($plan.Folder)/go.$round") -and -not [IO.File]::Exists("$($plan.Folder)/stop")) {
        [Threading.Thread]::Sleep(20)
    }
    if (-not [IO.File]::Exists("$($plan.Folder)/go.$round")) { break }
    try {
        $token = [Net.NetworkCredential]::new('', $tokens[$round]).SecurePassword
        $bots +=
            (Connect-NotionWorkspace -Token $token -BaseUri $plan.BaseUri -Name "Made by $($plan.Id) in $round").BotId
        $null = Invoke-NotionRequest users/me -Connection $plan.Connection
    }
    catch { $failures += ($_.FullyQualifiedErrorId -split ',')[0] + ': ' + $_ }
    [IO.File]::WriteAllText("$($plan.Folder)/done.$round.$($plan.Id)", '')
}

$temporary = Join-Path $plan.Folder ".result-$($plan.Id)"
@{ Id = $plan.Id; Bots = $bots; Failures = $failures } | ConvertTo-Json -Depth 5 | Set-Content -LiteralPath $temporary
[IO.File]::Move($temporary, (Join-Path $plan.Folder "result-$($plan.Id).json"))
$null = Stop-Transcript
