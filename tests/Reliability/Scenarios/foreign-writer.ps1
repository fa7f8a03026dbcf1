# As many-connections, while a foreign process writes to the store without our lock: it can roll our pairs back, which
# we can notice and not prevent. What is lost is counted; each loss must end in recovery or in NeedsReconnect, never in
# silence.
param([int] $Rounds, [int] $Seed, [int] $Processes = 8)

$bots = @()
$workers = foreach ($i in 1..$Processes) {
    $app = New-App "Team $i"
    $bots += (Connect-App $app).BotId
    $plan = @{
        Connection = "Team $i"; Runspaces = 1; Rounds = $Rounds; Reconnects = $true; ClientId = $app.ClientId
        BaseUri = $app.BaseUri; RedirectUri = (Add-RedirectUri $app)
    }
    Start-Worker -Script Call -Id $i -Plan $plan -Environment @{ NOTION_CLIENT_SECRET = $app.ClientSecret }
}
$foreign = Start-Worker -Script ForeignWriter -Id foreign -Plan @{ Seed = $Seed }
$rolledBack = 0
for ($round = 0; $round -lt $Rounds; $round++) {
    if (-not (Wait-Round $round $Processes $workers)) {
        $Rounds = $round
        break
    }

    Invoke-Expiry
    Complete-Round $round $Processes $workers
    $rolledBack += @(Compare-Store $bots | Where-Object { $_ -like '*older pair*' }).Count
}

Wait-Signal 'result-*.json' $Processes -Process $workers
Set-Signal stop-foreign
Wait-For -What 'the foreign program ended' { $foreign.HasExited }
$results = @(Get-WorkerResult)
$failures = @($results | ForEach-Object { $_.Failures })
$reported = @($failures | Where-Object { $_ -like 'NeedsReconnect:*' }).Count
$silent = @($failures | Where-Object { $_ -notlike 'NeedsReconnect:*' })
$noticed = @($results | ForEach-Object { $_.Warnings } | Where-Object { $_ -like '*back to an older state*' }).Count

# Afterwards, in a fresh process: usable, or NeedsReconnect.
$last = foreach ($i in 1..$Processes) {
    Start-Worker -Script Judge -Id "judge-$i" -Plan @{ Connection = "Team $i"; Runspaces = 1; Rounds = 1 }
}
Wait-Signal 'verdict-*.json' $Processes -Process $last
$verdicts = @(Get-WorkerResult 'verdict-*.json')
$problems = @($silent | Group-Object | ForEach-Object { "$($_.Count) × $($_.Name)" })
$problems += @($verdicts | Where-Object Verdict -NotIn 'usable', 'NeedsReconnect' |
    ForEach-Object { "$($_.Connection) afterwards: $($_.Verdict)" })
$other = [IO.File]::ReadAllText((Join-Path (Get-RunFolder) 'foreign.json')) | ConvertFrom-Json
@{
    Tried    = "$Rounds rounds, $(($results | Measure-Object Calls -Sum).Sum) calls, $($other.Writes) foreign writes"
    Lost     = $problems.Count
    Facts    = @(
        "The foreign program took a pair back $rolledBack times (seen after a round). We noticed and " +
            "repaired $noticed times with a warning; $reported times the loss ended in NeedsReconnect; in silence: " +
            "$($silent.Count)."
        "Afterwards, to fresh processes: $(@($verdicts | Where-Object Verdict -EQ 'usable').Count) " +
            "connections usable, $(@($verdicts | Where-Object Verdict -EQ 'NeedsReconnect').Count) say " +
            'NeedsReconnect. (What is taken back after the last process of ours that held the pair has ended ' +
            'can only be found out, by the next one.)'
        "The foreign program itself had $($other.Errors) of $($other.Writes + $other.Errors) writes " +
            'refused by the store.'
    )
    Problems = $problems
    Rounds   = $Rounds
}
