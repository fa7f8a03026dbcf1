# The vault fails at one point of a refresh: before it (then the refresh token must not be spent), between Notion's
# reply and the write, or during the write (then the pair stays usable in the process, the user is warned once, and it
# is written at the next chance). What the fault met is read from Notion and from warnings and errors, not assumed.
param(
    [int] $Rounds,
    [int] $Seed,
    [ValidateSet('before', 'between', 'during')] [string] $Point,
    [string[]] $Kinds = @('held', 'locked', 'read-only', 'disk full', 'corrupt', 'file gone', 'folder gone',
        'unregistered')
)

$random = [Random]::new($Seed)
New-ForeignSecret
$bot = (Connect-App (New-App Acme)).BotId
$folder = Get-RunFolder
$store = Get-StoreFolder
$file = Join-Path $store storefile

# A disk of its own, to be filled and to be made read-only: only root can mount one.
$hasDisk = Mount-StoreDisk
if (-not $hasDisk) { $Kinds = @($Kinds | Where-Object { $_ -notin 'read-only', 'disk full' }) }
$password = [guid]::NewGuid().ToString('N')
$state = @{ Kind = ''; Session = $null; Number = 0; Aside = 0; Handle = $null; Bytes = $null; Wrong = $null }

function Start-Faulted {
    $state.Number++
    $state.Aside = 0
    $state.Session = Start-Session "f$($state.Number)" -HasBeside -Environment @{ STORE_PASSWORD = $password }
    if ($state.Kind -eq 'locked') { $null = Invoke-Step $state.Session 'unlock 3600' }
}

function Stop-Faulted {
    if ($state.Session) { Stop-Session $state.Session }
    $state.Session = $null
}

# In the same process, beside what it is doing.
function Invoke-Aside([string] $What) {
    Set-Signal "aside.f$($state.Number).$($state.Aside)" $What
    Wait-Signal "aside-done.f$($state.Number).$($state.Aside)" -Process $state.Session.Process
    $state.Aside++
}

function Open-StoreFile {
    while ($true) {
        try { return [IO.File]::Open($file, 'Open', 'ReadWrite', 'None') }
        catch [IO.IOException] { [Threading.Thread]::Sleep(1) }
    }
}

function Set-Fault {
    switch ($state.Kind) {
        'held' { $state.Handle = Open-StoreFile }
        'read-only' { Set-StoreDisk ro }
        # Full to the last page, or with room for a small secret and not for a pair.
        'disk full' { Add-Filler $random.Next(0, 4) }
        'corrupt' {
            $handle = Open-StoreFile
            $state.Bytes = [byte[]]::new($handle.Length)
            $handle.ReadExactly($state.Bytes, 0, $state.Bytes.Length)
            $state.Wrong = [byte[]]$state.Bytes.Clone()
            for ($i = 0; $i -lt 200; $i++) { $state.Wrong[$random.Next(40, $state.Wrong.Length)] = $random.Next(256) }
            $handle.Position = 0
            $handle.Write($state.Wrong, 0, $state.Wrong.Length)
            $handle.Dispose()
        }
        'file gone' {
            $handle = Open-StoreFile
            $state.Bytes = [byte[]]::new($handle.Length)
            $handle.ReadExactly($state.Bytes, 0, $state.Bytes.Length)
            [IO.File]::Delete($file)
            $handle.Dispose()
        }
        'folder gone' { [IO.Directory]::Move($store, "$store-away") }
        'unregistered' { Invoke-Aside unregister }
    }
}

function Clear-Fault {
    switch ($state.Kind) {
        'held' { $state.Handle.Dispose() }
        'locked' { $null = Invoke-Step $state.Session 'unlock 3600' }
        'read-only' { Set-StoreDisk rw }
        'disk full' { Remove-Filler }
        # A repair puts the copy back, unless the session has written the file again meanwhile.
        'corrupt' {
            $handle = Open-StoreFile
            $now = [byte[]]::new($handle.Length)
            $handle.ReadExactly($now, 0, $now.Length)
            if ([Linq.Enumerable]::SequenceEqual($now, $state.Wrong)) {
                $handle.Position = 0
                $handle.Write($state.Bytes, 0, $state.Bytes.Length)
            }
            $handle.Dispose()
        }
        'file gone' {
            # What the session has written again meanwhile is newer.
            if (-not [IO.File]::Exists($file)) {
                [IO.File]::WriteAllBytes($file, $state.Bytes)
                chmod 600 $file
            }
        }
        'folder gone' { [IO.Directory]::Move("$store-away", $store) }
        'unregistered' { Invoke-Aside register }
    }
}

# Starts the call that refreshes, and lets the fault strike at its point.
function Start-Call {
    $before = Get-RefreshCount
    # A store that is locked by itself after a time: the reply comes after that, or about then.
    if ($state.Kind -eq 'locked') {
        $null = Invoke-Step $state.Session "unlock $(if ($Point -eq 'before') { 1 } else { 3 })"
        if ($Point -eq 'before') { [Threading.Thread]::Sleep(1300) }
        else {
            $null = Invoke-FakeNotionControl faults -Body @{
                kind = 'delay'; path = '/v1/oauth/token'
                delayMs = $(if ($Point -eq 'between') { 3200 } else { $random.Next(2300, 3000) }); afterCommit = $true
                times = 1
            }
        }
        Send-Step $state.Session call
        return
    }

    if ($Point -eq 'before') {
        Set-Fault
        Send-Step $state.Session call
        return
    }

    $null = Invoke-FakeNotionControl faults -Body @{
        kind = 'delay'; path = '/v1/oauth/token'; delayMs = 600; afterCommit = $true; times = 1
    }
    Send-Step $state.Session call
    Wait-For -What 'the refresh' { (Get-RefreshCount) -gt $before }
    if ($Point -eq 'during') {
        $length = [IO.FileInfo]::new($file).Length
        $written = [IO.File]::GetLastWriteTimeUtc($file)
        # The write test is over by now: the next change of the file is the pair's.
        $watch = [Diagnostics.Stopwatch]::StartNew()
        while ($watch.Elapsed.TotalSeconds -lt 20 -and [IO.FileInfo]::new($file).Length -eq $length -and
                [IO.File]::GetLastWriteTimeUtc($file) -eq $written) {
            [Threading.Thread]::Sleep(1)
        }
        [Threading.Thread]::Sleep($random.Next(0, 60))
    }

    Set-Fault
}

$problems = [Collections.Generic.List[string]]::new()
$tally = [ordered]@{}
$few = [Math]::Max(1, [int][Math]::Floor($Rounds / $Kinds.Count / 4))
$counts = @{ Refused = 0; Kept = 0; Through = 0; Newest = 0; Foreign = 0 }
for ($i = 0; $i -lt $Rounds; $i++) {
    if (Test-TimeIsUp) { $Rounds = $i }
    if ($i -eq $Rounds) { break }
    # A few of one kind, then the next: a store with a password is set up for several locks at once.
    $kind = $Kinds[[int][Math]::Floor($i / $few) % $Kinds.Count]
    $isFirst = $kind -ne $state.Kind
    if ($isFirst) {
        Stop-Faulted
        if ($kind -eq 'locked') { Set-StorePassword $password }
        elseif ($state.Kind -eq 'locked') { Set-StorePassword '' }
        $state.Kind = $kind
    }

    # A process is used for a while, then a fresh one takes its place: both kinds of session meet faults.
    if ($isFirst -or $random.Next(5) -eq 0) {
        Stop-Faulted
        Start-Faulted
        $first = Invoke-Step $state.Session call
        if ($first.ErrorId) {
            $problems.Add("Fault $i ($kind): the call before it failed: $($first.ErrorId) $($first.Message)")
        }
    }

    $label = "Fault $i ($kind, $Point)"
    Invoke-Expiry $bot
    $before = Get-RefreshCount
    Start-Call
    $answers = @(Get-Answer $state.Session) + @(Invoke-Step $state.Session call)
    $spent = (Get-RefreshCount) - $before
    $warned = @($answers | ForEach-Object { $_.Warnings } | Where-Object { $_ -like '*could not be written*' }).Count
    Clear-Fault
    $null = Invoke-FakeNotionControl faults DELETE
    if ($spent -eq 0) {
        $met = 'Refused'
        foreach ($answer in $answers) {
            if ($answer.ErrorId -notlike 'Vault*') {
                $problems.Add(
                    "$label`: the refresh token was not spent, but a call got '$($answer.ErrorId) $($answer.Message)'"
                )
            }
        }
    }
    else {
        $met = if ($warned) { 'Kept' } else { 'Through' }
        if ($spent -ne 1) { $problems.Add("$label`: $spent refreshes where one was enough.") }
        if ($warned -gt 1) { $problems.Add("$label`: the user was warned $warned times.") }
        # Where the pair got into the vault before the fault, a vault that can't be read is an error that names it.
        foreach ($answer in $answers) {
            if ($answer.ErrorId -and ($warned -or $answer.ErrorId -notlike 'Vault*')) {
                $problems.Add("$label`: the pair was refreshed, but a call got $($answer.ErrorId): $($answer.Message)")
            }
        }
    }

    $counts[$met]++
    if (-not $tally.Contains($kind)) { $tally[$kind] = @{ Refused = 0; Kept = 0; Through = 0 } }
    $tally[$kind][$met]++

    # The vault works again: the next command writes what is unwritten, and everything is as it should be.
    $last = Invoke-Step $state.Session call
    if ($last.ErrorId) { $problems.Add("$label`: with the vault whole again: $($last.ErrorId) $($last.Message)") }
    $wrong = @(Compare-Store $bot)
    $changed = @(Compare-ForeignSecret)
    foreach ($one in $wrong + $changed) { $problems.Add("$label`: $one") }
    if (-not $wrong) { $counts.Newest++ }
    $counts.Foreign += $changed.Count
}

Stop-Faulted
$kindsMet = foreach ($kind in $tally.Keys) {
    "$kind $($tally[$kind].Refused) / $($tally[$kind].Kept) / $($tally[$kind].Through)"
}
@{
    Tried    = "$Rounds faults"
    Lost     = $problems.Count
    Facts    = @(
        'Refused before the refresh token was spent / kept in the process after it / written in spite of ' +
            "the fault: $($kindsMet -join '; ')."
        "$($counts.Refused) times the refresh token was not spent, and the call ended with an error that " +
            "names the vault. $($counts.Kept) times Notion had rotated the pair already: the process went on " +
            'with it, and the user was warned once.'
        "After $($counts.Newest) of $Rounds faults the vault held the newest pair at the next command; " +
            "foreign secrets (5 beside it) that changed: $($counts.Foreign)."
        if (-not $hasDisk) { 'A full and a read-only disk were left out: only root can mount a disk of its own.' }
    )
    Problems = $problems
    Rounds   = $Rounds
}
