# Shells that stay open hold a pair that is older by two: another process has renewed it, and that one has expired
# since. Then they all call at once: one more refresh a round, no failed call, the newest pair in the vault.
param([int] $Rounds, [int] $Seed, [int] $Processes = 4)

$connection = Connect-App (New-App 'Acme')
# The first round only gives the shells a pair to hold.
$workers = 1..$Processes | ForEach-Object {
    Start-Worker -Script Call -Id $_ -Plan @{
        Connection = 'Acme'; Runspaces = 1; Rounds = $Rounds + 1; Reconnects = $false
    }
}
$refreshes = @{ Other = 0; Shells = 0 }
$newest = 0
$problems = @()
for ($round = 0; $round -le $Rounds; $round++) {
    if (-not (Wait-Round $round $Processes $workers)) {
        $Rounds = [Math]::Max(0, $round - 1)
        break
    }

    $before = Get-RefreshCount
    if ($round -gt 0) {
        Invoke-Expiry
        try { $null = Invoke-NotionRequest users/me -Connection Acme -ErrorAction Stop }
        catch { $problems += "Round $round`: the process beside the shells failed: $($_.FullyQualifiedErrorId): $_" }
        $between = Get-RefreshCount
        Invoke-Expiry
    }

    Complete-Round $round $Processes $workers
    if ($round -eq 0) { continue }
    $refreshes.Other += $between - $before
    $spent = (Get-RefreshCount) - $between
    $refreshes.Shells += $spent
    if ($spent -ne 1 -or $between - $before -ne 1) {
        $problems += "Round $round needed $($between - $before) and $spent refreshes."
    }
    $wrong = @(Compare-Store $connection.BotId)
    if (-not $wrong) { $newest++ }
    $problems += $wrong | ForEach-Object { "Round $round`: $_" }
}

$outcome = Get-Outcome $workers
$problems += $outcome.Problems
@{
    Tried    = "$Rounds rounds, $($outcome.Calls) calls of $Processes idle shells"
    Lost     = $problems.Count
    Facts    = @("In $Rounds rounds $($refreshes.Other) refreshes of the process beside the shells and " +
        "$($refreshes.Shells) of the shells; $($outcome.Failures.Count) of $($outcome.Calls) calls failed; " +
        "the vault held the newest pair after $newest of $Rounds rounds.")
    Problems = $problems
    Rounds   = $Rounds
}
