# Process A has its new pair when the vault refuses to take it; the vault recovers, and B, which spends the old refresh
# token, is refused by Notion and puts a mark into the vault. A never fails, its pair gets into the vault over the mark,
# and B works again without a sign-in.
param([int] $Rounds, [int] $Seed, [int] $DelayMs = 0)

# Outside of what is searched for secrets: the vault encrypts nothing.
$shared = (New-Item -ItemType Directory -Path (Join-Path (Get-OutsideFolder) "notionauth-refused-$PID")).FullName
$switch = Join-Path $shared 'read-only'
$counts = @{ Warned = 0; Marked = 0; Newest = 0 }
$longest = 0.0
$problems = [Collections.Generic.List[string]]::new()
try {
    Register-SecretVault -Name Refusing -ModuleName (
        Join-Path $PSScriptRoot '../Vaults/LateVault'
    ) -VaultParameters @{ Path = $shared; DelayMs = $DelayMs }
    Set-SecretVaultDefault -Name Refusing
    # A spent refresh token is refused and does no more harm: where Notion ended the whole family of tokens, A's pair
    # would be dead too.
    $null = Invoke-FakeNotionControl behavior -Body @{ reuseRevokesFamily = $false }
    $connection = Connect-App (New-App 'Acme')
    $a, $b = 'A', 'B' | ForEach-Object { Start-Session $_ }
    foreach ($session in $a, $b) {
        $answer = Invoke-Step $session call
        if ($answer.ErrorId) { $problems.Add("At first $($session.Id) failed: $($answer.ErrorId): $($answer.Message)") }
    }

    for ($round = 0; $round -lt $Rounds; $round++) {
        if (Test-TimeIsUp) { $Rounds = $round }
        if ($round -eq $Rounds) { break }
        $before = Get-RefreshCount
        Invoke-Expiry
        # The write test succeeds, the write of the pair doesn't.
        [IO.File]::WriteAllText($switch, '')
        $answers = @(Invoke-Step $a call)
        $warned = @($answers[0].Warnings | Where-Object { $_ -like '*could not be written*' }).Count
        if ($warned -ne 1) { $problems.Add("Round $round`: A was warned $warned times that its pair was not written.") }
        $counts.Warned += $warned
        [IO.File]::Delete($switch)

        # B holds the old pair, as A did. It looks at the vault for a while before it believes that a person is needed.
        $refused = Invoke-Step $b call
        if ($refused.ErrorId -ne 'NeedsReconnect') {
            $problems.Add(
                "Round $round`: B, whose refresh token was spent, got '$($refused.ErrorId) $($refused.Message)'."
            )
        }
        $longest = [Math]::Max($longest, $refused.Seconds)
        if (
            (Get-Secret -Vault Refusing -Name "NotionAuth-$($connection.BotId)" -AsPlainText |
                ConvertFrom-Json -AsHashtable)['needs_reconnect']
        ) {
            $counts.Marked++
        }

        $answers += Invoke-Step $a call
        $problems.AddRange(
            [string[]]@($answers | Where-Object ErrorId |
                ForEach-Object { "Round $round`: A failed: $($_.ErrorId): $($_.Message)" })
        )
        $wrong = @(Compare-Store $connection.BotId -Vault Refusing)
        if (-not $wrong) { $counts.Newest++ }
        $problems.AddRange([string[]]@($wrong | ForEach-Object { "Round $round`: $_" }))
        $again = Invoke-Step $b call
        if ($again.ErrorId) {
            $problems.Add("Round $round`: B failed with A's pair in the vault: $($again.ErrorId): $($again.Message)")
        }
        if ((Get-RefreshCount) - $before -ne 1) {
            $problems.Add("Round $round needed $((Get-RefreshCount) - $before) refreshes.")
        }
    }

    Stop-Session $a
    Stop-Session $b
    @{
        Tried    = "$Rounds rounds"
        Lost     = $problems.Count
        Facts    = @(
            "$($counts.Warned) times A was warned that its new pair could not be written; $($counts.Marked) times " +
                "B's mark stood in the vault before A's next call; after $($counts.Newest) of $Rounds rounds A's " +
                'pair was in the vault, and B used it without a sign-in.'
            "B's refused call took $('{0:0.0}' -f $longest) s at most."
        )
        Problems = $problems
        Rounds   = $Rounds
    }
}
finally { Remove-Item -LiteralPath $shared -Recurse -Force -ErrorAction Ignore }
