# A vault that can be given the habits of other vaults (docs/vaults.md). Vault parameters: Path is its folder; Habits
# names what it does otherwise than a plain vault, with commas between; DelayMs is how long a change takes to be seen,
# ListMs how long a listing takes, LimitBytes what a secret may have in UTF-16. Files in the folder are switches:
# "unhealthy" (it finds nothing, and Test-SecretVault says so), "changed" (the next call finds nothing or writes
# nothing, as KeePass does after another process has written), "calls" (gets a line for each call).
#
# It keeps every change as a file of its own and replays them, so that changes can be seen late and a name can be there
# twice.

Set-StrictMode -Version 3.0

function Test-Habit([hashtable] $Vault, [string] $Habit) { $Habit -in ("$($Vault['Habits'])" -split ',') }

function Test-Switch([hashtable] $Vault, [string] $Name) { Test-Path -LiteralPath (Join-Path $Vault.Path $Name) }

function Enter-Vault([hashtable] $Vault, [string] $Call) {
    if (Test-Switch $Vault 'calls') { Add-Content -LiteralPath (Join-Path $Vault.Path 'calls') -Value $Call }
    if (-not (Test-Switch $Vault 'changed')) { return $true }
    Remove-Item -LiteralPath (Join-Path $Vault.Path 'changed')
    $false
}

function Add-Change([hashtable] $Vault, [hashtable] $Change) {
    $Change.at = [datetime]::UtcNow.Ticks
    $id = [guid]::NewGuid().ToString('N')
    $half = Join-Path $Vault.Path "$id.half"
    $Change | ConvertTo-Json -Depth 4 | Set-Content -LiteralPath $half -Encoding utf8
    [IO.File]::Move($half, (Join-Path $Vault.Path ('{0:D20}-{1}.json' -f $Change.at, $id)))
}

function Get-Entry([hashtable] $Vault) {
    $seen = [datetime]::UtcNow.Ticks - 10000 * [long]"0$($Vault['DelayMs'])"
    $entries = [Collections.Generic.List[object]]::new()
    $number = 100
    foreach ($file in Get-ChildItem -LiteralPath $Vault.Path -Filter '*.json' | Sort-Object Name) {
        $change = Get-Content -LiteralPath $file.FullName -Raw | ConvertFrom-Json -AsHashtable
        $number++
        if ($change.at -gt $seen) { continue }
        $old = $entries.FindIndex(
            { param($e) $e.name -ceq $change.name -and (-not $change['id'] -or $e.id -eq $change.id) }
        )
        switch ($change.do) {
            'set' {
                $entry = @{
                    id = $number; name = $change.name; type = $change.type; text = $change.text; metadata = @{}
                }
                if ($old -lt 0 -or (Test-Habit $Vault 'SecondEntry')) { $entries.Add($entry) }
                else {
                    $entry.id = $entries[$old].id
                    $entries[$old] = $entry
                }
            }
            'describe' { if ($old -ge 0) { $entries[$old].metadata = $change.metadata } }
            'remove' { if ($old -ge 0) { $entries.RemoveAt($old) } }
        }
    }

    if (-not (Test-Switch $Vault 'unhealthy')) { $entries }
}

function Get-Shown([hashtable] $Vault, $Entry) {
    $name = $Entry.name
    if (Test-Habit $Vault 'IdBehindName') { return "$name (id: $($Entry.id))" }
    if (Test-Habit $Vault 'FolderBeforeName') { return "Notes/$name" }
    $name
}

function Get-Kept([hashtable] $Vault, [string] $Name) {
    # Lower case knows no difference; an id is exact; in a folder only the whole name is found.
    if (Test-Habit $Vault 'LowerCase') { $Name = $Name.ToLowerInvariant() }
    $entries = @(Get-Entry $Vault)
    if ($Name -match '\(id: (\d+)\)$') { return $entries | Where-Object id -EQ $Matches[1] }
    if (Test-Habit $Vault 'FolderBeforeName') { return $entries | Where-Object { (Get-Shown $Vault $_) -ceq $Name } }
    $entries | Where-Object name -CEQ $Name | Select-Object -First 1
}

function Get-Secret {
    [CmdletBinding()]
    param([string] $Name, [string] $VaultName, [hashtable] $AdditionalParameters)

    if (-not (Enter-Vault $AdditionalParameters "Get-Secret $Name")) { return }
    $entry = Get-Kept $AdditionalParameters $Name
    if (-not $entry) {
        if (Test-Habit $AdditionalParameters 'ThrowsOnUnknown') {
            throw "Secret $Name not found in vault $VaultName, sorry!"
        }
        if (Test-Habit $AdditionalParameters 'EmptyOnUnknown') {
            Write-Error 'Received an error: 404'
            return @{}
        }

        return
    }

    if (Test-Habit $AdditionalParameters 'ErrorBesideSecret') { Write-Error 'The cache is old.' }
    $secure = [Net.NetworkCredential]::new('', $entry.text).SecurePassword
    if (Test-Habit $AdditionalParameters 'GivesCredential') { return [pscredential]::new('notion', $secure) }
    if (Test-Habit $AdditionalParameters 'GivesBytes') {
        return , [Text.Encoding]::UTF8.GetBytes("$([char]0xFEFF)$($entry.text)")
    }
    if (Test-Habit $AdditionalParameters 'GivesTable') { return @{ $Name = $entry.text } }
    if (Test-Habit $AdditionalParameters 'GivesLines') { return $entry.text.Replace("`n", "`r`n") + "`r`n" }
    if ($entry.type -eq 'String') { return $entry.text }
    $secure
}

function Set-Secret {
    [CmdletBinding()]
    param([string] $Name, [object] $Secret, [string] $VaultName, [hashtable] $AdditionalParameters)

    $type = $Secret.GetType().Name
    if (-not (Enter-Vault $AdditionalParameters "Set-Secret $Name $type")) { return $false }
    if (Test-Switch $AdditionalParameters 'read-only') { throw 'The vault is read-only, as a test wants it.' }
    if ((Test-Habit $AdditionalParameters 'StringsOnly') -and $Secret -isnot [string]) {
        Write-Error "${VaultName}: Only Strings are supported as secrets with this extension vault, sorry!"
        return $false
    }

    $isRead = $Secret -is [securestring] -and -not (Test-Habit $AdditionalParameters 'WritesTypeName')
    $text = if ($isRead) { [Net.NetworkCredential]::new('', $Secret).Password } else { "$Secret" }
    $limit = [int]"0$($AdditionalParameters['LimitBytes'])"
    if ($limit -and [Text.Encoding]::Unicode.GetByteCount($text) -gt $limit) {
        if (-not (Test-Habit $AdditionalParameters 'Cuts')) { throw 'The stub received bad data. (1783)' }
        $text = $text.Substring(0, $limit / 2)
    }

    if (Test-Habit $AdditionalParameters 'LowerCase') { $Name = $Name.ToLowerInvariant() }
    if (Test-Habit $AdditionalParameters 'Drops') { return $true }
    if (Test-Habit $AdditionalParameters 'LosesQuotes') { $text = $text.Replace('"', '') }
    if ((Test-Habit $AdditionalParameters 'NeverReusesNames') -and
        (Get-ChildItem -LiteralPath $AdditionalParameters.Path -Filter '*.json' | Get-Content -Raw | ConvertFrom-Json |
            Where-Object { $_.do -eq 'remove' -and $_.name -ceq $Name }) -and
        -not (Get-Kept $AdditionalParameters $Name)) {
        throw "Secret $Name is currently in a deleted but recoverable state, and its name cannot be reused; in " +
            'this state, the secret can only be recovered or purged.'
    }

    Add-Change $AdditionalParameters @{ do = 'set'; name = $Name; type = $type; text = $text }
}

function Set-SecretInfo {
    [CmdletBinding()]
    param([string] $Name, [hashtable] $Metadata, [string] $VaultName, [hashtable] $AdditionalParameters)

    $null = $VaultName
    if (-not (Enter-Vault $AdditionalParameters "Set-SecretInfo $Name")) { return }
    if (Test-Habit $AdditionalParameters 'MetadataRemoves') {
        Add-Change $AdditionalParameters @{ do = 'remove'; name = $Name }
    }
    if (-not (Test-Habit $AdditionalParameters 'KeepsMetadata')) { throw 'This vault keeps no metadata.' }
    Add-Change $AdditionalParameters @{ do = 'describe'; name = $Name; metadata = $Metadata }
}

function Remove-Secret {
    [CmdletBinding()]
    param([string] $Name, [string] $VaultName, [hashtable] $AdditionalParameters)

    $null = $VaultName
    if (-not (Enter-Vault $AdditionalParameters "Remove-Secret $Name")) { return $false }
    if (Test-Habit $AdditionalParameters 'NeverRemoves') { return $true }
    $entry = Get-Kept $AdditionalParameters $Name
    if (-not $entry) { throw "No entry named $Name was found to remove." }
    Add-Change $AdditionalParameters @{ do = 'remove'; name = $entry.name; id = $entry.id }
}

function Get-SecretInfo {
    [CmdletBinding()]
    param([string] $Filter, [string] $VaultName, [hashtable] $AdditionalParameters)

    if (-not (Enter-Vault $AdditionalParameters "Get-SecretInfo $Filter")) { return $false }
    Start-Sleep -Milliseconds ([int]"0$($AdditionalParameters['ListMs'])")
    $entries = @(Get-Entry $AdditionalParameters)
    if (-not $entries -and (Test-Habit $AdditionalParameters 'FailsToListNothing')) {
        Write-Error 'Received an error: 404'
        return
    }

    foreach ($entry in $entries) {
        $shown = Get-Shown $AdditionalParameters $entry
        if (Test-Habit $AdditionalParameters 'HidesAll') { continue }
        $isMatch = if (Test-Habit $AdditionalParameters 'IgnoresFilter') { $true }
        elseif (Test-Habit $AdditionalParameters 'MindsCase') { $shown -clike $Filter }
        elseif (Test-Habit $AdditionalParameters 'FolderBeforeName') { $shown -like "*/$Filter" }
        else { $shown -like $Filter }
        if (-not $isMatch) { continue }
        $metadata = [Collections.Generic.Dictionary[string, object]]::new()
        foreach ($key in $entry.metadata.Keys) { $metadata[$key] = $entry.metadata[$key] }
        [Microsoft.PowerShell.SecretManagement.SecretInformation]::new(
            $shown, 'Unknown', $VaultName, [Collections.ObjectModel.ReadOnlyDictionary[string, object]]::new($metadata))
    }
}

function Test-SecretVault {
    [CmdletBinding()]
    param([string] $VaultName, [hashtable] $AdditionalParameters)

    $null = $VaultName
    $null = Enter-Vault $AdditionalParameters 'Test-SecretVault'
    -not (Test-Switch $AdditionalParameters 'unhealthy')
}
