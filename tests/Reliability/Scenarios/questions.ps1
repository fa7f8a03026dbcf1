# A shell stands at SecretStore's question for its password, while other processes, which have the password, find their
# token expired and call: none of them is Busy, and one refreshes. Then the question is answered, and the shell goes on.
param([int] $Rounds, [int] $Seed, [int] $Processes = 3)

if ($env:NOTIONAUTH_TEST_VAULTS -eq 'StandIn') { throw 'Only SecretStore asks.' }
if (-not $IsLinux -or -not (Get-Command -Name script -CommandType Application -ErrorAction Ignore)) {
    throw 'A pseudo-terminal is needed: script (util-linux).'
}

$connection = Connect-App (New-App Acme)
$password = New-SecretText 'open'
Set-StorePassword $password -Asks
$problems = [Collections.Generic.List[string]]::new()
$sessions = @(1..$Processes | ForEach-Object { Start-Session "p$_" -Environment @{ STORE_PASSWORD = $password } })
foreach ($session in $sessions) {
    foreach ($what in 'unlock 86400', 'call') {
        $answer = Invoke-Step $session $what
        if ($answer.ErrorId) { $problems.Add("At first: $($answer.ErrorId): $($answer.Message)") }
    }
}

# Reads what the terminal shows. A terminal answers at once where its cursor is: a late answer would count as typed.
function Read-Terminal {
    if (-not $terminal.Reading) {
        $terminal.Reading = $terminal.Process.StandardOutput.ReadAsync($terminal.Buffer, 0, $terminal.Buffer.Length)
    }
    if ($terminal.Reading.Wait(20)) {
        $terminal.Shown += [string]::new($terminal.Buffer, 0, $terminal.Reading.Result)
        $terminal.Reading = $null
    }

    for (
        $asked = [regex]::Matches($terminal.Shown, "`e\[6n").Count
        $terminal.Answered -lt $asked -and -not $terminal.Process.HasExited
        $terminal.Answered++
    ) {
        Send-Key "`e[1;1R"
    }
}

function Send-Key([string] $Text) {
    $terminal.Process.StandardInput.Write($Text)
    $terminal.Process.StandardInput.Flush()
}

function Wait-Shown([string] $Pattern) {
    Wait-For -What "the terminal showed '$Pattern'" {
        Read-Terminal
        if ($terminal.Process.HasExited -and $terminal.Shown -notmatch $Pattern) {
            throw "The terminal ended before it showed '$Pattern': $($terminal.Shown)"
        }
        $terminal.Shown -match $Pattern
    }
}

$counts = @{ Calls = 0; Busy = 0; Refreshes = 0; Answered = 0; Newest = 0 }
$longest = 0.0
for ($round = 0; $round -lt $Rounds; $round++) {
    if (Test-TimeIsUp) { $Rounds = $round }
    if ($round -eq $Rounds) { break }
    $terminal = @{
        Process = Start-Worker -Script Asked -Id "asked-$round" -IsAtTerminal; Shown = ''; Buffer = [char[]]::new(4096)
        Reading = $null; Answered = 0
    }
    Wait-Shown "assword of vault 'Store': "

    $before = Get-RefreshCount
    Invoke-Expiry
    foreach ($session in $sessions) { Send-Step $session call }
    Wait-For -What 'the calls beside the question ended' {
        Read-Terminal
        -not @($sessions | Where-Object { -not (Get-Signal "answer.$($_.Id).$($_.Step)") })
    }

    foreach ($session in $sessions) {
        $answer = Get-Answer $session
        $counts.Calls++
        $longest = [Math]::Max($longest, $answer.Seconds)
        if ($answer.ErrorId -eq 'Busy') { $counts.Busy++ }
        if ($answer.ErrorId) { $problems.Add("Round $round`: $($answer.ErrorId): $($answer.Message)") }
    }

    $spent = (Get-RefreshCount) - $before
    $counts.Refreshes += $spent
    if ($spent -ne 1) { $problems.Add("Round $round needed $spent refreshes.") }
    Read-Terminal
    if ($terminal.Process.HasExited -or $terminal.Shown -match 'ANSWERED') {
        $problems.Add("Round $round`: the shell at the question did not wait: $($terminal.Shown -replace '\e')")
        continue
    }

    Send-Key "$password`r"
    Wait-Shown 'ANSWERED user'
    $counts.Answered++
    Wait-For -What 'the shell ended' { $terminal.Process.HasExited }
    [IO.File]::WriteAllText((Join-Path (Get-RunFolder) "terminal-$round.txt"), $terminal.Shown)
    $wrong = @(Compare-Store $connection.BotId)
    if (-not $wrong) { $counts.Newest++ }
    $problems.AddRange([string[]]@($wrong | ForEach-Object { "Round $round`: $_" }))
}

foreach ($session in $sessions) { Stop-Session $session }
@{
    Tried    = "$Rounds questions, $($counts.Calls) calls beside them"
    Lost     = $problems.Count
    Facts    = @("$($counts.Refreshes) refreshes in $Rounds rounds; $($counts.Busy) of $($counts.Calls) calls " +
        "beside a question were Busy, and the longest took $('{0:0.0}' -f $longest) s; $($counts.Answered) " +
        'questions were answered, and the shell went on; the vault held the newest pair after ' +
        "$($counts.Newest) of $Rounds rounds.")
    Problems = $problems
    Rounds   = $Rounds
}
