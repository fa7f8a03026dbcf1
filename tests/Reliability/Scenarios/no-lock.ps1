# No lock can be had, for one reason after the other. Commands that only read go on and warn once. Commands that refresh
# or write end at once with an error, and no refresh token is spent. When the trouble is over, the refresh works.
param([int] $Rounds, [int] $Seed)

$connection = Connect-App (New-App Acme)
$locks = Join-Path (Get-DiskFolder) 'notionauth-locks'
$away = "$locks-away"
# Only root can mount a disk and give a file away. Root may do everything, so its sessions run without root's
# capabilities.
$isRoot = $IsLinux -and (id -u) -eq '0'
$isDivided = $isRoot -and (Get-Command -Name setpriv -CommandType Application -ErrorAction Ignore)
$prefix = if ($isDivided) { 'setpriv', '--bounding-set=-all', '--inh-caps=-all', '--' } else { @() }
$hasDisk = $false
if ($isRoot) {
    mount -t tmpfs tmpfs $locks 2> $null
    $hasDisk = $LASTEXITCODE -eq 0
    if ($hasDisk) { umount $locks }
}

$kinds = @(
    'a file in the folder''s place', 'a link to itself in the folder''s place'
    if ($isDivided -or -not $isRoot) { 'a folder that can''t be written' }
    if ($hasDisk) { 'a read-only disk', 'a disk without an inode left' }
    if ($isDivided) { 'another user''s lock files', 'another user''s folder' }
)

function Set-Trouble([string] $Kind) {
    if ($Kind -notlike 'another user*') {
        # Lock files that are there could be locked still.
        [IO.Directory]::Move($locks, $away)
        $null = New-Item -ItemType Directory -Path $locks
    }

    switch ($Kind) {
        'a folder that can''t be written' { chmod 500 $locks }
        'a file in the folder''s place' { [IO.Directory]::Delete($locks); [IO.File]::WriteAllText($locks, '') }
        'a link to itself in the folder''s place' {
            [IO.Directory]::Delete($locks)
            $null = [IO.Directory]::CreateSymbolicLink($locks, $locks)
        }
        'a read-only disk' { mount -t tmpfs -o ro,mode=700 tmpfs $locks }
        'a disk without an inode left' { mount -t tmpfs -o nr_inodes=1,mode=700 tmpfs $locks }
        'another user''s lock files' { Get-ChildItem -LiteralPath $locks | ForEach-Object { chown 65534 $_.FullName } }
        'another user''s folder' { chown 65534 $locks }
    }
}

function Clear-Trouble([string] $Kind) {
    if ($Kind -like '*disk*') { umount --lazy $locks }
    if ($Kind -like 'another user*') { chown -R 0 $locks }
    else {
        rm -rf $locks
        [IO.Directory]::Move($away, $locks)
    }
}

$reads = 'Get-NotionConnection Acme | ForEach-Object Name', '(Test-NotionToken Acme).Status',
    '(Invoke-NotionRequest users/me -Connection Acme).object'
$writes = 'Invoke-NotionRequest users/me -Connection Acme',
    ('Connect-NotionWorkspace -Token (ConvertTo-SecureString $env:OTHER_TOKEN -AsPlainText -Force) ' +
    '-BaseUri $env:OTHER_BASE -Name Other')
$problems = [Collections.Generic.List[string]]::new()
$tally = [ordered]@{}
$counts = @{ Reads = 0; Refused = 0; Spent = 0; Recovered = 0 }
$longest = 0.0
for ($round = 0; $round -lt $Rounds; $round++) {
    if (Test-TimeIsUp) { $Rounds = $round }
    if ($round -eq $Rounds) { break }
    $kind = $kinds[$round % $kinds.Count]
    $tally[$kind] = 1 + $tally[$kind]
    $session = Start-Session "s$round" -Prefix @($prefix) -Environment @{
        OTHER_TOKEN = New-Token "Other $round"; OTHER_BASE = $connection.BaseUri
    }
    $before = Get-RefreshCount
    Set-Trouble $kind
    try {
        $answers = @($reads | ForEach-Object { Invoke-Step $session $_ })
        $answered = "$($answers | ForEach-Object { "$($_.ErrorId)$($_.Message)$($_.Output)" })"
        if ($answered -eq 'Acme Active user') { $counts.Reads += $reads.Count }
        else { $problems.Add("Round $round ($kind): what only reads answered '$answered'.") }
        Invoke-Expiry $connection.BotId
        foreach ($write in $writes) {
            $answer = Invoke-Step $session $write
            $answers += $answer
            $longest = [Math]::Max($longest, $answer.Seconds)
            if ($answer.ErrorId -eq 'LockUnavailable' -and $answer.Seconds -lt 30) { $counts.Refused++ }
            else {
                $problems.Add("Round $round ($kind): '$write' failed after $($answer.Seconds) s '$($answer.ErrorId) " +
                    "$($answer.Message)'.")
            }
        }

        $warned = @($answers | ForEach-Object { $_.Warnings } | Where-Object { $_ -like 'No lock*' }).Count
        if ($warned -ne 1) { $problems.Add("Round $round ($kind): it was warned $warned times that there is no lock.") }
        $counts.Spent += (Get-RefreshCount) - $before
    }
    finally { Clear-Trouble $kind }

    $answer = Invoke-Step $session call
    $wrong = @(Compare-Store $connection.BotId)
    if (-not $answer.ErrorId -and (Get-RefreshCount) - $before -eq 1 -and -not $wrong) { $counts.Recovered++ }
    else {
        $problems.Add("Round $round ($kind): afterwards $((Get-RefreshCount) - $before) refreshes, " +
            "'$($answer.ErrorId) $($answer.Message) $wrong'.")
    }
    Stop-Session $session
}

if ($counts.Spent) { $problems.Add("$($counts.Spent) refresh tokens were spent without a lock.") }
@{
    Tried    = "$Rounds rounds, $($Rounds * ($reads.Count + $writes.Count)) commands without a lock"
    Lost     = $problems.Count
    Facts    = @(
        "In place of the locks: $(($tally.Keys | ForEach-Object { "$_ ($($tally[$_]))" }) -join ', ')."
        "$($counts.Reads) commands that only read went on, each process warned once; $($counts.Refused) that " +
            "refresh or write ended with LockUnavailable, after $('{0:0.00}' -f $longest) s at most; " +
            "$($counts.Spent) refresh tokens were spent; $($counts.Recovered) times of $Rounds the refresh " +
            'worked when the trouble was over.'
        if (-not $hasDisk) {
            'A read-only disk and one without an inode were left out: only root can mount a disk of its own.'
        }
        if (-not $isDivided) {
            'Another user''s files were left out: only root can give files away (and needs setpriv to be ' +
                'somebody whom that keeps out).'
        }
    )
    Problems = $problems
    Rounds   = $Rounds
}
