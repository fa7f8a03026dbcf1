# The story of a connection on a vault with a habit, one habit a round: sign in, list, test, request, refresh, refresh
# once more as a process that knows nothing of the vault, revoke. Everything works without a warning, and nothing of
# ours but the registration is left in the vault.
param([int] $Rounds, [int] $Seed)

$vaults = Join-Path $PSScriptRoot '../../Pester/Vaults'
$habits = (Import-PowerShellDataFile (Join-Path $vaults 'Habits.psd1')).Everyday
$module = Join-Path $vaults 'HabitVault'
# Outside of what is searched for secrets: the vault encrypts nothing.
$outside = (New-Item -ItemType Directory -Path (Join-Path (Get-OutsideFolder) "notionauth-habits-$PID")).FullName

function Assert-Is($Actual, $Expected, [string] $What) {
    if ("$Actual" -cne "$Expected") {
        Write-Error "$What was '$Actual' in place of '$Expected'." -ErrorId WrongAnswer -ErrorAction Stop
    }
}

function Invoke-Story([string] $Folder, [hashtable] $With, $App) {
    Register-SecretVault -Name Habit -ModuleName $module -VaultParameters (@{ Path = $Folder } +
        $With) -DefaultVault -AllowClobber
    # A vault that can't list nothing is to stay empty.
    if ($With['Habits'] -notmatch 'FailsToListNothing') { Set-Secret -Name Other -Secret 'not ours' -Vault Habit }
    Assert-Is @(Get-NotionConnection -Vault Habit).Count 0 'The number of connections before the sign-in'
    $connection = Connect-App $App
    $id = $connection.BotId
    Assert-Is (Get-NotionConnection -Vault Habit).BotId $id 'The bot in the list'
    Assert-Is (Test-NotionToken $App.Name).Status Active 'The token''s state'
    Assert-Is (Invoke-NotionRequest users/me -Connection $App.Name).id $id 'The bot that a request was answered for'
    foreach ($refresh in 1, 2) {
        Invoke-Expiry $id
        Assert-Is (Invoke-NotionRequest users/me -Connection $App.Name).id $id "The bot after refresh $refresh"
        Assert-Is (Test-NotionToken $App.Name).Status Active "The state of the pair in the vault after refresh $refresh"
        # As another process would meet it: of a vault that is registered with something else, nothing is known.
        if ($refresh -eq 1) {
            Register-SecretVault -Name Habit -ModuleName $module -VaultParameters (@{ Path = $Folder; Again = 1 } +
                $With) -DefaultVault -AllowClobber
        }
    }

    Revoke-NotionToken $App.Name -Confirm:$false
    $pairs = @((Invoke-FakeNotionControl state).tokens | Where-Object botId -EQ $id)
    Assert-Is $pairs.Count 3 'The number of pairs that Notion issued'
    Assert-Is @(
        $pairs | Where-Object { $_.accessState -eq 'Live' -or $_.refreshState -eq 'Live' }
    ).Count 0 'The number of pairs that live on'
    Assert-Is @(Get-NotionConnection -Vault Habit |
        Where-Object BotId -EQ $id).Count 0 'The number of connections after the revocation'
}

# What the vault keeps, past SecretManagement: its changes one after the other, as it plays them itself.
function Get-Left([string] $Folder, [hashtable] $With) {
    $kept = [ordered]@{}
    $number = 100
    foreach ($file in [IO.Directory]::GetFiles($Folder, '*.json') | Sort-Object) {
        $change = [IO.File]::ReadAllText($file) | ConvertFrom-Json -AsHashtable
        $number++
        if ($change.do -eq 'set' -and ($With['Habits'] -match 'SecondEntry' -or $change.name -cnotin $kept.Values)) {
            $kept["$number"] = $change.name
        }
        if ($change.do -eq 'remove') {
            $kept.Remove("$($change['id'] ?? @($kept.Keys | Where-Object { $kept[$_] -ceq $change.name })[0])")
        }
    }

    $kept.Values | Where-Object { $_ -like 'NotionAuth*' -and $_ -notlike 'NotionAuth-app-*' }
}

$problems = @()
$whole = 0
$left = @()
$ErrorActionPreference = 'Stop'
try {
    for ($round = 0; $round -lt $Rounds; $round++) {
        if (Test-TimeIsUp) { $Rounds = $round }
        if ($round -eq $Rounds) { break }
        $habit = $habits[$round % $habits.Count]
        $folder = (New-Item -ItemType Directory -Path (Join-Path $outside $round)).FullName
        try {
            $warnings = @(Invoke-Story $folder $habit.With (New-App "Habit $round") 3>&1)
            if ($warnings) { $problems += "$($habit.Habit): it was warned: $warnings" } else { $whole++ }
        }
        catch { $problems += "$($habit.Habit): $(($_.FullyQualifiedErrorId -split ',')[0]): $_" }
        $rest = @(Get-Left $folder $habit.With)
        $left += $rest
        $problems += $rest | ForEach-Object { "$($habit.Habit): '$_' is left in the vault." }
    }
}
finally { Remove-Item -LiteralPath $outside -Recurse -Force -ErrorAction Ignore }
@{
    Tried    = "$Rounds stories, with $([Math]::Min($Rounds, $habits.Count)) of $($habits.Count) habits"
    Lost     = $problems.Count
    Facts    = @("$whole of $Rounds stories went through without an error and without a warning; $($left.Count) " +
        'secrets of ours were left behind.')
    Problems = $problems
    Rounds   = $Rounds
}
