# Hostile programs and pages at the port of a sign-in that is waiting: none of them ends, hijacks or confuses it, no
# answer reflects anything, and the sign-in succeeds while they go on. Then 200 sockets that send a byte now and then,
# which must not delay the real callback by more than a second.
param([int] $Rounds, [int] $Seed, [int] $SlowSockets = 200, [int] $SignIns = ($Rounds -ge 1000 ? 5 : 1))

Add-Type -Path (Join-Path $PSScriptRoot '../Attackers/CallbackAttacker.cs')
$folder = Get-RunFolder
$mark = 'Mk' + [guid]::NewGuid().ToString('N').Substring(0, 14)
$app = New-App Attacked
$problems = [Collections.Generic.List[string]]::new()

# Stands in for the browser: it writes the address to a file, and the scenario opens it.
$browser = Join-Path $folder browser-held.sh
Set-Content -LiteralPath $browser -Value ("#!/bin/sh`nprintf '%s' `"`$1`" >`"`$ADDRESS.new`" && mv `"`$ADDRESS.new`" " +
    "`"`$ADDRESS`"`n")
chmod 700 $browser
$handler = [Net.Http.SocketsHttpHandler]::new()
$handler.AllowAutoRedirect = $false
$http = [Net.Http.HttpClient]::new($handler)

function Start-SignIn([string] $Id) {
    $address = Join-Path $folder "address.$Id"
    $worker = Start-Worker -Script SignIn -Id $Id -Plan @{
        Connection = 'Attacked'; ClientId = $app.ClientId; BaseUri = $app.BaseUri; RedirectUri = $app.RedirectUri
    } -Environment @{ NOTION_CLIENT_SECRET = $app.ClientSecret; BROWSER = $browser; ADDRESS = $address }
    Wait-Signal "address.$Id" -Process $worker
    [pscustomobject]@{ Id = $Id; Worker = $worker; Address = [IO.File]::ReadAllText($address); State = '' }
}

# The person allows it, and the browser follows. Returns the page, and how long it took from there to the code's
# exchange.
function Complete-SignIn($SignIn) {
    $SignIn.State = [Web.HttpUtility]::ParseQueryString(([uri]$SignIn.Address).Query)['state']
    $redirect = $http.GetAsync($SignIn.Address).GetAwaiter().GetResult()
    $start = [datetimeoffset]::UtcNow
    $page = $http.GetAsync($redirect.Headers.Location).GetAwaiter().GetResult()
    $exchange = @((Invoke-FakeNotionControl 'requests?path=/v1/oauth/token').requests |
        Where-Object body -Like '*authorization_code*')[-1]
    Wait-Signal "signed-in.$($SignIn.Id)" -Process $SignIn.Worker
    $answer = [IO.File]::ReadAllText("$folder/signed-in.$($SignIn.Id)") | ConvertFrom-Json
    if ($answer.ErrorId) { $problems.Add("The sign-in $($SignIn.Id) ended in $($answer.ErrorId): $($answer.Message)") }
    if ($answer.Name -ne 'user') { $problems.Add("The connection of the sign-in $($SignIn.Id) is not usable.") }
    if ([int]$page.StatusCode -ne 200) {
        $problems.Add("The page of the sign-in $($SignIn.Id) came with $([int]$page.StatusCode).")
    }
    [pscustomobject]@{
        Milliseconds = ([datetimeoffset]::Parse($exchange.time) - $start).TotalMilliseconds
        Text         = $page.Content.ReadAsStringAsync().GetAwaiter().GetResult()
        Warnings     = @($answer.Warnings)
    }
}

function Get-PeakMemory($Process) {
    [int]((
        Select-String -LiteralPath "/proc/$($Process.Id)/status" -Pattern '^VmHWM:\s+(\d+)'
    ).Matches[0].Groups[1].Value /
        1024)
}

# Undisturbed, for the comparison; the state of the last one is what the attackers know.
$calm = @()
foreach ($i in 1..$SignIns) {
    $signIn = Start-SignIn "calm-$i"
    $calm += (Complete-SignIn $signIn).Milliseconds
}
$calm = @($calm | Sort-Object)
$uri = [uri]$app.RedirectUri
$attacker = [NotionAuth.Reliability.CallbackAttacker]::new($uri.Port, $uri.AbsolutePath, $signIn.State, $mark)

# The attack, and a sign-in in the middle of it.
$signIn = Start-SignIn attacked
$before = if ($IsLinux) { Get-PeakMemory $signIn.Worker }
$result = $attacker.Run($Rounds, $Seed, 32)
$grown = if ($IsLinux) { (Get-PeakMemory $signIn.Worker) - $before }
if ($signIn.Worker.HasExited) { $problems.Add('The attack ended the sign-in.') }
$more = $attacker.RunAsync(1000, $Seed + 1, 16)
$done = Complete-SignIn $signIn
if ($done.Text.Contains($mark) -or $done.Text -match '<script') {
    $problems.Add('The page of the real sign-in reflects an attack.')
}
foreach ($group in $result.Problems | Group-Object) { $problems.Add("$($group.Count) × $($group.Name)") }
if ($result.Sent -ne $Rounds) { $problems.Add("$($result.Sent) hostile requests were sent in place of $Rounds.") }
$null = $more.Wait(60000)
$written = @(Get-ChildItem -LiteralPath $folder -File |
    Where-Object { [IO.File]::ReadAllText($_.FullName).Contains($mark) })
if ($written) { $problems.Add("What the attackers sent stands in $($written.Name -join ', ').") }

# Slow requests, all at once, for as long as the sign-in takes.
$slow = @()
foreach ($i in 1..$SignIns) {
    $signIn = Start-SignIn "slow-$i"
    $stop = [Threading.CancellationTokenSource]::new()
    $flood = $attacker.FloodAsync($SlowSockets, $stop.Token)
    $port = '{0:X4}' -f $uri.Port
    Wait-For -What 'the slow sockets are open' {
        @([IO.File]::ReadAllLines('/proc/net/tcp') |
            Where-Object { $_ -match ":$port [0-9A-F:]+ 01 " }).Count -ge $SlowSockets
    }
    $slow += (Complete-SignIn $signIn).Milliseconds
    $stop.Cancel()
    $null = $flood.Wait(60000)
}
$slow = @($slow | Sort-Object)
$usual = $calm[[int][Math]::Floor($calm.Count / 2)]
$delay = $slow[-1] - $usual
if ($delay -gt 1000) {
    $problems.Add("$SlowSockets slow sockets delayed the real callback by $('{0:0}' -f $delay) ms.")
}
$statuses = $result.Answers.Keys | Group-Object { ($_ -split ': ')[-1] } |
    ForEach-Object { "$(($_.Group | ForEach-Object { $result.Answers[$_] } | Measure-Object -Sum).Sum) × $($_.Name)" }
@{
    Tried    = "$($result.Sent) hostile requests; $SignIns × $SlowSockets slow sockets"
    Lost     = $problems.Count
    Facts    = @(
        "$(@($result.Answers.Keys | ForEach-Object { ($_ -split ': ')[0] } | Sort-Object -Unique).Count) " +
            "kinds of attack, answered with: $($statuses -join ', '). Answers that reflected the request, " +
            "lacked a header or were more than one: $($result.Problems.Count)."
        'The sign-in in the middle of it ended with ' +
            "$(if ($problems.Count) { 'trouble, see below' } else { 'success' }) and $($done.Warnings.Count) " +
            "warning(s); its process had grown by $grown MB at most."
        "From the browser's way back to the code's exchange, undisturbed: median of $SignIns " +
            "$('{0:0}' -f $usual) ms; under $SlowSockets slow sockets: longest of $SignIns " +
            "$('{0:0}' -f $slow[-1]) ms."
    )
    Problems = $problems
}
