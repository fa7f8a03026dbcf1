# The vault fails before the refresh (then the refresh token must not be spent) or after Notion has rotated the pair (then the pair stays usable in the
# process, the user is told once, and it is written at the next chance). Which of the two it was is read from Notion, not assumed.
param([int] $Rounds, [int] $Seed, [string[]] $Kinds = @('held', 'read-only', 'disk full', 'corrupt', 'gone', 'unregistered'))

$random = [Random]::new($Seed)
New-ForeignSecret
$bot = (Connect-App (New-App Acme)).BotId
$folder = Get-RunFolder
$store = Get-StoreFolder
$file = Join-Path $store storefile
$isRoot = (id -u) -eq '0'
$registry = Join-Path $env:HOME '.secretmanagement/secretvaultregistry/vaultinfo'

# A disk of its own, to be filled: only root can mount one.
$disk = $false
if ($isRoot) {
    $copy = Join-Path $folder store-before
    Copy-Item -LiteralPath $store -Destination $copy -Recurse
    mount -t tmpfs -o size=256k,mode=700 tmpfs $store 2>$null
    $disk = $LASTEXITCODE -eq 0
    Copy-Item -Path "$copy/*" -Destination $store -Force
    Remove-Item -LiteralPath $copy -Recurse
}
if (-not $disk) { $Kinds = @($Kinds | Where-Object { $_ -ne 'disk full' -and -not ($isRoot -and $_ -eq 'read-only') }) }
$state = @{ Handle = $null }

function Set-Fault([string] $Kind) {
    switch ($Kind) {
        'held' { $state.Handle = [IO.File]::Open($file, 'Open', 'ReadWrite', 'None') }
        'read-only' { if ($isRoot) { mount -o remount,ro $store } else { chmod 400 $file; chmod 400 (Join-Path $store storeaux) } }
        'disk full' { dd if=/dev/zero of=$store/filler bs=512 count=10000 2>$null }
        'corrupt' {
            $state.Bytes = [IO.File]::ReadAllBytes($file)
            $wrong = [byte[]]$state.Bytes.Clone()
            for ($i = 0; $i -lt 200; $i++) { $wrong[$random.Next(40, $wrong.Length)] = 0 }
            [IO.File]::WriteAllBytes($file, $wrong)
        }
        'gone' { $state.Folder = "$folder/moved"; $null = New-Item -ItemType Directory -Force $state.Folder; foreach ($one in 'storefile', 'storeaux', 'storeconfig') { Copy-Item "$store/$one" $state.Folder; Remove-Item "$store/$one" } }
        'unregistered' { $state.Registry = [IO.File]::ReadAllText($registry); [IO.File]::Delete($registry) }
    }
}

function Clear-Fault([string] $Kind) {
    switch ($Kind) {
        'held' { $state.Handle.Dispose() }
        'read-only' { if ($isRoot) { mount -o remount,rw $store } else { chmod 600 $file; chmod 600 (Join-Path $store storeaux) } }
        'disk full' { Remove-Item -LiteralPath $store/filler }
        # Whoever repairs it puts back a copy, unless the store has been written whole again meanwhile.
        'corrupt' { if (Sync-Store) { [IO.File]::WriteAllBytes($file, $state.Bytes) } }
        # A file that the session has written again meanwhile is newer than the copy.
        'gone' {
            foreach ($one in 'storeconfig', 'storeaux', 'storefile') { if (-not (Test-Path "$store/$one")) { Copy-Item "$($state.Folder)/$one" "$store/$one" } }
            Remove-Item $state.Folder -Recurse
        }
        'unregistered' { [IO.File]::WriteAllText($registry, $state.Registry) }
    }
}

$worker = $null
$step = 0
$number = 0
function Start-Faulted {
    $script:number++
    $script:step = 0
    $script:worker = Start-Worker -Script Faulted -Id "f$script:number"
}
function Send-Step([string] $What) { Set-Signal "step.f$script:number.$script:step" $What }
function Get-Answer {
    Wait-Signal "answer.f$script:number.$script:step" -Process $script:worker
    $answer = [IO.File]::ReadAllText("$folder/answer.f$script:number.$script:step") | ConvertFrom-Json
    $script:step++
    $answer
}

$problems = [Collections.Generic.List[string]]::new()
$tally = [ordered]@{}
$counts = @{ Unspent = 0; Kept = 0; Written = 0; Reconnect = 0 }
for ($i = 0; $i -lt $Rounds; $i++) {
    $kind = $Kinds[$i % $Kinds.Count]
    $point = 'before', 'after' | Select-Object -Index ([int][Math]::Floor($i / $Kinds.Count) % 2)
    $label = "Fault $i ($kind, $point)"
    # A process is used for a while, then a fresh one takes its place: both kinds of session meet faults.
    if ($i % (2 * $Kinds.Count) -eq 0) {
        if ($worker) { Send-Step end }
        Start-Faulted
        Send-Step call
        $first = Get-Answer
        if ($first.ErrorId) { $problems.Add("$label`: the call before it failed: $($first.ErrorId) $($first.Message)") }
    }

    Invoke-Expiry $bot
    $before = Get-RefreshCount
    if ($point -eq 'before') {
        Set-Fault $kind
        Send-Step call
    }
    else {
        $null = Invoke-Control faults POST @{ kind = 'delay'; path = '/v1/oauth/token'; delayMs = 800; afterCommit = $true; times = 1 }
        Send-Step call
        Wait-For -What 'the refresh' { (Get-RefreshCount) -gt $before }
        Set-Fault $kind
    }
    $answers = @(Get-Answer)
    for ($more = 0; $more -lt 2; $more++) { Send-Step call; $answers += Get-Answer }
    $spent = (Get-RefreshCount) - $before
    $told = @($answers | ForEach-Object { $_.Warnings } | Where-Object { $_ -like '*could not be written*' }).Count
    Clear-Fault $kind
    $met = if ($spent -eq 0) { 'refused' } elseif ($told) { 'kept' } else { 'written in spite of it' }
    $tally["$kind, $point the refresh: $met"] = 1 + [int]$tally["$kind, $point the refresh: $met"]

    if ($spent -eq 0) {
        $counts.Unspent++
        foreach ($answer in $answers) { if ($answer.ErrorId -notlike 'Vault*') { $problems.Add("$label`: the refresh token was not spent, but the call said '$($answer.ErrorId) $($answer.Message)'") } }
    }
    else {
        if ($spent -ne 1) { $problems.Add("$label`: $spent refreshes where one was enough.") }
        if ($told -gt 1) { $problems.Add("$label`: the user was told $told times.") }
        foreach ($answer in $answers) { if ($answer.ErrorId) { $problems.Add("$label`: the pair was refreshed, but a call said $($answer.ErrorId): $($answer.Message)") } }
        if ($told) { $counts.Kept++ }
    }

    # The vault works again: the next command writes what is unwritten, and everything is as it should be.
    Send-Step call
    $last = Get-Answer
    if ($last.ErrorId) { $problems.Add("$label`: with the vault whole again: $($last.ErrorId) $($last.Message)") }
    $wrong = @(Compare-Store $bot) + @(Compare-ForeignSecret)
    foreach ($one in $wrong) { $problems.Add("$label`: $one") }
    if (-not $wrong) { $counts.Written++ }
}

Send-Step end
Wait-For -What 'the last process ended' { $worker.HasExited }
if ($disk) { umount $store }
@{
    Tried    = "$Rounds faults"
    Lost     = $problems.Count
    Facts    = @(
        "How often, which fault, when, and what became of the new pair: $(($tally.Keys | Sort-Object | ForEach-Object { "$($tally[$_]) × $_" }) -join '; ')."
        "$($counts.Unspent) times the fault was noticed before the refresh: the refresh token was not spent, and each call ended with an error that names the vault."
        "$($counts.Kept) times Notion had rotated the pair already: three calls in the process went on with it, the user was told once. After $($counts.Written) of $Rounds faults the vault held the newest pair again at the next command, with 5 foreign secrets unchanged."
        if (-not $disk) { 'A full disk was left out: only root can mount a disk of its own.' }
    )
    Problems = $problems
}
