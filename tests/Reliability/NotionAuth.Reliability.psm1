#Requires -Version 7.4

# What the scenarios share: a simulated Notion, a SecretStore in a HOME of its own, worker processes, a look at the
# store's file, and a search for leaks.

Set-StrictMode -Version 3.0
foreach ($shared in 'SecretSearch.psm1', 'NotionAuth.FakeNotion/FakeNotion.psm1') {
    Import-Module (Join-Path $PSScriptRoot "../$shared")
}
$script:Patience = [timespan]::FromMinutes(5)
$script:HasDisk = $false
$script:StorePassword = $null
$script:PlainVault = $null
$script:Workers = [Collections.Generic.List[Diagnostics.Process]]::new()

foreach ($part in 'Notion', 'Store', 'Workers') { . (Join-Path $PSScriptRoot "Reliability.$part.ps1") }

function Initialize-Scenario {
    <#
    .SYNOPSIS
    Prepares this process, whose HOME is the scenario's own: the module, the simulated Notion, a store that wants no
    password.
    #>
    param([Parameter(Mandatory)] [string] $ModulePath, [string] $FakePath, [double] $Minutes)

    $script:ModulePath = $ModulePath
    $script:Minutes = $Minutes
    $script:Time = [Diagnostics.Stopwatch]::StartNew()
    $script:Folder = Join-Path $env:HOME 'run'
    $script:Outside = $outside = [IO.Path]::GetTempPath()
    $env:TMPDIR = Join-Path $env:HOME 'temp'
    $null = New-Item -ItemType Directory -Force -Path $script:Folder, $env:TMPDIR
    $where = if ($FakePath) { @{ Path = $FakePath } } else { @{} }
    $null = Start-FakeNotion -AutoApprove @where

    # SecretManagement keeps an own runspace; the vault is registered once, before any worker runs.
    Import-Module Microsoft.PowerShell.SecretManagement -Global
    Import-Module $ModulePath -Global
    if ($env:NOTIONAUTH_TEST_VAULTS -eq 'StandIn') {
        # Outside of what is searched for secrets: it encrypts nothing.
        $script:PlainVault = Join-Path $outside "notionauth-vault-$PID.xml"
        Register-SecretVault -Name Store -ModuleName NotionAuth.PlainFileVault -VaultParameters @{
            Path = $script:PlainVault
        } -DefaultVault
    }
    else {
        Import-Module Microsoft.PowerShell.SecretStore -Global
        $open = @{ Scope = 'CurrentUser'; Authentication = 'None'; Interaction = 'None' }
        $null = Reset-SecretStore @open -Force -Confirm:$false -WarningAction Ignore
        Register-SecretVault -Name Store -ModuleName Microsoft.PowerShell.SecretStore -DefaultVault
    }

    # Stands in for the browser and the person: follows the sign-in's address, which the simulated Notion approves at
    # once.
    $browser = Join-Path $script:Folder 'browser.sh'
    Set-Content -LiteralPath $browser -Value ("#!/bin/sh`nexec curl --silent --location --max-time 60 --output " +
        "/dev/null `"`$1`" &`n")
    chmod 700 $browser
    $env:BROWSER = $browser
}

function Complete-Scenario {
    <#
    .SYNOPSIS
    Ends what still runs.
    #>
    foreach ($worker in $script:Workers) { if (-not $worker.HasExited) { $worker.Kill($true) } }
    Stop-FakeNotion
    if ($script:HasDisk) { umount --lazy (Get-DiskFolder) }
    if ($script:PlainVault) { Remove-Item -LiteralPath $script:PlainVault -ErrorAction Ignore }
}

function Test-TimeIsUp {
    <#
    .SYNOPSIS
    Whether the time that the run was given has passed: then the scenario ends after the round that it is in, and says
    how many there were.
    #>
    $script:Minutes -gt 0 -and $script:Time.Elapsed.TotalMinutes -gt $script:Minutes
}

function Get-RunFolder { $script:Folder }

function Get-OutsideFolder {
    <#
    .SYNOPSIS
    A folder for temporary files that isn't searched for secrets.
    #>
    $script:Outside
}

function Get-StoreFolder { Join-Path $env:HOME '.secretmanagement/localstore' }

function Wait-For {
    <#
    .SYNOPSIS
    Looks again and again until something is so. The patience is for a machine that is busy with other things: nothing
    is judged by time.
    #>
    param([Parameter(Mandatory)] [scriptblock] $Condition, [Parameter(Mandatory)] [string] $What, [int] $PauseMs = 20)

    $watch = [Diagnostics.Stopwatch]::StartNew()
    while (-not (& $Condition)) {
        if ($watch.Elapsed -gt $script:Patience) {
            throw "It did not happen within $($script:Patience.TotalMinutes) minutes: $What"
        }
        [Threading.Thread]::Sleep($PauseMs)
    }
}

function Search-Leak {
    <#
    .SYNOPSIS
    Searches everything that the run wrote for every secret value of the run: tokens, client secrets, codes. The vault's
    own encrypted files are searched as well: a secret there in clear would be found.
    #>
    $found = @(Search-Secret -Path $env:HOME)
    [pscustomobject]@{
        Secrets = Get-SecretCount; Files = $found[-1].Files; Found = $found.Count - 1
        Where = @($found[0..($found.Count - 2)] | Where-Object Kind |
            ForEach-Object { "$($_.Kind) in $([IO.Path]::GetRelativePath($env:HOME, $_.File))" })
    }
}

Export-ModuleMember -Function *-*
