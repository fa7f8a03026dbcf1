# 8 processes × 8 runspaces find their token expired at the same moment: one refresh a round, no failed call, the newest pair in the vault.
param([int] $Rounds, [int] $Seed, [int] $Processes = 8, [int] $Runspaces = 8)

$connection = Connect-App (New-App 'Acme')
$workers = 1..$Processes | ForEach-Object { Start-Worker -Script Call -Id $_ -Plan @{ Connection = 'Acme'; Runspaces = $Runspaces; Rounds = $Rounds; Reconnects = $false } }
$refreshes = 0
$newest = 0
$problems = @()
for ($round = 0; $round -lt $Rounds; $round++) {
    if (Test-TimeIsUp) {
        Set-Signal stop
        $Rounds = $round
        break
    }

    Wait-Signal "ready.$round.*" ($Processes * $Runspaces) -Process $workers
    $before = Get-RefreshCount
    Invoke-Expiry
    Set-Signal "go.$round"
    Wait-Signal "done.$round.*" ($Processes * $Runspaces) -Process $workers
    $spent = (Get-RefreshCount) - $before
    $refreshes += $spent
    if ($spent -ne 1) { $problems += "Round $round needed $spent refreshes." }
    $wrong = @(Compare-Store $connection.BotId)
    if (-not $wrong) { $newest++ }
    $problems += $wrong
}

Wait-Signal 'result-*.json' $Processes -Process $workers
$results = @(Get-WorkerResult)
$calls = ($results | Measure-Object Calls -Sum).Sum
$failures = @($results | ForEach-Object { $_.Failures })
$problems += $failures | Group-Object | ForEach-Object { "$($_.Count) × $($_.Name)" }
@{
    Tried    = "$Rounds rounds, $calls calls"
    Lost     = $problems.Count
    Facts    = @("$refreshes refresh requests in $Rounds rounds; $($failures.Count) of $calls calls failed; the vault held the newest pair after $newest of $Rounds rounds.")
    Problems = $problems
    Rounds   = $Rounds
}
