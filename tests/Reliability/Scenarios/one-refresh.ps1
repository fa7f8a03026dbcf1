# 8 processes × 8 runspaces find their token expired at the same moment: one refresh a round, no failed call, the newest
# pair in the vault.
param([int] $Rounds, [int] $Seed, [int] $Processes = 8, [int] $Runspaces = 8)

$connection = Connect-App (New-App 'Acme')
$workers = 1..$Processes | ForEach-Object {
    Start-Worker -Script Call -Id $_ -Plan @{
        Connection = 'Acme'; Runspaces = $Runspaces; Rounds = $Rounds; Reconnects = $false
    }
}
$refreshes = 0
$newest = 0
$problems = @()
for ($round = 0; $round -lt $Rounds; $round++) {
    if (-not (Wait-Round $round ($Processes * $Runspaces) $workers)) {
        $Rounds = $round
        break
    }

    $spent = Invoke-Round $round ($Processes * $Runspaces) $workers
    $refreshes += $spent
    if ($spent -ne 1) { $problems += "Round $round needed $spent refreshes." }
    $wrong = @(Compare-Store $connection.BotId)
    if (-not $wrong) { $newest++ }
    $problems += $wrong
}

$outcome = Get-Outcome $workers
$problems += $outcome.Problems
@{
    Tried    = "$Rounds rounds, $($outcome.Calls) calls"
    Lost     = $problems.Count
    Facts    = @("$refreshes refresh requests in $Rounds rounds; $($outcome.Failures.Count) of $($outcome.Calls) " +
        "calls failed; the vault held the newest pair after $newest of $Rounds rounds.")
    Problems = $problems
    Rounds   = $Rounds
}
