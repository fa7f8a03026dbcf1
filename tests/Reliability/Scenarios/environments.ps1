# Processes of one user whose environments differ, as a login shell's and cron's do, work with one vault at the same
# moment: connections that are made, and one token that has expired.
param([int] $Rounds, [int] $Seed, [int] $Processes = 4)

$connection = Connect-App (New-App 'Acme')
$elsewhere = Join-Path (Get-RunFolder) 'elsewhere'
$environments = @(
    @{}
    @{ XDG_STATE_HOME = (New-Item -ItemType Directory -Path "$elsewhere/state").FullName }
    @{ XDG_STATE_HOME = '/proc/nowhere' }
    @{
        TMPDIR = (New-Item -ItemType Directory -Path "$elsewhere/temporary").FullName
        XDG_STATE_HOME = (New-Item -ItemType Directory -Path "$elsewhere/cron").FullName
        DOTNET_SYSTEM_IO_DISABLEFILELOCKING = '1'
    }
)
$workers = foreach ($i in 0..($Processes - 1)) {
    # Not in the plan: files are searched for tokens.
    $own = $environments[$i % $environments.Count] +
        @{ SCENARIO_TOKENS = @(1..$Rounds | ForEach-Object { New-Token "Team $i $_" }) -join ',' }
    Start-Worker -Script ConnectAndCall -Id $i -Environment $own -Plan @{
        Connection = 'Acme'; Rounds = $Rounds; BaseUri = $connection.BaseUri
    }
}
$refreshes = 0
$problems = @()
for ($round = 0; $round -lt $Rounds; $round++) {
    if (-not (Wait-Round $round $Processes $workers)) {
        $Rounds = $round
        break
    }

    $spent = Invoke-Round $round $Processes $workers -BotId $connection.BotId
    $refreshes += $spent
    if ($spent -ne 1) { $problems += "Round $round needed $spent refreshes." }
    $problems += Compare-Store $connection.BotId
}

$outcome = Get-Outcome $workers
$kept = @($outcome.Results | ForEach-Object { $_.Bots })
$null = Sync-Store
$there = @(Get-SecretInfo -Vault Store -Name 'NotionAuth-*').Name
$gone = @($kept | Where-Object { "NotionAuth-$_" -notin $there })
$problems += $gone | ForEach-Object { "The connection $_ was reported as kept, and is gone." }
$problems += $outcome.Problems
@{
    Tried    = "$Rounds rounds, $($kept.Count) connections made"
    Lost     = $problems.Count
    Facts    = @("$($kept.Count) connections were reported as kept, and $($gone.Count) of them are gone; $refreshes " +
        "refreshes in $Rounds rounds; $($outcome.Failures.Count) calls failed.")
    Problems = $problems
    Rounds   = $Rounds
}
