# 8 processes, each with a connection of its own in one SecretStore vault, refresh at the same moment: SecretStore
# rewrites everything at each write.
param([int] $Rounds, [int] $Seed, [int] $Processes = 8)

New-ForeignSecret
$bots = @()
$workers = foreach ($i in 1..$Processes) {
    $bots += (Connect-App (New-App "Team $i")).BotId
    Start-Worker -Script Call -Id $i -Plan @{
        Connection = "Team $i"; Runspaces = 1; Rounds = $Rounds; Reconnects = $false
    }
}
$refreshes = 0
$newest = 0
$problems = @()
for ($round = 0; $round -lt $Rounds; $round++) {
    if (-not (Wait-Round $round $Processes $workers)) {
        $Rounds = $round
        break
    }

    $refreshes += Invoke-Round $round $Processes $workers
    $wrong = @(Compare-Store $bots)
    $newest += $Processes - $wrong.Count
    $problems += $wrong | ForEach-Object { "Round $round`: $_" }
}

$outcome = Get-Outcome $workers
$changed = @(Compare-ForeignSecret)
$problems += $changed
$problems += $outcome.Problems
if ($refreshes -ne $Rounds * $Processes) {
    $problems += "$refreshes refreshes where $($Rounds * $Processes) were to be."
}
@{
    Tried    = "$Rounds rounds, $refreshes refreshes"
    Lost     = $problems.Count
    Facts    = @("$refreshes refreshes; $newest pairs found in the vault afterwards, each the newest; of 5 foreign " +
        "secrets beside them $($changed.Count) changed.")
    Problems = $problems
    Rounds   = $Rounds
}
