# Processes whose timers' actions call Notion inside the commands that run on the same thread, beside nested pipelines,
# while the token expires before and in the middle of a round. What waits for itself never ends: then the round isn't
# done, and the scenario breaks off.
param([int] $Rounds, [int] $Seed, [int] $Processes = 2)

$connection = Connect-App (New-App Acme)
$workers = 1..$Processes | ForEach-Object { Start-Worker -Script Events -Id $_ -Plan @{ Rounds = $Rounds } }
$refreshes = 0
$problems = @()
for ($round = 0; $round -lt $Rounds; $round++) {
    if (-not (Wait-Round $round $Processes $workers)) {
        $Rounds = $round
        break
    }

    $before = Get-RefreshCount
    Invoke-Expiry
    Set-Signal "go.$round"
    # Not sooner: a token that expires between a refresh and the request that it was for is an error by right.
    Wait-Signal "middle.$round.*" $Processes -Process $workers
    Invoke-Expiry
    Set-Signal "again.$round"
    Wait-Signal "done.$round.*" $Processes -Process $workers
    $spent = (Get-RefreshCount) - $before
    $refreshes += $spent
    if ($spent -ne 2) { $problems += "Round $round needed $spent refreshes for a token that expired twice." }
    $problems += Compare-Store $connection.BotId | ForEach-Object { "Round $round`: $_" }
}

$outcome = Get-Outcome $workers
$own = ($outcome.Results | Measure-Object Own -Sum).Sum
$actions = ($outcome.Results | Measure-Object Actions -Sum).Sum
$problems += $outcome.Problems
@{
    Tried    = "$Rounds rounds, $own nested pipelines, $actions actions inside them"
    Lost     = $problems.Count
    Facts    = @("$refreshes refreshes in $Rounds rounds, in each of which the token expired twice; " +
        "$($outcome.Failures.Count) of $($own + $actions) pipelines and actions failed; nothing " +
        'waited for itself.')
    Problems = $problems
    Rounds   = $Rounds
}
