# 16 processes with homes of their own, as on 16 machines (no lock in common), on one shared vault whose writes are seen
# after 2 s: they find their token expired at the same moment, and the refresh token works once.
param([int] $Rounds, [int] $Seed, [int] $Processes = 16, [int] $DelayMs = 2000)

# Outside of what is searched for secrets: the vault encrypts nothing.
$shared = (New-Item -ItemType Directory -Path (Join-Path (Get-OutsideFolder) "notionauth-fleet-$PID")).FullName
$module = Join-Path $PSScriptRoot '../Vaults/LateVault'
$parameters = @{ Path = $shared; DelayMs = $DelayMs }
try {
    Register-SecretVault -Name Fleet -ModuleName $module -VaultParameters $parameters
    Set-SecretVaultDefault -Name Fleet
    # A spent refresh token is refused and does no more harm: where Notion ended the whole family of tokens, nothing
    # could be saved without a lock.
    $null = Invoke-FakeNotionControl behavior -Body @{ reuseRevokesFamily = $false }
    $connection = Connect-App (New-App 'Acme')
    $workers = 1..$Processes | ForEach-Object {
        $own = (New-Item -ItemType Directory -Path (Join-Path (Get-RunFolder) "machine-$_")).FullName
        Start-Worker -Script Call -Id $_ -Environment @{ HOME = $own; XDG_STATE_HOME = Join-Path $own 'state' } -Plan @{
            Connection = 'Acme'
            Runspaces = 1
            Rounds = $Rounds
            Reconnects = $false
            Vault = @{ Name = 'Fleet'; ModuleName = $module; VaultParameters = $parameters }
        }
    }
    $refreshes = @()
    $newest = 0
    $problems = @()
    for ($round = 0; $round -lt $Rounds; $round++) {
        if (-not (Wait-Round $round $Processes $workers)) {
            $Rounds = $round
            break
        }

        $refreshes += Invoke-Round $round $Processes $workers

        # Everything that this round wrote can be seen.
        Wait-For -What 'the vault shows the newest pair, or has had the time to' {
            $script:wrong = @(Compare-Store $connection.BotId -Vault Fleet)
            -not $script:wrong -or -not [IO.Directory]::GetFiles($shared, '*.json').Where(
                {
                    [datetime]::UtcNow.Ticks - [long]([IO.Path]::GetFileName($_) -split '~')[1] -lt 10000 *
                        ($DelayMs + 500)
                }
            )
        }
        if (-not $script:wrong) { $newest++ }
        $problems += $script:wrong | ForEach-Object { "Round $round`: $_" }
    }

    $outcome = Get-Outcome $workers
    $problems += $outcome.Problems
    $other = @($outcome.Results | ForEach-Object { $_.Bots } | Where-Object { $_ -ne $connection.BotId })
    $problems += $other | Group-Object |
        ForEach-Object { "$($_.Count) calls were answered for another bot: $($_.Name)" }
    $spent = ($refreshes | Group-Object | Sort-Object { [int]$_.Name } |
        ForEach-Object { "$($_.Count) rounds took $($_.Name)" }) -join ', '
    @{
        Tried    = "$Rounds rounds, $($outcome.Calls) calls"
        Lost     = $problems.Count
        Facts    = @("Refreshes that Notion granted: $spent. $($outcome.Failures.Count) of $($outcome.Calls) calls " +
            "failed, $($other.Count) were answered for another bot; the vault showed the newest pair after " +
            "$newest of $Rounds rounds.")
        Problems = $problems
        Rounds   = $Rounds
    }
}
finally { Remove-Item -LiteralPath $shared -Recurse -Force -ErrorAction Ignore }
