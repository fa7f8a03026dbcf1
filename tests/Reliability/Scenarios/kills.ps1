# SIGKILL at random moments of connect, refresh and revoke. Delays at Notion, before and after it has committed, let
# kills land in every window. Each process judges what the killed one before it has left.
param([int] $Rounds, [int] $Seed)

$random = [Random]::new($Seed)
New-ForeignSecret
$app = New-App Victim
$other = New-App Bystander
$bot = (Connect-App $app).BotId
$null = Connect-App $other
$folder = Get-RunFolder

# How long a pair exists at Notion and not yet in the vault: from Notion's commit to the time stamp of the first write
# of the store's file after it, which holds the pair (the copy that stands beside); and to the last one, when everything
# is in its place.
$watching = @{
    File = Join-Path (Get-StoreFolder) storefile; Times = [Collections.Concurrent.ConcurrentQueue[datetime]]::new()
    Ends = $false
}
$watcher = [powershell]::Create()
$watched = $watcher.AddScript({
        param($Watching)
        $last = [datetime]::MinValue
        while (-not $Watching.Ends) {
            $now = [IO.File]::GetLastWriteTimeUtc($Watching.File)
            if ($now -ne $last) { $Watching.Times.Enqueue($now) }
            $last = $now
            [Threading.Thread]::Sleep(1)
        }
    }).AddArgument($watching).BeginInvoke()
$windows = foreach ($i in 1..20) {
    Invoke-Expiry $bot
    $null = Invoke-NotionRequest users/me -Connection Victim -ErrorAction Stop
    [Threading.Thread]::Sleep(20)
    $issued = [datetimeoffset]::Parse(
        @((Invoke-FakeNotionControl state).tokens | Where-Object botId -EQ $bot)[-1].issuedAt
    ).UtcDateTime
    $writes = @($watching.Times.ToArray() | Where-Object { $_ -gt $issued })
    [pscustomobject]@{
        First = ($writes[0] - $issued).TotalMilliseconds; Last = ($writes[-1] - $issued).TotalMilliseconds
    }
}
$watching.Ends = $true
$null = $watcher.EndInvoke($watched)
$first = @($windows.First | Sort-Object)
$last = @($windows.Last | Sort-Object)
$plans = for ($i = 0; $i -le $Rounds; $i++) {
    $operation = 'refresh', 'refresh', 'connect', 'revoke' | Select-Object -Index $random.Next(4)
    @{
        Operation = $operation; IsFirst = $random.Next(2) -eq 0
        # Where Notion takes its time: before it commits, after it has, or nowhere.
        Slow = 'before', 'after', 'nowhere' | Select-Object -Index $random.Next(3)
        Share = $random.NextDouble()
        ClientId = $app.ClientId
        OtherClientId = $other.ClientId
        BaseUri = $app.BaseUri
        RedirectUri = $app.RedirectUri
    }
}

function Start-Next([int] $Number) {
    if ($Number -le $Rounds) {
        Start-Worker -Script Victim -Id $Number -Plan $plans[$Number] -Environment @{
            NOTION_CLIENT_SECRET = $app.ClientSecret; NOTION_CLIENT_ID = $app.ClientId
        }
    }
}

# How long each operation takes until it is over, as far as was seen: kills are spread over that time and a little more.
$span = @{ refresh = 600.0; connect = 1500.0; revoke = 600.0 }
$counts = [ordered]@{ refresh = 0; connect = 0; revoke = 0 }
$outcomes = [ordered]@{ 'usable' = 0; 'NeedsReconnect' = 0; 'absent' = 0 }
$problems = [Collections.Generic.List[string]]::new()
$inWindow = 0
$torn = 0
$foreignChanged = 0
$besideChanged = 0
$over = 0
$previous = $null
$storeFile = Join-Path (Get-StoreFolder) storefile
$queue = [Collections.Generic.Queue[object]]::new()
$next = 0
while ($queue.Count -lt 3 -and $next -le $Rounds) { $queue.Enqueue((Start-Next $next)); $next++ }
for ($i = 0; $i -le $Rounds; $i++) {
    $victim = $queue.Dequeue()
    $plan = $plans[$i]
    $judgedFrom = (Invoke-FakeNotionControl state)
    Set-Signal "judge.$i"
    Wait-Signal "judged.$i" -Process $victim
    $judged = [IO.File]::ReadAllText("$folder/judged.$i") | ConvertFrom-Json -AsHashtable
    if ($previous -and $judged.Verdicts['Victim'] -match 'integrity check failed') {
        # SecretStore writes its file in place. A kill in the middle of that spoils the whole store.
        $problems.Add("Kill $($i - 1) ($($previous.Operation), slow $($previous.Slow)) spoiled SecretStore's " +
            'own file, with all its secrets. The run went on with the file of before.')
        $victim.Kill()
        $victim.WaitForExit()
        [IO.File]::WriteAllBytes($storeFile, $previous.Store)
        if ($next -le $Rounds) { $queue.Enqueue((Start-Next $next)); $next++ }
        $previous = $null
        continue
    }

    if ($judged.Trouble) { $problems.Add("Before kill $i the connection could not be made whole: $($judged.Trouble)") }
    foreach ($wrong in Compare-Foreign $judged.Foreign) {
        $foreignChanged++
        $problems.Add("After kill $i`: $wrong")
    }
    $verdict = $judged.Verdicts['Victim']
    if ("$verdict $($judged.Verdicts['Bystander'])" -match 'unreadable|SecretInvalid') { $torn++ }
    if ($judged.Verdicts['Bystander'] -ne 'usable') {
        $besideChanged++
        $problems.Add("After kill $i the connection beside it: $($judged.Verdicts['Bystander'])")
    }
    if ($previous) {
        if ($outcomes.Contains($verdict)) { $outcomes[$verdict]++ }
        else { $problems.Add("After kill $($i - 1) ($($previous.Operation), slow $($previous.Slow)): $verdict") }
        $spent = $previous.Committed
        if ($verdict -eq 'NeedsReconnect') {
            if (-not $spent) {
                $problems.Add("After kill $($i - 1) ($($previous.Operation)) the connection says NeedsReconnect " +
                    'although Notion had changed nothing.')
            }
            elseif ($previous.Operation -ne 'revoke') { $inWindow++ }
        }
        if ($verdict -eq 'absent') {
            # A first sign-in that never got to its end leaves nothing; a connection that was there may be gone only
            # after Notion has revoked it.
            if ($previous.Operation -eq 'refresh' -or
                    ($previous.Operation -eq 'connect' -and $previous.Was -ne 'absent' -and -not $previous.IsFirst)) {
                $problems.Add("After kill $($i - 1) ($($previous.Operation)) the connection is gone.")
            }
            if ($previous.Operation -eq 'revoke' -and -not $spent) {
                $problems.Add("After kill $($i - 1) the connection is gone although Notion never revoked it.")
            }
            if ($previous.Operation -eq 'connect' -and $spent) { $inWindow++ }
        }
    }
    if (Test-TimeIsUp) { $Rounds = $i }
    if ($i -eq $Rounds) { break }

    if ($plan.Operation -eq 'refresh') { Invoke-Expiry $bot }
    $path = @{ refresh = '/v1/oauth/token'; connect = '/v1/oauth/token'; revoke = '/v1/oauth/revoke' }[$plan.Operation]
    $extra = 0
    if ($plan.Slow -ne 'nowhere') {
        $extra = 300
        $null = Invoke-FakeNotionControl faults -Body @{
            kind = 'delay'; path = $path; delayMs = $extra; afterCommit = $plan.Slow -eq 'after'; times = 1
        }
    }
    $before = Get-Fingerprint $bot
    $moment = ($span[$plan.Operation] + $extra) * 1.1 * $plan.Share
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $stored = [IO.File]::ReadAllBytes($storeFile)
    Set-Signal "begin.$i"
    while ($watch.Elapsed.TotalMilliseconds -lt $moment -and -not [IO.File]::Exists("$folder/survived.$i")) {
        [Threading.Thread]::Sleep(1)
    }
    $survived = [IO.File]::Exists("$folder/survived.$i")
    if ($survived) {
        $over++
        $span[$plan.Operation] = 0.7 * $span[$plan.Operation] + 0.3 *
            [Math]::Max(50, $watch.Elapsed.TotalMilliseconds - $extra)
    }
    else { $span[$plan.Operation] *= 1.05 }
    $victim.Kill()
    $victim.WaitForExit()
    $counts[$plan.Operation]++
    # A request that was already on its way may still be committed.
    if ($extra) { [Threading.Thread]::Sleep($extra + 50) }
    $null = Invoke-FakeNotionControl faults DELETE
    $previous = @{
        Operation = $plan.Operation; Slow = $plan.Slow; IsFirst = $plan.IsFirst; Was = $verdict
        Committed = (Get-Fingerprint $bot) -ne $before
        Store = $stored
    }
    if ($next -le $Rounds) { $queue.Enqueue((Start-Next $next)); $next++ }
}

$null = Sync-Store
$problems.AddRange([string[]]@(Compare-ForeignSecret))
@{
    Tried    = "$Rounds kills ($($counts.refresh) refresh, $($counts.connect) connect, $($counts.revoke) revoke)"
    Lost     = $problems.Count
    Facts    = @(
        "Afterwards the connection was usable $($outcomes['usable']) times, needed a person (NeedsReconnect) " +
            "$($outcomes['NeedsReconnect']) times, and was not there, by right, $($outcomes['absent']) times."
        "$over kills came just after the end of the operation. Secrets torn: $torn; changes of " +
            "the 5 foreign secrets: $foreignChanged; times that the connection beside it was not " +
            "usable: $besideChanged."
        "$inWindow kills cost a sign-in, after Notion had committed and before the vault had the pair; " +
            'delays at Notion made that window longer here. Kills that cost one outside it would be problems.'
        (("The window, undisturbed, from Notion's commit to the first write that holds the pair: median " +
            '{0:0} ms, longest of 20 {1:0} ms. To the last write, when it stands in its place and the copy is ' +
            'gone: median {2:0} ms, longest {3:0} ms.') -f $first[10],
            $first[-1], $last[10], $last[-1])
    )
    Problems = $problems
    Rounds   = $Rounds
}
