# Notion's token endpoint answers 429 with Retry-After 1800. One process waits for that; another one's commands on the
# same connection neither wait nor are Busy, and one with -TotalTimeoutSec ends within it. When the limit is gone, a
# third process refreshes: no token was lost.
param([int] $Rounds, [int] $Seed)

$me = 'Invoke-NotionRequest users/me -Connection'
$problems = [Collections.Generic.List[string]]::new()
$counts = @{ Others = 0; Bounded = 0; Refreshed = 0; Revoked = 0 }
$longest = 0.0
$other = Start-Session other
for ($round = 0; $round -lt $Rounds; $round++) {
    if (Test-TimeIsUp) { $Rounds = $round }
    if ($round -eq $Rounds) { break }
    # One connection a round: a process that met the limit of a connection keeps it.
    $name = "Team $round"
    $connection = Connect-App (New-App $name)
    $answer = Invoke-Step $other "$me '$name' | ForEach-Object object"
    if ($answer.Output -ne 'user') { $problems.Add("Round $round`: at first: $($answer.ErrorId): $($answer.Message)") }
    Invoke-Expiry $connection.BotId
    $null = Invoke-FakeNotionControl requests DELETE
    $null = Invoke-FakeNotionControl faults -Body @{
        status = 429; code = 'rate_limited'; path = '/v1/oauth/token'; headers = @{ 'Retry-After' = '1800' }
        times = $null
    }
    $before = Get-RefreshCount
    $waiting = Start-Session "waiting-$round"
    Send-Step $waiting "$me '$name'"
    Wait-For -What 'a refresh was put off' {
        @((Invoke-FakeNotionControl 'requests?path=/v1/oauth/token').requests | Where-Object status -EQ 429).Count -gt 0
    }

    foreach ($step in @(
            @{ Do = "(Get-NotionConnection '$name').Name"; Says = $name }
            @{ Do = "(Test-NotionToken '$name').Status -notin 'Active', 'Unknown'"; Says = 'True' }
            @{ Do = "(Connect-NotionWorkspace -Name '$name').Name"; Says = $name }
            @{ Do = "$me '$name' -TotalTimeoutSec 20"; Id = 'RateLimited' }
            @{ Do = "$me '$name' -MaximumRetryCount 0"; Id = 'RateLimited' }
        )) {
        $answer = Invoke-Step $other $step.Do
        $longest = [Math]::Max($longest, $answer.Seconds)
        if ($answer.ErrorId -ne "$($step['Id'])" -or "$($answer.Output)" -ne "$($step['Says'])" -or
                $answer.Seconds -gt 20) {
            $problems.Add("Round $round`: '$($step.Do)' failed after $($answer.Seconds) s '$($answer.ErrorId) " +
                "$($answer.Message)$($answer.Output)'.")
        }
        elseif ($step['Id']) { $counts.Bounded++ } else { $counts.Others++ }
    }

    $null = Invoke-FakeNotionControl faults DELETE
    try {
        $null = Invoke-NotionRequest users/me -Connection $name -ErrorAction Stop
        $wrong = @(Compare-Store $connection.BotId)
        if ((Get-RefreshCount) - $before -eq 1 -and -not $wrong) { $counts.Refreshed++ }
        else { $problems.Add("Round $round needed $((Get-RefreshCount) - $before) refreshes. $wrong") }
    }
    catch { $problems.Add("Round $round`: when the limit was gone: $($_.FullyQualifiedErrorId): $_") }

    # The first process is still waiting.
    $answer = Invoke-Step $other "Revoke-NotionToken '$name' -Confirm:`$false"
    $longest = [Math]::Max($longest, $answer.Seconds)
    if ($answer.ErrorId) {
        $problems.Add("Round $round`: the revocation failed with '$($answer.ErrorId) $($answer.Message)'.")
    }
    else { $counts.Revoked++ }
    if ($waiting.Process.HasExited -or (Get-Signal "answer.waiting-$round.*")) {
        $problems.Add("Round $round`: the process that was to wait for half an hour did not.")
    }
    $waiting.Process.Kill($true)
}

Stop-Session $other
@{
    Tried    = "$Rounds rounds"
    Lost     = $problems.Count
    Facts    = @(
        'While one process waited for half an hour, another one listed, tested and connected ' +
            "($($counts.Others) commands) and made $($counts.Bounded) requests with a bound, which ended with " +
            "RateLimited; $($counts.Refreshed) of $Rounds times a third one refreshed when the limit was gone, " +
            "and $($counts.Revoked) times the second one revoked. None was Busy; the longest took " +
            "$('{0:0.0}' -f $longest) s."
    )
    Problems = $problems
    Rounds   = $Rounds
}
